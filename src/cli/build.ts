/** Set by scripts/build.ts. */
declare const VEN_COMMIT: string | null;

/** The commit that ven was built from, `-dirty` with other changes; null: that is not known. */
export function commit(): string | null {
  return typeof VEN_COMMIT === 'string' ? VEN_COMMIT : null;
}

/** `bundled`: the Node that came along with ven, as a package of npm; `system`: another. */
export function nodeKind(path: string): 'bundled' | 'system' {
  return /\/node_modules\/node-linux-\w+\/bin\/node$/.test(path) ? 'bundled' : 'system';
}
