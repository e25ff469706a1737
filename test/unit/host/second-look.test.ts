import { expect, test } from 'vitest';
import { settledLook } from '../../../src/host/libvirt/second-look.js';

test.each<[what: string, looks: string[][], taken: number]>([
  ['nothing is left: one look', [[]], 1],
  ['left by an earlier run: the same twice', [['a'], ['a']], 2],
  ['being made: gone with the next look', [['a'], []], 2],
  ['another each time: until two agree', [['a'], ['b'], ['b']], 3],
  ['never still: not for ever', [['a'], ['b'], ['c'], ['d'], ['e']], 4],
])('%s', async (_, looks, taken) => {
  let at = 0;
  const seen = await settledLook(
    () => Promise.resolve(looks[at++] ?? []),
    (left) => left,
  );
  expect(at).toBe(taken);
  expect(seen).toEqual(looks[taken - 1]);
});
