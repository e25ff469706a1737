/** Values as people read them. */

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

/** `a`, `a and b`, `a, b and c`. */
export function formatList(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** Orders `vm.edge-2` before `vm.edge-10`, the same on every machine. */
export function compareNaturally(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (part === other) continue;
    const byNumber = Number(part) - Number(other);
    if (!Number.isNaN(byNumber) && byNumber !== 0) return byNumber;
    return part < other ? -1 : 1;
  }
  return left.length - right.length;
}
