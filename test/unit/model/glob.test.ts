import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../../src/model/index.js';

describe('a pattern with stars', () => {
  it.each([
    ['vm.*', 'vm.edge-1', true],
    ['*', '', true],
    ['*.edge-*', 'vm.edge-1', true],
    ['vm.edge-1', 'vm.edge-1', true],
    ['vm.edge-1', 'vm.edge-10', false],
    ['vm.*-1', 'vm.-1', true],
    ['vm.*-1', 'vm.edge-10', false],
    ['ab*ba', 'aba', false],
    ['ab*ba', 'abba', true],
    ['a*b*c', 'a-c-b', false],
    ['a*ab*b', 'aabab', true],
    ['vm.[a-z]*', 'vm.edge', false],
  ])('%s and %s: %s', (pattern, text, expected) =>
    expect(matchesGlob(pattern, text)).toBe(expected),
  );

  it('takes no time, however many they are', () => {
    const began = process.cpuUsage();
    expect(matchesGlob(`vm.${'*a'.repeat(30)}x`, `vm.${'a'.repeat(60)}`)).toBe(false);
    expect(process.cpuUsage(began).user).toBeLessThan(500_000);
  });
});
