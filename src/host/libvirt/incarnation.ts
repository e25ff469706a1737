import { statSync } from 'node:fs';
import { idOf } from '../consoles/console-log.js';
import { isLocal } from './local.js';

/**
 * Identifies the incarnation of a volume by its file, independent of its content. null: not a plain
 * file, or not on this machine.
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
