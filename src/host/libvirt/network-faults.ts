/**
 * What an active network lacks on this machine. libvirt's "active" is its own memory: it does not
 * notice that somebody took the bridge away, or ended dnsmasq. Read-only.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { NetworkFacts, NetworkFault } from '../../model/index.js';
import { attribute, child, childrenNamed, type XmlElement } from '../../xml/index.js';

/** Where libvirt's network driver has its pid, and the pid of each dnsmasq. */
const FOLDER = '/run/libvirt/network';

type FaultOf = (network: XmlElement, facts: NetworkFacts & { name: string }) => NetworkFault | null;

/**
 * null: this machine can't be looked at as libvirt sees it (from a container, say). Looks into the
 * network namespace of libvirt's daemon, which may be another one than ven's own; any user may.
 */
export function networkFaults(folder = FOLDER): FaultOf | null {
  const daemon = read(`${folder}/driver.pid`)?.trim() ?? '';
  const command = commandOf(daemon);
  if (command === null || !/^[^\0]*(libvirtd|virtnetworkd)\0/.test(command)) return null;
  const devices = read(`/proc/${daemon}/net/dev`);
  if (devices === null) return null;
  const hasDevice = (name: string): boolean =>
    devices.split('\n').some((line) => line.trim().startsWith(`${name}:`));
  const local = localAddresses(daemon);
  return (network, { name, bridge, gateway }) => {
    // One that hands out devices of the host has no bridge of libvirt's.
    if (bridge === null || isOfHost(network)) return null;
    if (!hasDevice(bridge)) return 'bridge';
    const address = gateway?.split('/')[0];
    if (address !== undefined && !local.has(address)) return 'address';
    return needsDnsmasq(network) && !runsDnsmasq(folder, name) ? 'dnsmasq' : null;
  };
}

/**
 * The IPv4 addresses of all interfaces that a process sees, those without a carrier too, which Node
 * leaves out.
 */
export function localAddresses(pid = 'self'): ReadonlySet<string> {
  const trie = read(`/proc/${pid}/net/fib_trie`) ?? '';
  const found = trie.matchAll(/\|-- (\S+)\n\s+\/32 host LOCAL/g);
  return new Set([...found].map(([, address = '']) => address));
}

/** Whether its bridge is the host's own: libvirt neither makes nor deletes it. */
function isOfHost(network: XmlElement): boolean {
  const mode = attribute(child(network, 'forward'), 'mode');
  return mode !== null && !['nat', 'route', 'open'].includes(mode);
}

/** As libvirt decides it: an address, and DHCP or DNS on it. */
function needsDnsmasq(network: XmlElement): boolean {
  const ips = childrenNamed(network, 'ip');
  const hasDhcp = ips.some((ip) => {
    const dhcp = child(ip, 'dhcp');
    return child(dhcp, 'range') !== undefined || child(dhcp, 'host') !== undefined;
  });
  return ips.length > 0 && (hasDhcp || attribute(child(network, 'dns'), 'enable') !== 'no');
}

/** A pid in the file may be an old one, which another process has by now. */
function runsDnsmasq(folder: string, name: string): boolean {
  const file = `${folder}/${name}.pid`;
  const pid = read(file);
  // One that this user may not read says nothing.
  if (pid === null) return existsSync(file);
  const command = commandOf(pid.trim());
  return command?.includes('dnsmasq') === true && command.includes(`/${name}.conf\0`);
}

/** Its words, each followed by a NUL; null: there is no such process to be seen. */
function commandOf(pid: string): string | null {
  return /^[1-9]\d*$/.test(pid) ? read(`/proc/${pid}/cmdline`) : null;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
