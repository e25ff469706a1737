import { volumeMaking } from '../../host/index.js';
import type { HostState, NodeRecord, ResolvedVm } from '../../model/index.js';

/** Tells one making of a VM from the next, by its first disk, which outlives every start; null: it can't be seen from here. */
export function makingOf(
  { disks: [disk] }: Pick<ResolvedVm, 'disks'>,
  { uri, volumes }: Pick<HostState, 'uri' | 'volumes'>,
): string | null {
  const path = volumes.find(
    ({ pool, volume }) => disk?.pool === pool && disk.volume === volume,
  )?.path;
  return path === undefined ? null : volumeMaking(uri, path);
}

/** Whether a record is not about a VM that somebody has made anew since, in another work folder. What can't be told is believed. */
export function isOfMaking(
  { making: then }: Pick<NodeRecord, 'making'>,
  now: string | null,
): boolean {
  return then === undefined || now === null || then === now;
}
