import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { listedPool, observedPools } from '../../../src/host/libvirt/pools.js';

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'ven-pools-')));
const folder = join(dir, 'folder');
const link = join(dir, 'link');
mkdirSync(folder);
symlinkSync(folder, link);
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const pool = (name: string, type = 'dir') =>
  listedPool(
    `<pool type="${type}"><name>${name}</name><target><path>${link}</path></target></pool>`,
    { active: true, autostart: true },
  );
const realPaths = (used: string[], ...pools: ReturnType<typeof pool>[]) =>
  observedPools(pools, used, 'qemu:///system').pools.map(({ realPath }) => realPath);

describe('the folder of a pool', () => {
  it('is looked at for a pool that the fleet uses, and for no other', () => {
    expect(realPaths(['ours'], pool('ours'), pool('theirs'))).toEqual([folder, link]);
  });

  it('is looked at when the pool default is missing, and it may be its folder', () => {
    expect(realPaths(['default'], pool('theirs'))).toEqual([folder]);
    expect(realPaths(['default'], pool('default'), pool('theirs'))).toEqual([folder, link]);
  });

  it('is never looked at on a network drive', () => {
    expect(realPaths(['default', 'ours'], pool('ours', 'netfs'))).toEqual([link]);
  });
});
