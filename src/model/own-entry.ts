/**
 * The entry of a map that somebody else's words are the keys of; null: none. A plain object also
 * answers to `constructor`, `toString` and the other names of its prototype.
 */
export function ownEntry<T>(map: Readonly<Record<string, T>>, key: string): T | null {
  return (Object.hasOwn(map, key) ? map[key] : null) ?? null;
}
