/**
 * The log of a domain's serial console, which virtlogd writes: bytes as the guest sent them,
 * without times. At a size limit the file becomes `.0`, the former `.0` becomes `.1`, and so on up
 * to a few.
 */
import { open, stat, type FileHandle } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { VenError } from '../../model/index.js';

export interface ReadLog {
  /** libvirt's name of the domain. */
  domain: string;
  /**
   * Go on at the end: through rotation, restarts of the VM, and the log's deletion; waits for a log
   * that does not exist yet.
   */
  follow: boolean;
  signal?: AbortSignal | undefined;
  /** Where the log is; default: where libvirt writes it. */
  folder?: string | undefined;
  /** Brings that folder up to date; where it is another host's. */
  fetch?: (() => Promise<void>) | undefined;
}

/** One of the files, and how far it has been read. */
interface LogFile {
  handle: FileHandle;
  id: string;
  position: number;
}

/**
 * The folder that `templates/domain.xml.njk` makes virtlogd write to, and where libvirt writes its
 * own log of a domain.
 */
export const LOG_FOLDER = '/var/log/libvirt/qemu';
const PIECE = 64 * 1024;
const POLL_MS = 200;
/** Each takes virsh and ssh, here and there. */
const FETCH_MS = 700;

/**
 * The whole log, oldest first, then null. With `follow` also new output, and null again whenever
 * there was none for a moment. Ends without an error when `signal` is aborted.
 * @throws VenError `not-found` (no log), `host-not-ready` (not allowed to read it), or as `fetch`.
 */
export async function* readConsoleLog({
  domain,
  follow,
  signal,
  folder = LOG_FOLDER,
  fetch,
}: ReadLog): AsyncGenerator<Uint8Array | null> {
  const path = consoleLogPath(domain, folder);
  await fetch?.();
  const opened = new Set<string>();
  let files = await openNew(path, opened);
  try {
    if (files.length === 0 && !follow) throw missing(domain);
    let state: 'begun' | 'growing' | 'quiet' = 'begun';
    for (;;) {
      let grew = false;
      for (const file of files) {
        for await (const piece of rest(file)) {
          grew = true;
          yield piece;
          if (signal?.aborted) return;
        }
      }
      if (state === 'begun' || (!grew && state === 'growing')) yield null;
      if (!follow || signal?.aborted) return;
      state = grew ? 'growing' : 'quiet';
      await closeAll(files.slice(0, -1));
      files = files.slice(-1);
      // After a rotation the former file is read once more: it may have grown just before.
      const newer = (await isCurrent(path, files[0])) ? [] : await openNew(path, opened);
      if (newer.length > 0) files = [...files, ...newer];
      else {
        const wait = fetch ? FETCH_MS : POLL_MS;
        await pause(wait, undefined, signal ? { signal } : {}).catch(() => undefined);
        if (fetch && signal?.aborted !== true) await fetch();
      }
    }
  } finally {
    await closeAll(files);
  }
}

export function consoleLogPath(domain: string, folder = LOG_FOLDER): string {
  return `${folder}/${domain}-console.log`;
}

/** False: the path is another file now, or none. */
async function isCurrent(path: string, file: LogFile | undefined): Promise<boolean> {
  try {
    return file !== undefined && idOf(await stat(path, { bigint: true })) === file.id;
  } catch {
    return false;
  }
}

async function* rest(file: LogFile): AsyncGenerator<Uint8Array> {
  const { size } = await file.handle.stat();
  if (size < file.position) file.position = 0; // it was truncated
  for (;;) {
    const { bytesRead, buffer } = await file.handle.read(
      Buffer.alloc(PIECE),
      0,
      PIECE,
      file.position,
    );
    if (bytesRead === 0) return;
    file.position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/**
 * Opens the files not opened before; returns them oldest first. Starts with the newest, so that a
 * rotation in between hides none.
 */
async function openNew(path: string, opened: Set<string>): Promise<LogFile[]> {
  const files: LogFile[] = [];
  for (let age = -1; ; age += 1) {
    const name = age < 0 ? path : `${path}.${age}`;
    let handle: FileHandle;
    try {
      handle = await open(name, 'r');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' && age < 0) continue; // between the renaming and the new file
      if (code === 'ENOENT') return files;
      await closeAll(files);
      throw unreadable(name, code, error);
    }
    const id = idOf(await handle.stat({ bigint: true }));
    if (opened.has(id)) {
      await handle.close();
      continue;
    }
    opened.add(id);
    files.unshift({ handle, id, position: 0 });
  }
}

/** The inode alone is not enough: a new file may get the inode of a deleted one. */
export function idOf({ ino, birthtimeNs }: { ino: bigint; birthtimeNs: bigint }): string {
  return `${ino}-${birthtimeNs}`;
}

async function closeAll(files: readonly LogFile[]): Promise<void> {
  await Promise.all(files.map(({ handle }) => handle.close()));
}

function missing(domain: string): VenError {
  const path = consoleLogPath(domain);
  return new VenError('not-found', {
    summary: `There is no console log of ${domain}`,
    detail: `${path} does not exist: the VM has not been started yet, or its logs were purged.`,
    hint: 'Bring it up: ven apply, with its fleet file; or wait for its log: --follow',
  });
}

export function unreadable(path: string, code: string | undefined, cause: unknown): VenError {
  if (code !== 'EACCES' && code !== 'EPERM') {
    return new VenError('tool-failed', {
      summary: `${path} can't be read`,
      detail: String(cause),
      hint: `Check it: ls -ld ${path}`,
      cause,
    });
  }
  return new VenError('host-not-ready', {
    summary: `You may not read ${path}`,
    detail: 'It holds all output of the VM, and belongs to root.',
    hint: `Run the same with sudo, or read the file itself: sudo tail -F ${path}`,
    cause,
  });
}
