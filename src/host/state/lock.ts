/**
 * One run at a time on one fleet of one host. A kernel lock on an open file (flock): it ends with
 * the last process that has the file open, that is the run and the children that inherited it,
 * however they end. The file stays: after a deletion a third run could lock a new file while a
 * second holds the old.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { VenError, type LockRequest } from '../../model/index.js';
import { run, type Env } from '../exec.js';
import { hostOf } from '../libvirt/local.js';

export interface LockFileRequest extends Omit<LockRequest, 'stop'> {
  uri: string;
  fleet: string;
  env?: Env | undefined;
  /** The folder of the file; for tests. */
  folder?: string | undefined;
}

export interface LockFile {
  /** For children that must hold the lock if they outlive this run. */
  fd: number;
  path: string;
  /** Children that inherited it still hold it. */
  release(): void;
}

interface Holder {
  pid: number;
  /**
   * The start time of that process, from the kernel: it tells the process from a later one with the
   * same PID.
   */
  started: string;
  user: string;
  host: string;
  command: string;
  since: string;
}

/** Also without a wait: `isLocked` of another run holds the lock for some milliseconds. */
const RETRY_MS = 300;
const NOTE_LIMIT = 4096;

/** @throws VenError `locked` (who holds it), `host-not-ready` when the file can't be created. */
export async function acquireLock(request: LockFileRequest): Promise<LockFile> {
  const path = lockPath(request);
  const { fd, writable } = openLockFile(path);
  try {
    const waitMs = Math.max((request.waitSeconds ?? 0) * 1000, RETRY_MS);
    const deadline = performance.now() + waitMs;
    while (!(await flock(fd, request))) {
      if (performance.now() >= deadline) throw busy(request, path, fd);
      await pause(RETRY_MS, undefined, request.signal ? { signal: request.signal } : {}).catch(
        () => {
          throw new VenError('interrupted', {
            summary: 'Stopped while waiting for another run to end',
          });
        },
      );
    }
    if (writable) leaveNote(fd, request.command);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  let open = true;
  return {
    fd,
    path,
    release() {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

/** As `acquireLock`, with the shortest wait; null: a run of the fleet is at work. */
export async function tryLock(request: LockFileRequest): Promise<LockFile | null> {
  try {
    return await acquireLock({ ...request, waitSeconds: 0 });
  } catch (error) {
    if (error instanceof VenError && error.code === 'locked') return null;
    throw error;
  }
}

/** Whether a run of the fleet is at work, as far as this machine knows. Creates nothing. */
export async function isLocked(request: Omit<LockFileRequest, 'command'>): Promise<boolean> {
  if (!existsSync(lockPath(request))) return false;
  const { fd } = openLockFile(lockPath(request));
  try {
    return !(await flock(fd, request));
  } finally {
    closeSync(fd);
  }
}

/**
 * The run that holds the lock, in words. Unlike `isLocked` it never holds the lock itself, not even
 * for a moment. null: nobody; or the kernel doesn't tell, which in a container is so of another
 * user's run, and of what outlived its run.
 */
export async function lockHolder(
  request: Omit<LockFileRequest, 'command'>,
): Promise<string | null> {
  const path = lockPath(request);
  if (!existsSync(path)) return null;
  const { fd } = openLockFile(path);
  try {
    const holder = readNote(fd);
    if (holder === null) return null;
    const file = fstatSync(fd, { bigint: true });
    // The kernel takes some 10 ms for it.
    const all = await readFile('/proc/locks', 'utf8');
    const held = isFlocked(file, all) || isFlocked(file, locksOf(holder.pid));
    return held ? nameOf(holder) : null;
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

/**
 * What the kernel says of the locks of a process. /proc/locks leaves out those whose taker is
 * unknown in this PID namespace, and flock(1) is gone by then: in a container that is every lock.
 */
function locksOf(pid: number): string {
  const folder = `/proc/${pid}/fdinfo`;
  return readdirSync(folder)
    .map((fd) => {
      try {
        return readFileSync(join(folder, fd), 'utf8');
      } catch {
        return ''; // Closed meanwhile.
      }
    })
    .join('');
}

/**
 * `locks`: /proc/locks, for example `1: FLOCK  ADVISORY  WRITE 2201 00:19:3417 0 EOF`: flock(1)'s
 * PID, then the device in hexadecimal and the inode.
 */
export function isFlocked({ dev, ino }: { dev: bigint; ino: bigint }, locks: string): boolean {
  // makedev(3): twelve bits of the major number lie between the parts of the minor one.
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xfff00n);
  const hex = (number: bigint): string => number.toString(16).padStart(2, '0');
  const file = `${hex(major)}:${hex(minor)}:${ino}`;
  return new RegExp(`: FLOCK .* ${file} 0 EOF$`, 'm').test(locks);
}

function nameOf({ command, user, pid, since }: Holder): string {
  return `ven ${command} of ${user} (process ${pid}, since ${since})`;
}

function lockPath(request: Pick<LockFileRequest, 'uri' | 'fleet' | 'folder' | 'over'>): string {
  const { folder = lockFolder(), over } = request;
  return join(folder, `ven-${fleetKey(request)}${over === 'provision' ? '-provision' : ''}.lock`);
}

/** All users share the file, so it is in no user's own folder. */
function lockFolder(): string {
  try {
    if (statSync('/run/lock').isDirectory()) return '/run/lock';
  } catch {
    // An unusual Linux: fall back to /tmp.
  }
  return '/tmp';
}

/** A name for a fleet of a host, the same for all users of this machine. */
export function fleetKey({ uri, fleet }: { uri: string; fleet: string }): string {
  return createHash('sha256')
    .update(JSON.stringify([hostOf(uri), fleet]))
    .digest('hex')
    .slice(0, 24);
}

/**
 * Opens an existing file before it tries to create one: the kernel may refuse O_CREAT for another
 * user's file in a shared folder. Locking needs no write permission.
 */
function openLockFile(path: string): { fd: number; writable: boolean } {
  const { O_RDWR, O_RDONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;
  const attempts: [number, boolean][] = [
    [O_RDWR, true],
    [O_RDONLY, false],
    [O_RDWR | O_CREAT | O_EXCL, true],
    // Another run was faster.
    [O_RDWR, true],
    [O_RDONLY, false],
  ];
  let last: unknown;
  for (const [flags, writable] of attempts) {
    try {
      const fd = openSync(path, flags | O_NOFOLLOW | O_NONBLOCK, 0o666);
      if (!fstatSync(fd).isFile()) {
        closeSync(fd);
        throw new Error('it is not a file');
      }
      if (flags & O_CREAT) fchmodSync(fd, 0o666);
      return { fd, writable };
    } catch (error) {
      last = error;
    }
  }
  throw new VenError('host-not-ready', {
    summary: `The lock file ${path} can't be opened`,
    detail: last instanceof Error ? last.message : String(last),
    hint: `Check it (ls -l ${path}); delete it if it is not a plain file`,
  });
}

/** flock(1) locks the open file that it shares with us; the lock stays when it ends. */
async function flock(
  fd: number,
  { env, signal }: Pick<LockFileRequest, 'env' | 'signal'>,
): Promise<boolean> {
  const { exitCode, stderr } = await run('flock', ['--exclusive', '--nonblock', '3'], {
    env: env ?? process.env,
    timeoutSeconds: 10,
    signal,
    fds: [fd],
    accept: 'any',
  });
  if (exitCode === 0) return true;
  if (exitCode === 1 && stderr.trim() === '') return false;
  throw new VenError('host-not-ready', {
    summary: 'The fleet can not be locked',
    detail: stderr.trim(),
  });
}

function leaveNote(fd: number, command: string): void {
  const holder: Holder = {
    pid: process.pid,
    started: startOf(process.pid) ?? '',
    user: userName(),
    host: hostname(),
    command,
    since: new Date().toISOString(),
  };
  try {
    ftruncateSync(fd, 0);
    writeSync(fd, `${JSON.stringify(holder)}\n`, 0);
  } catch {
    // The disk is full. The lock holds without the note.
  }
}

function busy(request: LockFileRequest, path: string, fd: number): VenError {
  const holder = readNote(fd);
  const which =
    `${request.over === 'provision' ? 'The provisioning of fleet' : 'Fleet'} ` +
    `${request.fleet} on ${request.uri}`;
  const look = `See which processes hold it: fuser -v ${path}`;
  if (!holder)
    return new VenError('locked', {
      summary: `${which} is locked by another run`,
      hint: `Wait until it ends. ${look}`,
    });
  const alive =
    startOf(holder.pid) !== null &&
    (holder.started === '' || startOf(holder.pid) === holder.started);
  const who = nameOf(holder);
  return alive
    ? new VenError('locked', {
        summary: `${which} is locked by ${who}`,
        hint: `Wait until it ends (--lock-timeout 5m), or end it: kill ${holder.pid}`,
      })
    : new VenError('locked', {
        summary:
          `${which} is locked by what ${who} left running: that run is dead, a vagrant or ` +
          'virsh of its is still at work',
        hint: `Wait until that ends too. ${look}`,
      });
}

/** Any user may have written the file: only a few plain characters are taken from it. */
function readNote(fd: number): Holder | null {
  const buffer = Buffer.alloc(NOTE_LIMIT);
  try {
    const length = readSync(fd, buffer, 0, NOTE_LIMIT, 0);
    const note = JSON.parse(buffer.toString('utf8', 0, length)) as Record<string, unknown>;
    const plain = (value: unknown): string =>
      typeof value === 'string' ? value.replace(/[^\w .:@-]/g, '?').slice(0, 64) : '?';
    const { pid } = note;
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 1) return null;
    return {
      pid,
      started: plain(note['started']),
      user: plain(note['user']),
      host: plain(note['host']),
      command: plain(note['command']),
      since: plain(note['since']),
    };
  } catch {
    return null;
  }
}

/** Field 22 of /proc/PID/stat; null when there is no such process (a zombie counts as none). */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '?');
  }
}
