/**
 * Disk images that stand on others: snapshots above a volume, linked clones. By the path of an
 * image: the path of the one beneath it. What is not in it stands on nothing, or it is not known.
 */
export type Backing = Readonly<Record<string, string>>;

/** The images beneath one, nearest first. */
export function beneath(path: string, backing: Backing): string[] {
  const chain: string[] = [];
  const seen = new Set([path]);
  for (let next = backing[path]; next !== undefined && !seen.has(next); next = backing[next]) {
    chain.push(next);
    seen.add(next);
  }
  return chain;
}
