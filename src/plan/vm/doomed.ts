import { basename, dirname } from 'node:path';
import { snapshotsAbove } from '../../libvirt/index.js';
import { isDiskVolume, volumePath, type VolumeRef } from '../../model/index.js';
import type { FleetOnHost, OwnedDomain } from '../fleet-on-host.js';

/** What goes with a VM: its volumes, and the snapshots that stand on them. */
export interface Doomed {
  /**
   * In the order of their deletion: a snapshot before what it stands on, since its own header says
   * that it belongs to the VM.
   */
  volumes: VolumeRef[];
  /** Their files, as far as they are known. */
  paths: string[];
  /** Snapshots that no pool has, so that libvirt can't delete them. */
  stranded: string[];
}

export function doomedVolumes(
  domain: OwnedDomain,
  keepDisks: boolean,
  onHost: FleetOnHost,
): Doomed {
  const own = domain.mark.volumes
    .filter((ref) => !keepDisks || !isDiskVolume(ref))
    .map(({ pool, volume }) => ({ pool, volume }));
  const snapshots = [...new Set(own.flatMap((ref) => snapshotsAbove(domain, ref, onHost)))];
  const placed = snapshots.map((path) => ({ path, ref: volumeAt(path, onHost) }));
  return {
    volumes: [...placed.flatMap(({ ref }) => ref ?? []), ...own],
    paths: [
      ...snapshots,
      ...own.flatMap((ref) => volumePath(ref, onHost) ?? []),
      // libvirt deletes the variables of its firmware, wherever the definition has them.
      ...[domain.config, ...(domain.live === null ? [] : [domain.live])].flatMap(
        ({ nvram }) => nvram ?? [],
      ),
    ],
    stranded: placed.flatMap(({ path, ref }) => (ref === null ? [path] : [])),
  };
}

function volumeAt(path: string, { pools }: FleetOnHost): VolumeRef | null {
  const folder = dirname(path);
  const pool = [...pools.values()].find((each) => each.active && each.path === folder);
  return pool === undefined ? null : { pool: pool.name, volume: basename(path) };
}
