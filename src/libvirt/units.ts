/** Sizes, as libvirt writes and reads them, and as people do. */
import { attribute, type XmlElement } from '../xml/index.js';

const BYTES: Record<string, number> = {
  b: 1,
  B: 1,
  bytes: 1,
  KB: 1e3,
  k: 1024,
  K: 1024,
  KiB: 1024,
  MB: 1e6,
  M: 1024 ** 2,
  MiB: 1024 ** 2,
  GB: 1e9,
  G: 1024 ** 3,
  GiB: 1024 ** 3,
  TB: 1e12,
  T: 1024 ** 4,
  TiB: 1024 ** 4,
};

/**
 * The size that an element says, in bytes; 0 when it says none. `unit`: the one that it is in when
 * it names none.
 */
export function bytesIn(element: XmlElement | undefined, unit: 'bytes' | 'KiB'): number {
  const amount = Number(element?.children.filter((node) => typeof node === 'string').join(''));
  if (!Number.isFinite(amount)) return 0;
  return amount * (BYTES[attribute(element, 'unit') ?? unit] ?? BYTES[unit] ?? 1);
}

const UNITS = ['TiB', 'GiB', 'MiB', 'KiB'] as const;

/** Bytes in the largest binary unit that says them exactly: `110GiB`, `1536MiB`, `1000B`. */
export function formatBytes(bytes: number): string {
  let size = 1024 ** 4;
  for (const unit of UNITS) {
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
    size /= 1024;
  }
  return `${bytes}B`;
}

/** KiB, the unit of libvirt's XML, as `formatBytes` says it. */
export function formatKiB(kib: number): string {
  return formatBytes(kib * 1024);
}
