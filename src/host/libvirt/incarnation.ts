import { statSync } from 'node:fs';
import { idOf } from '../consoles/console-log.js';
import { isLocal } from './local.js';

/**
 * Tells one incarnation of a volume from the next, whatever was written to it meanwhile: by its
 * file. null: it is no plain file, or can't be seen from here.
 */
export function volumeIncarnation(uri: string, path: string): string | null {
  if (!isLocal(uri)) return null;
  try {
    const stat = statSync(path, { bigint: true });
    return stat.isFile() ? idOf(stat) : null;
  } catch {
    return null;
  }
}
