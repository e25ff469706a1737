/**
 * Fast queries for volumes. libvirt's lists say which exist. How large they are, the statistics of
 * the fleet's own domains say, of all in one command; but only of those that are off: for one that
 * runs, libvirt asks its QEMU, which may not answer for ever. The rest is queried one by one.
 */
import { join } from 'node:path';
import type { ObservedVolume, VolumeRef } from '../../model/index.js';
import { parseXml } from '../../xml/index.js';
import { isMissing, isTaken } from './local.js';
import { volumeFacts } from '../../libvirt/index.js';
import type { Virsh } from './virsh.js';

/** What is asked of the disks of the fleet's own domains: … */
export interface DisksWanted {
  /** … by UUID of those that are off, … */
  off: readonly string[];
  /** … and volume by volume of those that run. */
  running: readonly VolumeRef[];
}

/** UUIDs in one command: more of them would not fit into an argument. */
const AT_ONCE = 1000;

/** Their sizes, bytes by path; one virsh process. */
export async function readCapacities(
  virsh: Virsh,
  { off, running }: DisksWanted,
  signal?: AbortSignal,
): Promise<Map<string, number>> {
  const groups = Array.from({ length: Math.ceil(off.length / AT_ONCE) }, (_, index) =>
    off.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
  );
  const replies = await virsh.ask(
    [
      ...groups.map((uuids) => ['domstats', '--block', '--raw', '--nowait', ...uuids]),
      ...running.map(({ pool, volume }) => ['vol-dumpxml', '--pool', pool, volume]),
    ],
    { signal },
  );
  const statistics = replies.splice(0, groups.length);
  return new Map([
    ...statistics.flatMap(({ text }) => [...parseCapacities(text)]),
    ...replies.flatMap(({ ok, text }): [string, number][] => {
      if (!ok) return [];
      const { path, capacityBytes } = volumeFacts(parseXml(text));
      return [[path, capacityBytes]];
    }),
  ]);
}

export interface FindOptions {
  /** By name. */
  activePools: ReadonlySet<string>;
  /**
   * The folder of each directory pool, by the pool's name; null when the host is another machine.
   */
  folders: ReadonlyMap<string, string> | null;
  /** Path by name, for each pool that was listed. */
  listed: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** See `readCapacities`. */
  capacities: ReadonlyMap<string, number>;
  signal?: AbortSignal | undefined;
}

/**
 * Those of `refs` that exist, also if libvirt does not know of the deletion or creation of a file;
 * with 0 bytes when the size is unknown.
 */
export async function findVolumes(
  virsh: Virsh,
  refs: readonly VolumeRef[],
  { activePools, folders, listed, capacities, signal }: FindOptions,
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
      signal,
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
