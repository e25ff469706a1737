/** IPv4 addresses as numbers, and what a network in the fleet file says about them. */
import ipaddr from 'ipaddr.js';
import type { FleetNetwork, Ipv4Range } from '../model/index.js';

export interface Cidr {
  /** The address as written. */
  written: number;
  prefix: number;
  /** First and last address of the block: the network's own and the broadcast address. */
  first: number;
  last: number;
}

/** null: not four plain decimal numbers (`010.0.0.1` is octal to some, and refused). */
export function parseAddress(text: string): number | null {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return null;
  return ipaddr.IPv4.parse(text)
    .toByteArray()
    .reduce((sum, byte) => sum * 256 + byte, 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
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

/** The subnet that a network names; null when it is to be chosen, or can't be read. */
export function subnetOf(network: FleetNetwork): Cidr | null {
  return network.subnet === undefined || network.subnet === 'auto' ? null : parseCidr(network.subnet);
}

/** Of a literal subnet, .3 to .155 as far as it reaches; a block of four has only .2 to give. */
export function defaultRange(cidr: Cidr): Ipv4Range {
  const lastHost = cidr.last - 1;
  const start = Math.min(cidr.first + 3, lastHost);
  return { start: formatAddress(start), end: formatAddress(Math.min(cidr.first + 155, lastHost)) };
}

/** `auto`: .3 to .155 of a /24 that is not chosen yet. */
export const AUTO_RANGE_SIZE = 153;
