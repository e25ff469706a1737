import { join } from 'node:path';
import { writePrivateFile, writePublicFile } from '../host/index.js';

/**
 * Writes a file that the user asked for: whole or not at all, replacing an existing one, mode 0600.
 * Rejects with `usage`.
 */
export function saveText(file: string, text: string): void {
  writePrivateFile(file, text);
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
    writePublicFile(file, text);
    return file;
  });
}
