import type { Host, HostState, NodeRecord, ResolvedVm } from '../../model/index.js';

/**
 * Identifies the incarnation of a VM (a recreated VM is another one) by its first disk; null: not
 * known.
 */
export function incarnationOf(
  { disks: [disk] }: Pick<ResolvedVm, 'disks'>,
  { volumes }: Pick<HostState, 'volumes'>,
  host: Pick<Host, 'volumeIncarnation'>,
): string | null {
  const path = volumes.find(
    ({ pool, volume }) => disk?.pool === pool && disk.volume === volume,
  )?.path;
  return path === undefined ? null : host.volumeIncarnation(path);
}

/**
 * Whether a record is of the present VM, not of one that was recreated since from another work
 * folder. An unknown incarnation counts as the same. `making` is the persisted name.
 */
export function isOfIncarnation(
  { making: then }: Pick<NodeRecord, 'making'>,
  now: string | null,
): boolean {
  return then === undefined || now === null || then === now;
}
