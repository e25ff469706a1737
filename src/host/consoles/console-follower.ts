/**
 * Polls one console log from a known place on, through rotations; for runs that watch hundreds of
 * nodes. Synchronous, since a poll of a log without news costs a single `stat`.
 */
import { closeSync, constants, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import type { ConsolePiece, ConsoleReader, LogPosition } from '../../model/index.js';
import { consoleLogPath, idOf, unreadable } from './console-log.js';

interface OpenLog {
  fd: number;
  id: string;
  position: number;
}

const PIECE_BYTES = 64 * 1024;
/**
 * The bytes of one log in one poll, so that a node that prints without end does not block others.
 */
const LOOK_BYTES = 1024 * 1024;

export interface FollowedLog {
  domain: string;
  from: LogPosition | null;
  /** Where the log is; default: where libvirt writes it. */
  folder?: string | undefined;
  /** Is told of bytes that were masked, and what they were. */
  masked?: ((at: LogPosition, said: Buffer) => void) | undefined;
}

export class ConsoleFollower implements ConsoleReader {
  readonly #path: string;
  readonly #from: LogPosition | null;
  readonly #masked: FollowedLog['masked'];
  /** Oldest first; the first is the one being read. */
  #files: OpenLog[] = [];
  /** The file before it: its last bytes may still have to be masked. */
  #before: OpenLog | null = null;

  /** `from` null, or a file that is gone: from the oldest byte. */
  constructor({ domain, from, folder, masked }: FollowedLog) {
    this.#path = consoleLogPath(domain, folder);
    this.#from = from;
    this.#masked = masked;
  }

  /** The place of the next byte. */
  get position(): LogPosition {
    const [file] = this.#files;
    return file
      ? { file: file.id, position: file.position }
      : (this.#from ?? { file: '', position: 0 });
  }

  /**
   * The output since the last call, up to about a MiB: call again until it is empty. Without a log
   * it is empty.
   * @throws VenError `host-not-ready` (not allowed to read it), `tool-failed`
   */
  read(): ConsolePiece[] {
    const [file, next] = this.#files;
    if (file === undefined) return this.#begin();
    const now = this.#current();
    if (now?.id === file.id && now.size === file.position) return [];
    const pieces = rest(file);
    // Between the renaming and the new file there is no file: then the open one may still grow.
    if (pieces.length > 0 || now === null || now.id === file.id) return pieces;
    if (next === undefined) this.#files.push(...this.#newer(file.id));
    if (this.#files.length === 1) return [];
    if (this.#before) closeSync(this.#before.fd);
    this.#before = file;
    this.#files.shift();
    return this.read();
  }

  /**
   * Overwrites bytes that were read lately with asterisks, also after a rotation. Returns why it
   * could not, or null.
   */
  mask({ file, position }: LogPosition, length: number): string | null {
    const open = [this.#before, ...this.#files].find((each) => each?.id === file);
    if (!open) return 'the file has been rotated away';
    let fd: number | null = null;
    try {
      // Through the descriptor, so that a rotation in between does not matter.
      fd = openSync(`/proc/self/fd/${open.fd}`, constants.O_WRONLY);
      const said = Buffer.alloc(length);
      readSync(open.fd, said, 0, length, position);
      writeSync(fd, '*'.repeat(length), position, 'latin1');
      this.#masked?.({ file, position }, said);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      if (fd !== null) closeSync(fd);
    }
  }

  close(): void {
    for (const { fd } of [...(this.#before ? [this.#before] : []), ...this.#files]) closeSync(fd);
    this.#files = [];
    this.#before = null;
  }

  #begin(): ConsolePiece[] {
    const { file = '', position = 0 } = this.#from ?? {};
    this.#files = this.#newer(null);
    const known = this.#files.findIndex(({ id }) => id === file);
    for (const { fd } of this.#files.splice(0, Math.max(0, known))) closeSync(fd);
    const [first] = this.#files;
    if (first === undefined) return [];
    if (known >= 0) first.position = position;
    const pieces = rest(first);
    return pieces.length > 0 ? pieces : this.read();
  }

  /**
   * Opens the files that are newer than `than`; null: all. Starts with the newest, so that a
   * rotation in between hides none.
   */
  #newer(than: string | null): OpenLog[] {
    const found: OpenLog[] = [];
    for (let age = -1; ; age += 1) {
      const name = age < 0 ? this.#path : `${this.#path}.${age}`;
      let fd: number;
      try {
        fd = openSync(name, constants.O_RDONLY | constants.O_NOFOLLOW);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT' && age < 0) continue;
        if (code === 'ENOENT') return found;
        for (const open of found) closeSync(open.fd);
        throw unreadable(name, code, error);
      }
      const id = idOf(fstatSync(fd, { bigint: true }));
      const twice = found.some((open) => open.id === id); // rotated just now
      if (id !== than && !twice) found.unshift({ fd, id, position: 0 });
      else closeSync(fd);
      if (id === than) return found;
    }
  }

  #current(): { id: string; size: number } | null {
    try {
      const stat = statSync(this.#path, { bigint: true });
      return { id: idOf(stat), size: Number(stat.size) };
    } catch {
      return null;
    }
  }
}

/**
 * The end of the output so far. Without a log: the beginning of the first one.
 */
export function consoleEnd({
  domain,
  folder,
}: Pick<FollowedLog, 'domain' | 'folder'>): LogPosition {
  const path = consoleLogPath(domain, folder);
  try {
    const stat = statSync(path, { bigint: true });
    return { file: idOf(stat), position: Number(stat.size) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { file: '', position: 0 };
    throw unreadable(path, (error as NodeJS.ErrnoException).code, error);
  }
}

function rest(file: OpenLog): ConsolePiece[] {
  const { size } = fstatSync(file.fd);
  if (size < file.position) file.position = 0; // it was truncated
  const pieces: ConsolePiece[] = [];
  for (let taken = 0; taken < LOOK_BYTES;) {
    const bytes = Buffer.allocUnsafe(Math.min(PIECE_BYTES, Math.max(1, size - file.position)));
    const length = readSync(file.fd, bytes, 0, bytes.length, file.position);
    if (length === 0) break;
    pieces.push({
      start: { file: file.id, position: file.position },
      bytes: bytes.subarray(0, length),
    });
    file.position += length;
    taken += length;
    if (file.position >= size) break;
  }
  return pieces;
}
