/** Temporary files, in the first folder where that works: TMPDIR may be gone, closed or full. */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { VenError } from '../../model/index.js';
import type { Env } from '../exec.js';

const FOLDERS = ['/tmp', '/var/tmp', '/dev/shm'];

/**
 * The result of `work` in the first folder in which it does not fail.
 * @throws VenError `host-not-ready` when there is none
 */
export function inTemporaryFolder<T>(env: Env, work: (folder: string) => T): T {
  const given = env['TMPDIR'];
  const failures: string[] = [];
  let cause: unknown;
  for (const folder of new Set([
    ...(given !== undefined && isAbsolute(given) ? [given] : []),
    ...FOLDERS,
  ])) {
    try {
      return work(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      failures.push(`${folder}: ${code}`);
      cause = error;
    }
  }
  throw new VenError('host-not-ready', {
    summary: 'No temporary file can be created',
    detail: failures.join('\n'),
    hint: 'Make room, or set TMPDIR to a folder that you may write to',
    cause,
  });
}

/**
 * A file descriptor of an unlinked file: no other user can read it, and nothing is left behind,
 * however the run ends.
 */
export function unlinkedFile(content: string | Uint8Array, env: Env): number {
  const bytes = Buffer.from(content);
  return inTemporaryFolder(env, (folder) => {
    const path = join(folder, `ven-${randomBytes(8).toString('hex')}`);
    const fd = openSync(
      path,
      constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      unlinkSync(path);
      for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written);
      return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  });
}
