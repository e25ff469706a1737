import { dirname, join } from 'node:path';
import { makeFolder, writeOutput } from '../host/index.js';

/**
 * Writes a result where the user asked for it: a plain file whole or not at all, replacing an
 * existing one, mode 0600; a device or a pipe directly. Rejects with `usage`.
 */
export function saveText(file: string, text: string): void {
  writeOutput(file, text, { isPrivate: true });
}

/** The same for what everybody may read. */
export function savePublic(file: string, text: string): void {
  writeOutput(file, text, { isPrivate: false });
}

/**
 * Writes files under a folder, which is created if missing; existing files are replaced. Returns
 * their paths. Rejects with `usage`.
 */
export function saveFiles(
  folder: string,
  files: readonly { path: string; text: string }[],
): string[] {
  return files.map(({ path, text }) => {
    const file = join(folder, path);
    makeFolder(dirname(file));
    writeOutput(file, text, { isPrivate: false });
    return file;
  });
}
