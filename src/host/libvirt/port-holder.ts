/** Who listens on a port of this machine, from /proc. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTENING = '0A';
/** A UDP socket that is bound and not connected. */
const BOUND = '07';

/**
 * `name (pid 123)`: the first process that listens on the port, at `address` (IPv4) or at every
 * address. null: nobody does, or this user may not see who.
 */
export function portHolder(port: number, address?: string): string | null {
  const sockets = new Set(
    [
      ['tcp', LISTENING],
      ['tcp6', LISTENING],
      ['udp', BOUND],
      ['udp6', BOUND],
    ].flatMap(([table = '', state = '']) =>
      socketsOn(read(`/proc/net/${table}`), state, port, address),
    ),
  );
  if (sockets.size === 0) return null;
  for (const pid of list('/proc').filter((name) => /^\d+$/.test(name))) {
    const holds = list(`/proc/${pid}/fd`).some((fd) => sockets.has(link(`/proc/${pid}/fd/${fd}`)));
    if (holds) return `${read(`/proc/${pid}/comm`).trim()} (pid ${pid})`;
  }
  return null;
}

/** `socket:[INODE]` of each; addresses are hex words in the machine's order of bytes. */
export function socketsOn(table: string, state: string, port: number, address?: string): string[] {
  return table.split('\n').flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const [, local = '', , status] = columns;
    const [at = '', hex = ''] = local.split(':');
    if (status !== state || parseInt(hex, 16) !== port) return [];
    const everywhere = /^0+$/.test(at);
    if (address !== undefined && !everywhere && at !== hexOf(address)) return [];
    return [`socket:[${columns[9] ?? ''}]`];
  });
}

function hexOf(address: string): string {
  return address
    .split('.')
    .reverse()
    .map((octet) => Number(octet).toString(16).padStart(2, '0').toUpperCase())
    .join('');
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
