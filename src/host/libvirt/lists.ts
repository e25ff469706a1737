/** What there is on a host: the objects by their UUIDs, and their states, in one virsh process. */
import { VenError } from '../../model/index.js';
import type { Command, Virsh } from './virsh.js';
import { parseVolumes } from './volumes.js';

const LISTS = {
  domains: ['list', '--all', '--uuid', '--name'],
  running: ['list', '--uuid', '--state-running'],
  paused: ['list', '--uuid', '--state-paused'],
  other: ['list', '--uuid', '--all', '--state-other'],
  saved: ['list', '--all', '--uuid', '--with-managed-save'],
  autostart: ['list', '--all', '--uuid', '--autostart'],
  persistent: ['list', '--all', '--uuid', '--persistent'],
  networks: ['net-list', '--all', '--uuid'],
  activeNetworks: ['net-list', '--uuid'],
  autostartNetworks: ['net-list', '--all', '--uuid', '--autostart'],
  persistentNetworks: ['net-list', '--all', '--uuid', '--persistent'],
  pools: ['pool-list', '--all', '--uuid'],
  activePools: ['pool-list', '--uuid'],
  activePoolNames: ['pool-list', '--name'],
  autostartPools: ['pool-list', '--all', '--uuid', '--autostart'],
} as const satisfies Record<string, Command>;

/** Characters of an answer that can't be read. */
const SHOWN = 300;

export type Lists = Record<keyof typeof LISTS, Set<string>> & {
  /** Path by name, for each pool that was listed. */
  volumes: Map<string, Map<string, string>>;
};

export async function readLists(
  virsh: Virsh,
  poolsOfFleet: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Lists> {
  const keys = Object.keys(LISTS) as (keyof typeof LISTS)[];
  const replies = await virsh.ask(
    [...poolsOfFleet.map((pool) => ['vol-list', pool]), ...keys.map((key) => LISTS[key])],
    { signal },
  );
  const listed = replies.splice(0, poolsOfFleet.length);
  const volumes = poolsOfFleet.flatMap((pool, index) =>
    listed[index]?.ok ? [[pool, parseVolumes(listed[index].text)] as const] : [],
  );
  const rows = keys.map((key, index) => {
    const reply = replies[index];
    if (reply?.error) throw reply.error;
    return [
      key,
      (reply?.text ?? '').split('\n').flatMap((line) => rowOf(line, LISTS[key])),
    ] as const;
  });
  virsh.learnNames(rows.flatMap(([, row]) => row));
  return {
    ...(Object.fromEntries(
      rows.map(([key, row]) => [key, new Set(row.map(([first]) => first))]),
    ) as Record<keyof typeof LISTS, Set<string>>),
    volumes: new Map(volumes),
  };
}

/** A line of a list: a UUID (or, in a list of names, a name), then perhaps the name. */
function rowOf(line: string, list: Command): [string, string][] {
  const text = line.trim();
  if (text === '') return [];
  if (!list.includes('--uuid')) return [[text, text]];
  const [, uuid, name] =
    /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\s+(.*))?$/.exec(text) ?? [];
  if (uuid === undefined) throw unreadable(list, 'a line without a UUID', text);
  return [[uuid, name ?? uuid]];
}

export function isActive(lists: Lists, uuid: string): boolean {
  return lists.running.has(uuid) || lists.paused.has(uuid) || lists.other.has(uuid);
}

/** libvirt's answer is not what it always is. */
export function unreadable(command: Command, why: string, text: string): VenError {
  const asked = command.map(String).join(' ');
  return new VenError('tool-failed', {
    summary: `libvirt's answer to ${asked} can't be read: ${why}`,
    detail: `It begins: ${text.slice(0, SHOWN)}`,
    hint: `Try again; then see what virsh ${asked} prints`,
  });
}
