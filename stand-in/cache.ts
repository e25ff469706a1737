/** Things made once and kept in the user's cache folder. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export function cacheDir(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ven', 'boot-payload');
}

/**
 * Fills a folder through `make`, then puts it in place: an interrupted run leaves no folder that
 * looks complete.
 */
export async function once(place: string, make: (dir: string) => unknown): Promise<string> {
  if (existsSync(place)) return place;
  mkdirSync(join(place, '..'), { recursive: true });
  const half = mkdtempSync(`${place}.`);
  try {
    await make(half);
    renameSync(half, place);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    // Another run was faster.
    if (!existsSync(place)) throw error;
  }
  return place;
}

/** Names a thing by what it is made of. */
export function digest(...what: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 16);
}
