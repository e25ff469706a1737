/**
 * Facts from this machine, when it is the host. Read-only; unreadable facts are unknown.
 */
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { normalize } from 'node:path/posix';
import { parseLibvirtUri, type HostRoute } from '../../model/index.js';

const THIS_MACHINE = 'qemu:///system';
const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  ssh: 22,
  libssh: 22,
  libssh2: 22,
  tls: 16514,
  tcp: 16509,
};

/**
 * One name for a host, however its URI is spelled: transport, user, parameters, case and a default
 * port do not count. Another port is another host: behind one address there may be several. So is
 * a socket in a folder that is not libvirt's, and what listens on this machine for tcp or tls:
 * both may be the ends of tunnels. No name is looked up. (decision 25)
 */
export function hostOf(uri: string): string {
  const parsed = parseLibvirtUri(uri);
  // `ext` runs a program that leads anywhere.
  if (parsed?.driver !== 'qemu' || parsed.path !== '/system' || parsed.transport === 'ext')
    return uri;
  const { transport, host, port } = parsed;
  const usual = port === null || port === DEFAULT_PORTS[transport ?? 'tls'];
  const where = `${host}${usual ? '' : `:${port}`}`;
  if (transport === 'tcp' || transport === 'tls' || (transport === null && host !== ''))
    return `qemu://${host === '' ? 'localhost' : ''}${where}/system`;
  const here = host === '' || (usual && isOwnName(host));
  const socket = otherSocket(parsed.parameters);
  if (socket !== null) return `qemu://${here ? '' : where}/system?socket=${socket}`;
  return here ? THIS_MACHINE : `qemu://${where}/system`;
}

/** The path of a socket that libvirt itself does not make; null: none is named. */
function otherSocket(parameters: string): string | null {
  const [, text = ''] = /(?:^|[&;])socket=([^&;]*)/i.exec(parameters) ?? [];
  if (text === '') return null;
  const path = normalize(text.replace(/%2f/gi, '/'));
  return /^(\/var)?\/run\/libvirt\//.test(path) ? null : path;
}

/** Whether `uri` is this machine's libvirt. */
export function isLocal(uri: string): boolean {
  return hostOf(uri) === THIS_MACHINE;
}

function isOwnName(host: string): boolean {
  if (host === 'localhost' || host.startsWith('127.') || host === hostname().toLowerCase())
    return true;
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === host),
  );
}

/** IPv4 ranges of interfaces and routes, without the default route; sorted. */
export function localRoutes(): HostRoute[] {
  const routes: HostRoute[] = [];
  for (const [device, addresses] of Object.entries(networkInterfaces())) {
    for (const { family, cidr } of addresses ?? []) {
      if (family !== 'IPv4' || cidr === null) continue;
      const [address = '', prefix = '32'] = cidr.split('/');
      routes.push({ cidr: network(address, Number(prefix)), device });
    }
  }
  routes.push(...parseRoutes(read('/proc/net/route')));
  const unique = new Map(
    routes
      .filter(({ device }) => device !== 'lo')
      .map((route) => [`${route.cidr} ${route.device}`, route]),
  );
  return [...unique.keys()].sort().flatMap((key) => unique.get(key) ?? []);
}

/** The NIC of the default route that counts, and its first IPv4 address; null: there is none. */
export function localUplink(): { device: string; address: string | null } | null {
  const device = defaultDevice(read('/proc/net/route'));
  if (device === null) return null;
  const ipv4 = networkInterfaces()[device]?.find(({ family }) => family === 'IPv4');
  return { device, address: ipv4?.address ?? null };
}

/** Of several default routes, that with the lowest metric (the seventh column) counts. */
export function defaultDevice(table: string): string | null {
  const defaults = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1] === '00000000' && columns[7] === '00000000')
    .sort((a, b) => Number(a[6]) - Number(b[6]));
  return defaults[0]?.[0] ?? null;
}

/** `/proc/net/route`: device, then destination and mask as little-endian hex words. */
export function parseRoutes(table: string): HostRoute[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const columns = line.trim().split(/\s+/);
      const [device, destination] = columns;
      const mask = columns[7];
      if (
        device === undefined ||
        !/^[0-9A-F]{8}$/.test(destination ?? '') ||
        !/^[0-9A-F]{8}$/.test(mask ?? '')
      )
        return [];
      const bits = word(mask ?? '')
        .toString(2)
        .padStart(32, '0');
      const prefix = bits.lastIndexOf('1') + 1;
      return prefix === 0 ? [] : [{ cidr: `${dotted(word(destination ?? ''))}/${prefix}`, device }];
    });
}

/** Bridges of the host, each with the devices on it. */
export function localBridgePorts(): Record<string, string[]> {
  const bridges: Record<string, string[]> = {};
  for (const device of list('/sys/class/net')) {
    const ports = list(`/sys/class/net/${device}/brif`);
    if (ports.length > 0 || isFolder(`/sys/class/net/${device}/bridge`))
      bridges[device] = ports.sort();
  }
  return bridges;
}

/** Whether this network namespace has a tap. */
export function haveTaps(): boolean {
  return list('/sys/class/net').some((device) => isTaken(`/sys/class/net/${device}/tun_flags`));
}

/** null: this user may not read it. */
export function isMissing(path: string): boolean | null {
  try {
    // A thrown error for each of a thousand files would be too slow.
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return null;
  }
}

/**
 * Whether a file of that name exists, of any kind; a link counts, even a broken one.
 */
export function isTaken(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function network(address: string, prefix: number): string {
  const value = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const size = 2 ** (32 - prefix);
  return `${dotted(Math.floor(value / size) * size)}/${prefix}`;
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

function word(hex: string): number {
  return Buffer.from(hex, 'hex').readUInt32LE();
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
