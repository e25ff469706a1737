import type { Host, HostState, NodeRecord, ResolvedVm } from '../../model/index.js';

/**
 * Tells one incarnation of a VM from the next, by its first disk, which outlives every start; null:
 * it can't be seen.
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
 * Whether a record is not about a VM that was recreated since, in another work folder. What can't
 * be told is believed.
 */
export function isOfIncarnation(
  { making: then }: Pick<NodeRecord, 'making'>,
  now: string | null,
): boolean {
  return then === undefined || now === null || then === now;
}
