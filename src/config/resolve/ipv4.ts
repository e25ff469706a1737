/** IPv4 addresses as numbers, and the addresses of a network in the fleet file. */
import ipaddr from 'ipaddr.js';
import { formatAddress, type FleetNetwork, type Ipv4Block } from '../../model/index.js';

/** `first` is the network's own address, `last` the broadcast address. */
export interface Cidr extends Ipv4Block {
  /** The address as written. */
  written: number;
  prefix: number;
}

/** null: not four plain decimal numbers (`010.0.0.1` is octal to some, and refused). */
export function parseAddress(text: string): number | null {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return null;
  return ipaddr.IPv4.parse(text)
    .toByteArray()
    .reduce((sum, byte) => sum * 256 + byte, 0);
}

export function parseCidr(text: string): Cidr | null {
  const [address = '', length = ''] = text.split('/');
  const written = parseAddress(address);
  if (written === null || !/^(0|[1-9][0-9]?)$/.test(length) || Number(length) > 32) return null;
  const prefix = Number(length);
  const size = 2 ** (32 - prefix);
  const first = Math.floor(written / size) * size;
  return { written, prefix, first, last: first + size - 1 };
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.first)}/${cidr.prefix}`;
}

export function gatewayOf(cidr: Cidr): number {
  return cidr.first + 1;
}

/** The subnet that a network names; null: it is chosen later, or can't be read. */
export function subnetOf(network: FleetNetwork): Cidr | null {
  return network.subnet === undefined || network.subnet === 'auto'
    ? null
    : parseCidr(network.subnet);
}

/** `auto`: .3 to .155 of a /24 that is not chosen yet. */
export const AUTO_RANGE_SIZE = 153;
