/** Values as people read them. */

/** `a`, `a and b`, `a, b and c`. */
export function formatList(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** Up to three by name: `a, b, c and 4 more`. */
export function formatSome(items: readonly string[]): string {
  if (items.length <= 3) return formatList(items);
  return `${items.slice(0, 3).join(', ')} and ${items.length - 3} more`;
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
