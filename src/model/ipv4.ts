/**
 * IPv4 arithmetic on well-formed addresses: the fleet file's rules and libvirt guarantee the form.
 */
import type { Ipv4Range } from './fleet.js';

/** First and last address of a block, as numbers. */
export interface Ipv4Block {
  first: number;
  last: number;
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** All addresses of `192.168.1.0/24`, or of the subnet around `192.168.1.1/24`; null: not IPv4. */
export function blockOf(cidr: string): Ipv4Block | null {
  const match = /^(\d+\.\d+\.\d+\.\d+)(?:\/(\d+))?$/.exec(cidr);
  if (match === null) return null;
  const size = 2 ** (32 - Number(match[2] ?? '32'));
  const address = (match[1] ?? '').split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}

export function overlaps(a: Ipv4Block, b: Ipv4Block): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/**
 * The default DHCP range: .3 to .155, or as many of them as the subnet has. A block of four has
 * only .2; a smaller block has no range (null).
 */
export function defaultDhcpRange({ first, last }: Ipv4Block): Ipv4Range | null {
  const lastHost = last - 1;
  if (lastHost < first + 2) return null;
  return {
    start: formatAddress(Math.min(first + 3, lastHost)),
    end: formatAddress(Math.min(first + 155, lastHost)),
  };
}

/** `192.168.1.0/24` of `192.168.1.1/24`. */
export function subnetAround(addressWithPrefix: string): string {
  const block = blockOf(addressWithPrefix);
  const prefix = addressWithPrefix.split('/')[1] ?? '32';
  return block === null ? addressWithPrefix : `${formatAddress(block.first)}/${prefix}`;
}
