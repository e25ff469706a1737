import { expect, test } from 'vitest';
import { nicMac } from '../../../src/config/resolve/identity.js';

test('a derived MAC is never one of libvirt’s own, which it assigns at random', () => {
  const macs = Array.from({ length: 3000 }, (_, attempt) => nicMac('lab', 'edge', 0, attempt));
  expect(macs.filter((mac) => !/^52(:[0-9a-f]{2}){5}$/.test(mac))).toEqual([]);
  expect(macs.filter((mac) => mac.startsWith('52:54:'))).toEqual([]);
  // Those that would be, begin with 52:56, beside those that do anyway.
  const begin = (prefix: string): number => macs.filter((mac) => mac.startsWith(prefix)).length;
  expect(begin('52:56:')).toBeGreaterThan(begin('52:55:'));
});
