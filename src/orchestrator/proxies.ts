import { BlockList, isIP } from 'node:net';
import type { Reach } from './options.js';

/**
 * The proxy for a URL; null: none. The variables mean the same as for curl and most other programs:
 * lower case goes before upper case; `no_proxy` lists hosts (each with all names below it),
 * addresses, subnets and `*`, each with an optional port.
 */
export function proxyFor(
  url: URL,
  { env, addresses }: Pick<Reach, 'env' | 'addresses'>,
): string | null {
  const proxy =
    url.protocol === 'https:'
      ? (env['https_proxy'] ?? env['HTTPS_PROXY'])
      : (env['http_proxy'] ?? env['HTTP_PROXY']);
  if (proxy === undefined || proxy.trim() === '') return null;
  const host = bare(url.hostname);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  // A name with a given address is matched by that address, too.
  const names = [host, addressOf(host, addresses)].filter((name) => name !== null);
  const exempt = (env['no_proxy'] ?? env['NO_PROXY'] ?? '')
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  if (exempt.some((entry) => names.some((name) => covers(entry.toLowerCase(), name, port))))
    return null;
  return proxy.includes('://') ? proxy.trim() : `http://${proxy.trim()}`;
}

/** The given address of a name; null: none. */
export function addressOf(host: string, addresses: Reach['addresses']): string | null {
  const wanted = bare(host);
  return Object.entries(addresses).find(([name]) => bare(name) === wanted)?.[1] ?? null;
}

/** Without the dot at the end of a name, or the brackets around an address. */
function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[(.*)\]$/, '$1');
}

function covers(entry: string, name: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inSubnet(entry, name);
  const [, host = entry, wantedPort] =
    isIP(entry) === 6 ? [] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []);
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const suffix = bare(host).replace(/^\*?\./, '');
  return suffix !== '' && (name === suffix || (isIP(name) === 0 && name.endsWith(`.${suffix}`)));
}

function inSubnet(entry: string, name: string): boolean {
  const [network = '', bits = ''] = entry.split('/');
  const family = isIP(name);
  if (
    family === 0 ||
    isIP(network) !== family ||
    !/^\d{1,3}$/.test(bits) ||
    Number(bits) > (family === 4 ? 32 : 128)
  )
    return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(network, Number(bits), type);
  return block.check(name, type);
}
