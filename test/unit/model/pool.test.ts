import { describe, expect, it } from 'vitest';
import { poolFault, type ObservedPool } from '../../../src/model/index.js';

const URI = 'qemu:///system';
const FOLDER = '/var/lib/libvirt/images';

function pool(name: string, more: Partial<ObservedPool> = {}): ObservedPool {
  return {
    ...{ name, uuid: name, active: true, autostart: true, type: 'dir' },
    ...{ path: FOLDER, realPath: FOLDER, availableBytes: 1 },
    ...more,
  };
}

const fault = (name: string, ...pools: ObservedPool[]) =>
  poolFault(name, { pools, defaultFolder: FOLDER }, URI);

describe('poolFault', () => {
  it('has none for a folder, nor for a pool that apply makes or starts', () => {
    expect(fault('default')).toBeNull();
    expect(fault('default', pool('default'))).toBeNull();
    expect(fault('default', pool('default', { active: false }))).toBeNull();
    expect(fault('default', pool('iso', { path: '/iso', realPath: '/iso' }))).toBeNull();
    // In a folder that is in the other's folder: two pools, and neither shows the other's files.
    const nested = { path: `${FOLDER}/iso`, realPath: `${FOLDER}/iso` };
    expect(fault('default', pool('iso', nested))).toBeNull();
    expect(fault('shared', pool('shared', { type: 'netfs' }))).toBeNull();
  });

  it.each([
    ['by the same path', { path: FOLDER }],
    ['through a symbolic link', { path: '/data/images' }],
    ['of a pool that is not active', { active: false }],
    ['of a mounted file system', { type: 'fs' }],
  ])('names the pool that has the folder of default: %s', (_, more) => {
    const found = fault('default', pool('images', more));
    expect(found?.what).toContain('images');
    expect(found?.fix).toContain('host.storagePool: images');
  });

  it.each(['logical', 'disk', 'iscsi', 'rbd', 'zfs', 'scsi', 'gluster'])(
    'names the type of a pool that is no folder: %s',
    (type) => {
      const found = fault('vg', pool('vg', { type, path: null, realPath: null }));
      expect(found?.what).toContain(`Storage pool vg is of type ${type}`);
    },
  );

  it('knows an active pool whose folder is gone, a stopped one and a missing one', () => {
    expect(fault('default', pool('default', { realPath: null }))?.what).toContain(FOLDER);
    expect(fault('fast', pool('fast', { active: false }))?.fix).toContain('pool-start fast');
    expect(fault('fast')?.fix).toContain('pool-define-as fast');
  });
});
