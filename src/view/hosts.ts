import type { Amount, FleetHostList, ListedHost } from '../model/index.js';
import { jsonText } from './text/json.js';
import { paint, type Style } from './text/style.js';
import { displayWidth } from './text/width.js';
import { aligned, count, listed, oneLine } from './text/words.js';

const HEADS = ['HOST', 'STATE', 'LIBVIRT', 'CPUS', 'MEMORY', 'POOL', 'VMS', 'OTHERS'];
/** In this order columns are left out until the lines fit the terminal. */
const FIRST_LEFT_OUT = ['LIBVIRT', 'OTHERS', 'POOL', 'MEMORY'];

/**
 * A table, a line a host; then which columns have no room, and why each host that is away is so.
 * Ends in a newline.
 */
export function fleetHostsText({ fleet, hosts }: FleetHostList, style: Style): string {
  const { lines, hidden } = table(
    [HEADS.map((head) => paint(style, 'bold', head)), ...hosts.map((host) => row(host, style))],
    style.wrap ?? Infinity,
  );
  const notShown = hidden.length === 0 ? [] : [`Not shown here: ${hidden.join(', ')}`];
  const away = hosts.flatMap(({ name, uri, because }) =>
    because === undefined ? [] : [`${name ?? uri} is away: ${oneLine(because)}`],
  );
  const vms = hosts.flatMap((host) => host.vms ?? []).length;
  const total =
    `Fleet ${fleet}: ${count(vms, 'VM')} on ${count(hosts.length, 'host')}` +
    `${away.length === 0 ? '' : `, ${away.length} of them away`}. ` +
    'CPUs and memory: what VMs have of what they may have.';
  return `${[...lines, '', ...notShown, ...away, total].join('\n')}\n`;
}

function table(
  cells: readonly string[][],
  columns: number,
  hidden: readonly string[] = [],
): { lines: string[]; hidden: readonly string[] } {
  const lines = aligned(
    cells.map((line) => line.filter((_, at) => !hidden.includes(HEADS[at] ?? ''))),
  );
  const next = FIRST_LEFT_OUT[hidden.length];
  const fits = lines.every((line) => displayWidth(line) <= columns);
  return fits || next === undefined ? { lines, hidden } : table(cells, columns, [...hidden, next]);
}

/** What `hosts --json` prints. */
export function fleetHostsJson(hosts: FleetHostList): string {
  return jsonText(hosts, 'lines');
}

function row(host: ListedHost, style: Style): string[] {
  const { name, uri, state, libvirt, cpus, memory, pool, vms = [], others } = host;
  const isAway = state === 'away';
  return [
    name ?? oneLine(uri),
    paint(style, isAway ? 'red' : 'green', state),
    libvirt ?? '-',
    cpus ? amount(cpus, (value) => String(Math.round(value * 10) / 10)) : '-',
    memory ? amount(memory, (value) => gib(value * 1024)) : '-',
    pool ? `${gib(pool.available)} free` : '-',
    isAway ? '-' : some(vms),
    others === undefined ? '-' : String(others),
  ];
}

function amount({ given, limit }: Amount, words: (value: number) => string): string {
  return `${words(given)}/${words(limit)}`;
}

function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)}GiB`;
}

function some(vms: readonly string[]): string {
  return vms.length === 0 ? 'none' : `${vms.length}: ${listed(vms, 3)}`;
}
