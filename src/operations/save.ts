import { join } from 'node:path';
import { writePrivateFile, writePublicFile } from '../host/index.js';

/**
 * Writes what somebody asked to have in a file: whole or not at all, over what is there, mode 0600.
 * Rejects with `usage`.
 */
export function saveText(file: string, text: string): void {
  writePrivateFile(file, text);
}

/**
 * Writes files under a folder, which is made where there is none, over what is there. Returns their
 * paths. Rejects with `usage`.
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
