/** Which pools VMs can have their disks in. Pure. */
import type { HostState, ObservedPool } from './host-state.js';

/** The one pool that ven creates and starts; all others are foreign. */
export const OWN_POOL = 'default';

export interface PoolFault {
  what: string;
  /** What to do; with `byHand`, the commands to type. */
  fix: string;
  /** It is to be created or started, and that is not ven's to do. */
  byHand: boolean;
}

/**
 * Why no VM can have a disk in the pool, and what to do about it; null: they can, or ven creates or
 * starts it. `uri`: for the commands to type.
 */
export function poolFault(
  name: string,
  { pools, defaultFolder }: Pick<HostState, 'pools' | 'defaultFolder'>,
  uri: string,
): PoolFault | null {
  const pool = pools.find((each) => each.name === name);
  const virsh = `virsh -c ${uri}`;
  const start = `${virsh} pool-start ${name} && ${virsh} pool-autostart ${name}`;
  if (pool === undefined) return missing(name, pools, defaultFolder, { virsh, start });
  const { type, path, realPath, active } = pool;
  if (path === null)
    return {
      what: `Storage pool ${name} is of type ${type}, and disks are files: they need a folder`,
      fix:
        'Name a pool of type dir, fs or netfs in the fleet file, as host.storagePool or as pool ' +
        'of the disk',
      byHand: false,
    };
  if (!active)
    return name === OWN_POOL
      ? null
      : { what: `Storage pool ${name} is not active`, fix: start, byHand: true };
  if (realPath === null)
    return {
      what: `The folder of storage pool ${name} is gone: ${path}`,
      fix: `Mount it, or make it anew (sudo mkdir -p ${path}), then: ${virsh} pool-refresh ${name}`,
      byHand: false,
    };
  return null;
}

function missing(
  name: string,
  pools: readonly ObservedPool[],
  defaultFolder: string,
  { virsh, start }: { virsh: string; start: string },
): PoolFault | null {
  if (name !== OWN_POOL)
    return {
      what: `This host has no storage pool ${name}`,
      fix: `${virsh} pool-define-as ${name} dir --target /var/lib/libvirt/${name} && ${start}`,
      byHand: true,
    };
  const there = pools.find(({ realPath }) => realPath === defaultFolder);
  return there === undefined
    ? null
    : {
        what:
          `There is no storage pool ${name}, and pool ${there.name} has the folder where it ` +
          `would be made (${there.path})`,
        fix: `Use that pool. Write in the fleet file, host.storagePool: ${there.name}`,
        byHand: false,
      };
}
