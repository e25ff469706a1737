/**
 * Fast queries for volumes. A query for each volume takes longer than all domains together. So
 * libvirt's lists say which exist, the statistics of all domains' disks how large they are, and
 * only the rest is queried one by one.
 */
import { join } from 'node:path';
import type { ObservedVolume, VolumeRef } from '../../model/index.js';
import { parseXml } from '../../xml/index.js';
import { isMissing, isTaken } from './local.js';
import { volumeFacts } from '../../libvirt/index.js';
import type { Virsh } from './virsh.js';

export interface Disks {
  /** Path by name, for each pool that was listed. */
  listed: Map<string, Map<string, string>>;
  /** Bytes by path, of the disks of all domains. */
  capacities: Map<string, number>;
}

export async function readDisks(
  virsh: Virsh,
  pools: readonly string[],
  timeoutSeconds: number,
): Promise<Disks> {
  // Does not wait for a busy domain: its disks are then queried one by one.
  const replies = await virsh.ask(
    [['domstats', '--block', '--raw', '--nowait'], ...pools.map((pool) => ['vol-list', pool])],
    {
      timeoutSeconds,
    },
  );
  const [statistics, ...lists] = replies;
  return {
    capacities: parseCapacities(statistics?.text ?? ''),
    listed: new Map(
      pools.flatMap((pool, index) =>
        lists[index]?.ok ? [[pool, parseVolumes(lists[index].text)]] : [],
      ),
    ),
  };
}

export interface FindOptions {
  /** By name. */
  activePools: ReadonlySet<string>;
  /**
   * The folder of each directory pool, by the pool's name; null when the host is another machine.
   */
  folders: ReadonlyMap<string, string> | null;
  timeoutSeconds: number;
}

/**
 * Those of `refs` that exist, also if libvirt does not know of the deletion or creation of a file;
 * with 0 bytes when the size is unknown.
 */
export async function findVolumes(
  virsh: Virsh,
  refs: readonly VolumeRef[],
  { listed, capacities }: Disks,
  { activePools, folders, timeoutSeconds }: FindOptions,
): Promise<ObservedVolume[]> {
  const found: ObservedVolume[] = [];
  const unknown: VolumeRef[] = [];
  for (const ref of refs) {
    // A name with a slash would be looked up as a path, in any pool.
    if (!activePools.has(ref.pool) || ref.volume.includes('/')) continue;
    const path = listed.get(ref.pool)?.get(ref.volume);
    if (path === undefined && listed.has(ref.pool)) {
      // A file that libvirt does not list yet is in the way too, and may be someone's only copy.
      const folder = folders?.get(ref.pool);
      const file = folder === undefined ? null : join(folder, ref.volume);
      if (file !== null && isTaken(file))
        found.push({ ...ref, path: file, capacityBytes: capacities.get(file) ?? 0 });
      continue;
    }
    const capacityBytes = path === undefined ? undefined : capacities.get(path);
    if (path === undefined || capacityBytes === undefined) unknown.push(ref);
    // QEMU still reports a file that was deleted while it was open.
    else if (!(folders !== null && path.startsWith('/') && isMissing(path) === true))
      found.push({ ...ref, path, capacityBytes });
  }
  await virsh.ask(
    unknown.map(({ pool, volume }) => ['vol-dumpxml', '--pool', pool, volume]),
    {
      timeoutSeconds,
      onText: (index, text) => {
        const ref = unknown[index];
        if (ref && text !== '') found.push({ ...volumeFacts(parseXml(text)), ...ref });
      },
    },
  );
  return found;
}

/** `virsh domstats --block --raw`: `block.0.path=…` and `block.0.capacity=…`, below each domain. */
export function parseCapacities(text: string): Map<string, number> {
  const capacities = new Map<string, number>();
  let path: string | undefined;
  let block = '';
  for (const line of text.split('\n')) {
    const found = /^\s*block\.(\d+)\.(path|capacity)=(.*)$/.exec(line);
    if (!found) continue;
    const [, index = '', key, value = ''] = found;
    if (key === 'path') [path, block] = [value, index];
    else if (path !== undefined && index === block && /^\d+$/.test(value))
      capacities.set(path, Number(value));
  }
  return capacities;
}

/** `virsh vol-list`: name and path in columns. */
export function parseVolumes(table: string): Map<string, string> {
  return new Map(
    table.split('\n').flatMap((line) => {
      const [, name, path] = /^\s*(\S.*?)\s{2,}(\S.*?)\s*$/.exec(line) ?? [];
      return name !== undefined && path !== undefined ? [[name, path] as const] : [];
    }),
  );
}
