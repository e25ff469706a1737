/**
 * Files that a user named as the place of a result (`--out`, `--html`, `--junit`, …). What is there
 * stays what it is: a device, a pipe or a descriptor is written to, a link is followed; only a
 * plain file is replaced.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, isAbsolute } from 'node:path';
import { VenError } from '../../model/index.js';
import { commandLine } from '../exec.js';
import { cannot, replaceWith } from './files.js';

/** `stream`: what is written can't be taken back or read again. */
export type OutputKind = 'file' | 'stream' | 'stdout';

type Target =
  | { kind: 'file'; path: string; stat: Stats | null }
  | { kind: 'stream'; path: string }
  | { kind: 'descriptor'; fd: number };

/** As the kernel's own limit. */
const MAX_LINKS = 40;
const PRIVATE = 0o600;
/** A reader that takes nothing for so long is stuck. */
const STUCK_MS = 30_000;
const PAUSE_MS = 20;

/** Why a file can't be replaced, though it can be written to: a mount point, a folder of others. */
const NOT_REPLACEABLE = new Set(['EACCES', 'EPERM', 'EBUSY', 'EXDEV', 'EROFS']);

/** What stands at `path`, or will. @throws VenError `usage` when it can't be written. */
export function outputKind(path: string): OutputKind {
  const target = saying(path, () => targetOf(path));
  if (target.kind !== 'descriptor') return target.kind;
  return target.fd === process.stdout.fd ? 'stdout' : 'stream';
}

/**
 * Writes a result where the user wants it. A plain file gets it whole or not at all, where its
 * folder allows that, and keeps its owner. `isPrivate`: nobody but its owner may read it.
 * @throws VenError `usage`
 */
export function writeOutput(
  path: string,
  text: string,
  { isPrivate }: { isPrivate: boolean },
): void {
  saying(path, () => {
    const target = targetOf(path);
    if (target.kind === 'descriptor') writeAll(target.fd, text);
    else if (target.kind === 'stream') writeToStream(target.path, text);
    else if (target.stat === null) replaceWith(target.path, text, isPrivate ? PRIVATE : 0o666);
    else replace(target.path, target.stat, text, isPrivate);
  });
}

/** With all folders above it. @throws VenError `usage` */
export function makeFolder(path: string): void {
  saying(path, () => mkdirSync(path, { recursive: true }));
}

/** Follows links as the kernel does; the last one may point to what is not there yet. */
function targetOf(path: string): Target {
  // The kernel may refuse to follow a link (of somebody else, in /tmp); then so does this.
  statSync(path, { throwIfNoEntry: false });
  let at = path;
  for (let links = 0; links < MAX_LINKS; links++) {
    const folder = realpathSync(dirname(at));
    // The links in such a folder are no paths: their text may be `pipe:[42]`.
    const [, pid] = /^\/proc\/([0-9]+)\/(?:task\/[0-9]+\/)?fd$/.exec(folder) ?? [];
    if (pid === String(process.pid) && /^[0-9]+$/.test(basename(at)))
      return { kind: 'descriptor', fd: Number(basename(at)) };
    if (pid !== undefined) return { kind: 'stream', path: at };
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (stat === undefined) return { kind: 'file', path: at, stat: null };
    if (stat.isDirectory())
      throw new VenError('usage', {
        summary: `${path} is a folder, not a file`,
        hint: `Give a file in it: ${path.replace(/\/+$/, '')}/NAME`,
      });
    if (stat.isFile()) return { kind: 'file', path: at, stat };
    if (!stat.isSymbolicLink()) return { kind: 'stream', path: at };
    const link = readlinkSync(at);
    at = isAbsolute(link) ? link : `${folder}/${link}`;
  }
  throw Object.assign(new Error('too many symbolic links'), { code: 'ELOOP' });
}

function replace(path: string, { mode, uid, gid, nlink }: Stats, text: string, isPrivate: boolean) {
  const isRoot = process.geteuid?.() === 0;
  const isOthers = uid !== process.geteuid?.();
  // The other names of the file, and its owner, stay.
  if (nlink > 1 || (isOthers && !isRoot)) {
    overwrite(path, text);
    return;
  }
  const finish = (fd: number): void => {
    if (isRoot) fchownSync(fd, uid, gid);
    fchmodSync(fd, mode & (isPrivate ? PRIVATE : 0o777));
  };
  try {
    replaceWith(path, text, PRIVATE, finish);
  } catch (error) {
    if (!NOT_REPLACEABLE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    overwrite(path, text);
  }
}

function overwrite(path: string, text: string): void {
  // Not `w`, which makes a file that has just gone away.
  writeFileSync(path, text, { flag: 'r+' });
  truncateSync(path, Buffer.byteLength(text));
}

/** Never waits for a reader that is not there. */
function writeToStream(path: string, text: string): void {
  let fd: number;
  try {
    fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error;
    const isPipe = statSync(path).isFIFO();
    throw new VenError('usage', {
      summary: isPipe
        ? `${path} is a pipe that nobody reads from`
        : `${path} is a socket or a device that can't be written to`,
      hint: isPipe
        ? `Start its reader first: ${commandLine('cat', [path])}`
        : 'Give a file, or a pipe that has a reader',
      cause: error,
    });
  }
  try {
    writeAll(fd, text);
  } finally {
    closeSync(fd);
  }
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  let stuckFor = 0;
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(fd, bytes, done);
      stuckFor = 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || stuckFor > STUCK_MS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
      stuckFor += PAUSE_MS;
    }
  }
}

function saying<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof VenError ? error : cannot('write', path, error);
  }
}
