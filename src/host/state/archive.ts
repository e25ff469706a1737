/** Archives as `tar` and `gzip` read them, written piece by piece. */
import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { notNew } from './files.js';

export interface Archive {
  /**
   * `path`: at most 100 bytes of name under at most 155 bytes of folders, all of them plain. Mode
   * 0600.
   */
  add: (path: string, content: string) => Promise<void>;
  /** Resolves to the archive's size in bytes. */
  close: () => Promise<number>;
  /** Deletes the unfinished archive. */
  abandon: () => Promise<void>;
}

const BLOCK = 512;

/**
 * Creates `file`, with mode 0600. @throws VenError `usage` when it exists, or can't be written.
 */
export async function openArchive(file: string, madeAt: Date): Promise<Archive> {
  const disk = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  try {
    await once(disk, 'open');
  } catch (error) {
    throw notNew(file, error);
  }
  const gzip = createGzip();
  gzip.pipe(disk);
  const written = finished(disk);
  written.catch(() => undefined); // the next write reports it
  const write = async (bytes: Uint8Array): Promise<void> => {
    try {
      if (bytes.length > 0 && !gzip.write(bytes))
        await Promise.race([once(gzip, 'drain'), written]);
      if (disk.errored) throw disk.errored;
    } catch (error) {
      throw notNew(file, error);
    }
  };
  return {
    async add(path, content) {
      const bytes = Buffer.from(content);
      await write(header(path, bytes.length, madeAt));
      await write(bytes);
      await write(Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK));
    },
    async close() {
      gzip.end(Buffer.alloc(2 * BLOCK));
      try {
        await written;
        return (await stat(file)).size;
      } catch (error) {
        throw notNew(file, error);
      }
    },
    async abandon() {
      gzip.destroy();
      disk.destroy();
      await written.catch(() => undefined);
      rmSync(file, { force: true });
    },
  };
}

/** A header of POSIX.1-1988 (ustar). */
function header(path: string, size: number, madeAt: Date): Buffer {
  const cut = path.length <= 100 ? -1 : path.lastIndexOf('/');
  const [folder, name] = cut < 0 ? ['', path] : [path.slice(0, cut), path.slice(cut + 1)];
  if (!/^[\w./-]+$/.test(path) || name.length > 100 || folder.length > 155)
    throw new Error(`not a path for an archive: ${path}`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number): number =>
    block.write(value.toString(8).padStart(length - 1, '0'), at);
  block.write(name, 0);
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(Math.floor(madeAt.getTime() / 1000), 136, 12);
  block.write('0', 156);
  block.write('ustar\u000000', 257);
  block.write(folder, 345);
  block.fill(' ', 148, 156);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148);
  return block;
}
