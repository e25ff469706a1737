import { expect, it } from 'vitest';
import { nearest } from '../../../src/model/index.js';

it.each<[string, string, string[], string | null]>([
  ['in another spelling', 'serial_numbers', ['name', 'serialNumbers'], 'serialNumbers'],
  ['in capitals', '--JSON', ['--yes', '--json'], '--json'],
  ['its letters in another order', 'vcn', ['none', 'vnc'], 'vnc'],
  ['a letter too few', 'plam', ['apply', 'plan'], 'plan'],
  ['the nearest of two', 'storages', ['stages', 'storage'], 'storage'],
  ['the first of two as near', 'edge-3', ['edge-1', 'edge-2'], 'edge-1'],
  ['a short word, a letter off', 'la', ['lab', 'net'], 'lab'],
  ['a word of five, two letters off', 'bogus', ['logs'], null],
  ['a short word, more than a letter off', 'xy', ['lab'], null],
  ['a third of it off', 'abcdefghi', ['abcdefxyz'], 'abcdefxyz'],
  ['more than a third of it off', 'abcdefgh', ['abcdexyz'], null],
  ['nothing to choose from', 'x', [], null],
  ['too long to be a slip', 'x'.repeat(65), ['x'.repeat(64)], null],
])('takes the nearest word: %s', (_, word, allowed, meant) => {
  expect(nearest(word, allowed)).toBe(meant);
});
