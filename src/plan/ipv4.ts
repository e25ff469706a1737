/** IPv4 arithmetic on addresses that are known to be well-formed (the schema and libvirt have seen to that). */

export interface Range {
  first: number;
  last: number;
}

export function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** All addresses of `192.168.1.0/24`, or of the subnet that `192.168.1.1/24` lies in; null when it isn't IPv4. */
export function rangeOf(cidr: string): Range | null {
  const match = /^(\d+\.\d+\.\d+\.\d+)(?:\/(\d+))?$/.exec(cidr);
  if (match === null) return null;
  const size = 2 ** (32 - Number(match[2] ?? '32'));
  const first = Math.floor(toNumber(match[1] ?? '') / size) * size;
  return { first, last: first + size - 1 };
}

export function overlaps(a: Range, b: Range): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** `192.168.1.0/24` of `192.168.1.1/24`. */
export function subnetOf(addressWithPrefix: string): string {
  const range = rangeOf(addressWithPrefix);
  const prefix = addressWithPrefix.split('/')[1] ?? '32';
  return range === null ? addressWithPrefix : `${toAddress(range.first)}/${prefix}`;
}
