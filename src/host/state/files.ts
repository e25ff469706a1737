/**
 * The files that ven reads and writes. No decision depends on ven's own: a missing one is written
 * again.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { VenError } from '../../model/index.js';
import { commandLine } from '../exec.js';

/** A saved plan of 1,000 VMs is a few MiB. */
const TEXT_FILE_BYTES = 256 * 1024 * 1024;
const NAMED_FILE_BYTES = 1024 * 1024;
const SECRET_FILE_BYTES = 64 * 1024;

/**
 * @throws VenError `not-found`, or `usage` when it is not a readable file or larger than 256 MiB.
 */
export function readTextFile(path: string): string {
  return readWhole(path, TEXT_FILE_BYTES).toString('utf8');
}

/**
 * The bytes of a file that a fleet file names: a profile, certificates.
 * @throws VenError `not-found`, or `usage` when it is not a readable file or larger than 1 MiB;
 * then nothing of it is read.
 */
export function readNamedFile(path: string): Uint8Array {
  return readWhole(path, NAMED_FILE_BYTES);
}

function readWhole(path: string, most: number): Buffer {
  return readUpTo(path, most, 'usage', 'Check the path', ({ size }) => {
    if (size <= most) return;
    const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
    throw new VenError('usage', {
      summary:
        `${path} is too large: it has ${mebibytes(size)}, ` + `and ${mebibytes(most)} are the most`,
      hint: 'Check that it is the right file',
    });
  });
}

/**
 * The bytes of a small file that only its owner may read.
 * @throws VenError `not-found`, or `usage` when others may read it, when it is larger than 64 KiB,
 * or can't be read.
 */
export function readSecretFile(path: string): Uint8Array {
  const hint = 'Check the path, and that only you may read it';
  const bytes = readUpTo(path, SECRET_FILE_BYTES + 1, 'usage', hint, (stat) => {
    checkSecretMode(path, stat);
  });
  if (bytes.length > SECRET_FILE_BYTES)
    throw new VenError('usage', { summary: `${path} is too large for a secret`, hint });
  return bytes;
}

/**
 * The same as far as it is seen without opening the file; what can't be seen is taken for right.
 * @throws VenError `not-found`, or `usage` when others than its owner may read it.
 */
export function checkSecretFile(path: string): void {
  let stat: Stats;
  try {
    stat = statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return;
    const hint = 'Make it, readable for its owner only';
    throw new VenError('not-found', { summary: `There is no file ${path}`, hint });
  }
  checkSecretMode(path, stat);
}

function checkSecretMode(path: string, { mode }: Stats): void {
  if ((mode & 0o077) === 0) return;
  throw new VenError('usage', {
    summary:
      `${path} holds a secret, and others than its owner may read it (mode ` +
      `0${(mode & 0o777).toString(8)})`,
    hint: `Make it readable for you only: ${commandLine('chmod', ['600', path])}`,
  });
}

/** Never overwrites. @throws VenError `usage` */
export function writeNewFile(path: string, text: string): void {
  try {
    createFile(path, text);
  } catch (error) {
    throw notNew(path, error);
  }
}

/** The error for a new file that could not be written. */
export function notNew(path: string, error: unknown): VenError {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return cannot('write', path, error);
  return new VenError('usage', {
    summary: `${path} exists already`,
    hint: 'It is not overwritten. Give another name, or move it away',
    cause: error,
  });
}

/** Never overwrites, and deletes a partly written file. Throws file system errors. */
function createFile(path: string, text: string, mode = 0o666, finish?: (fd: number) => void): void {
  const fd = openSync(path, 'wx', mode);
  try {
    writeFileSync(fd, text);
    finish?.(fd);
  } catch (error) {
    rmSync(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/**
 * Whole or not at all. `finish`: before the file takes its place. Throws file system errors.
 */
export function replaceWith(
  path: string,
  text: string,
  mode: number,
  finish?: (fd: number) => void,
): void {
  const beside = `${path}.${process.pid}.tmp`;
  createFile(beside, text, mode, finish);
  try {
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside);
    throw error;
  }
}

/** A file of ven's installation, by its path from ven's own folder. */
export function readPackageFile(path: string): string {
  return readFileSync(packagePath(path), 'utf8');
}

/** The whole path of such a file. */
export function packagePath(path: string): string {
  return join(packageFolder(), path);
}

/** Creates missing folders above it too, each mode 0700. @throws VenError `usage` */
export function makeStateFolder(path: string): void {
  inState(path, () => mkdirSync(path, { recursive: true, mode: 0o700 }));
}

/**
 * Runs work that writes below the state folder. @throws VenError `usage` when that can't be
 * written.
 */
export function inState<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new VenError('usage', {
      summary: cannot('write', path, error).summary,
      hint:
        'ven keeps its work files and logs there. Name another folder, on a disk with ' +
        'room, that you may write to: XDG_STATE_HOME=/path ven …',
      cause: error,
    });
  }
}

/** The folder of package.json, above this file, as source or bundled. */
function packageFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder)
      throw new VenError('host-not-ready', {
        summary: 'The installation of ven is incomplete: its package.json is missing',
        hint: 'Install it again',
      });
    folder = above;
  }
  return folder;
}

/**
 * The first bytes of a file, this many at most. `hint`: of errors about the path. `check` may
 * throw, before anything is read. @throws VenError `not-found`, else `code`
 */
export function readUpTo(
  path: string,
  limit: number,
  code: 'fleet-file' | 'usage',
  hint: string,
  check?: (stat: Stats) => void,
): Buffer {
  let fd: number;
  try {
    // Non-blocking: a pipe without a writer must not hang the read.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new VenError('not-found', { summary: `There is no file ${path}`, hint });
    throw cannot('read', path, error, code);
  }
  try {
    const stat = fstatSync(fd);
    if (stat.isDirectory())
      throw new VenError(code, { summary: `${path} is a folder, not a file`, hint });
    if (!stat.isFile()) throw new VenError(code, { summary: `${path} is not a plain file`, hint });
    check?.(stat);
    const bytes = Buffer.alloc(Math.min(stat.size, limit));
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(fd, bytes, length, bytes.length - length, null);
    return bytes.subarray(0, length);
  } catch (error) {
    if (error instanceof VenError) throw error;
    throw cannot('read', path, error, code);
  } finally {
    closeSync(fd);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of the path is not a folder',
  ENOSPC: 'the disk is full',
  EAGAIN: 'its reader takes nothing',
  EPIPE: 'its reader is gone',
  ELOOP: 'it leads through too many symbolic links',
};

/** The error for a file that could not be read or written. */
export function cannot(
  verb: 'read' | 'write',
  path: string,
  error: unknown,
  code: 'fleet-file' | 'usage' = 'usage',
): VenError {
  const why = (error as NodeJS.ErrnoException).code;
  const said = REASONS[why ?? ''] ?? (error instanceof Error ? error.message : String(error));
  // The hint names the existing file that is in the way, not one below it.
  let existing = path;
  if (why === 'ENOTDIR') while (!existsSync(existing)) existing = dirname(existing);
  return new VenError(code, {
    summary: `${path} can't be ${verb === 'read' ? 'read' : 'written'}: ${said}`,
    hint:
      why === 'ENOENT'
        ? `Correct the path, or make the folder: ${commandLine('mkdir', ['-p', dirname(path)])}`
        : `Check the path and its permissions: ${commandLine('ls', ['-ld', existing])}`,
    cause: error,
  });
}
