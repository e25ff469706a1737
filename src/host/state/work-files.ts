/** Files of earlier runs in a fleet's work folder. */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
} from 'node:fs';
import { join } from 'node:path';
import type { StateFile } from '../../model/index.js';

/**
 * The plain files in these folders of the work folder, and in their subfolders; newest first.
 * Unreadable ones are left out.
 */
export function stateFiles(workDir: string, folders: readonly string[]): StateFile[] {
  const found: StateFile[] = [];
  for (const folder of folders) {
    let names: string[];
    try {
      names = readdirSync(join(workDir, folder), { recursive: true, encoding: 'utf8' });
    } catch {
      continue; // nothing of the kind
    }
    for (const name of names) {
      try {
        const state = lstatSync(join(workDir, folder, name));
        if (state.isFile()) found.push({ path: join(folder, name), modifiedAt: state.mtime });
      } catch {
        continue; // gone in between
      }
    }
  }
  return found.sort((a, b) => b.modifiedAt.getTime() - a.modifiedAt.getTime());
}

/**
 * The last `limit` bytes of a file, as text. `cut`: there were more. Throws file system errors.
 */
export function readEnd(path: string, limit: number): { text: string; cut: boolean } {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { size } = fstatSync(fd);
    const bytes = Buffer.alloc(Math.min(size, limit));
    const length = readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    return { text: bytes.toString('utf8', 0, length), cut: size > limit };
  } finally {
    closeSync(fd);
  }
}
