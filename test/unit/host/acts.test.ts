import { describe, expect, it } from 'vitest';
import { actOf, limitOf, onlyReads } from '../../../src/host/libvirt/acts.js';

describe('what is asked of virsh', () => {
  it.each(['managedsave-dumpxml', 'domname', 'domblkerror', 'vol-list'])(
    '%s only reads',
    (verb) => {
      expect(onlyReads(actOf([verb, 'x']))).toBe(true);
    },
  );

  it.each([
    ['vol-list', 300],
    ['vol-dumpxml', 150],
    ['pool-dumpxml', 150],
    ['pool-refresh', 600],
    ['dumpxml', 30],
  ])('%s may take %d s', (verb, seconds) => {
    expect(limitOf(actOf([verb, 'x']))).toBe(seconds);
  });
});
