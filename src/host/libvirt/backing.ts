/**
 * What disk images stand on. On this machine their own headers say it, which takes microseconds;
 * libvirt is asked where they can't be read, and knows only what its pools list.
 */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  fileOf,
  type Backing,
  type HostState,
  type AnyDomain,
  type ObservedPool,
} from '../../model/index.js';
import { backingOfVolume } from '../../libvirt/index.js';
import { parseXml } from '../../xml/index.js';
import { isLocal } from './local.js';
import type { Virsh } from './virsh.js';

/** The longest name that QEMU writes. */
const LONGEST_NAME = 1023;
/** More than anyone has; a chain that bites its tail ends anyway. */
const DEEPEST = 200;

/** What the definitions say. */
export function backingInDefinitions(domains: readonly AnyDomain[]): Backing {
  const pairs = domains.flatMap(({ config, live }) =>
    [...config.disks, ...(live?.disks ?? [])].flatMap(({ path, beneath = [] }) => {
      const chain = path === null ? beneath : [path, ...beneath];
      return chain.slice(1).map((lower, at) => [chain[at] ?? '', lower] as const);
    }),
  );
  return Object.fromEntries(pairs);
}

/** Of those domains' disks, and of all that is beneath them. `known`: need not be read. */
export async function readBacking(
  virsh: Virsh,
  domains: readonly AnyDomain[],
  { pools, backing: known }: Pick<HostState, 'pools' | 'backing'>,
  signal?: AbortSignal,
): Promise<Backing> {
  const local = isLocal(virsh.uri);
  const found: Record<string, string> = { ...known };
  const read = new Set<string>();
  const byName = new Map(pools.map((pool) => [pool.name, pool]));
  let open = domains.flatMap(({ config, live }) =>
    [...config.disks, ...(live?.disks ?? [])].flatMap(
      ({ path, volume }) => path ?? (volume === null ? null : fileOf(volume, byName)) ?? [],
    ),
  );
  for (let depth = 0; open.length > 0 && depth < DEEPEST; depth += 1) {
    const paths = [...new Set(open)].filter((path) => path.startsWith('/') && !read.has(path));
    for (const path of paths) read.add(path);
    const unread: string[] = [];
    for (const path of paths) {
      if (path in found) continue;
      const lower = local ? lowerOf(path, pools) : undefined;
      if (lower === undefined) unread.push(path);
      else if (lower !== null) found[path] = lower;
    }
    Object.assign(found, await askLibvirt(virsh, unread, pools, signal));
    open = paths.flatMap((path) => found[path] ?? []);
  }
  return found;
}

async function askLibvirt(
  virsh: Virsh,
  paths: readonly string[],
  pools: readonly ObservedPool[],
  signal: AbortSignal | undefined,
): Promise<Backing> {
  const folders = new Set(pools.flatMap(({ path, active }) => (active ? (path ?? []) : [])));
  const asked = paths.filter((path) => folders.has(dirname(path)));
  const replies = await virsh.ask(
    asked.map((path) => ['vol-dumpxml', path]),
    { signal },
  );
  return Object.fromEntries(
    asked.flatMap((path, index) => {
      const text = replies[index]?.ok === true ? replies[index].text : '';
      const lower = text === '' ? null : backingOfVolume(parseXml(text));
      return lower === null ? [] : [[path, lower] as const];
    }),
  );
}

/** null: it stands on nothing; undefined: it can't be read. */
function lowerOf(path: string, pools: readonly ObservedPool[]): string | null | undefined {
  try {
    const real = realpathSync(path);
    const plain = real === path ? path : spelled(real, pools);
    if (plain !== path) return plain;
    const name = backingName(path);
    return name === null ? null : resolve(dirname(path), name);
  } catch {
    return undefined;
  }
}

/** A file in a pool as libvirt spells it: a pool's folder may be a symbolic link. */
function spelled(real: string, pools: readonly ObservedPool[]): string {
  const folder = dirname(real);
  const pool = pools.find(({ path }) => path !== null && realOf(path) === folder);
  return pool?.path == null ? real : join(pool.path, basename(real));
}

function realOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

/** Of a qcow2 image (QEMU's docs/interop/qcow2.txt): its first 20 bytes say where the name is. */
function backingName(path: string): string | null {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const file = fstatSync(fd);
    if (!file.isFile() && !file.isBlockDevice()) return null;
    const head = Buffer.alloc(20);
    if (readSync(fd, head, 0, 20, 0) < 20 || head.toString('latin1', 0, 4) !== 'QFI\xfb')
      return null;
    const offset = Number(head.readBigUInt64BE(8));
    const length = head.readUInt32BE(16);
    if (offset === 0 || length === 0 || length > LONGEST_NAME) return null;
    const name = Buffer.alloc(length);
    return readSync(fd, name, 0, length, offset) < length ? null : fileIn(name.toString('utf8'));
  } finally {
    closeSync(fd);
  }
}

/** The file of a name in QEMU's forms: a path, `file:PATH`, `json:{…}`; null: it is no file. */
function fileIn(name: string): string | null {
  if (name.startsWith('json:')) {
    const [, text] = /"filename"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(name) ?? [];
    return text === undefined ? null : fileIn(String(JSON.parse(text)));
  }
  if (name.startsWith('file:')) return name.slice('file:'.length);
  return /^[a-z][a-z0-9+.-]*:/i.test(name) ? null : name;
}
