/** Archives as `tar` and `gzip` read them, written piece by piece. */
import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { createTarPacker } from 'modern-tar';
import { notNew } from './files.js';

export interface Archive {
  /** `path`: without `..` and a slash in front. Mode 0600. */
  add: (path: string, content: string) => Promise<void>;
  /** Resolves to the archive's size in bytes. */
  close: () => Promise<number>;
  /** Deletes the unfinished archive. */
  abandon: () => Promise<void>;
}

/**
 * Creates `file`, with mode 0600. @throws VenError `usage` when it exists, or can't be written.
 */
export async function openArchive(file: string, madeAt: Date): Promise<Archive> {
  const disk = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  const orCannot = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw notNew(file, error);
    }
  };
  await orCannot(once(disk, 'open'));
  const { readable, controller } = createTarPacker();
  const written = pipeline(Readable.fromWeb(readable), createGzip(), disk);
  written.catch(() => undefined); // the next write reports it
  const addEntry = async (name: string, bytes: Uint8Array): Promise<void> => {
    const header = { name, size: bytes.length, mode: 0o600, mtime: madeAt };
    const body = controller.add(header).getWriter();
    body.closed.catch(() => undefined); // `write` and `close` tell it
    await body.write(bytes);
    await body.close();
  };
  return {
    add: (path, content) => orCannot(addEntry(path, Buffer.from(content))),
    async close() {
      const end = new Promise<void>((resolve) => {
        controller.finalize(); // throws where the writing has failed since; `written` says why
        resolve();
      });
      await orCannot(Promise.all([written, end]));
      return (await stat(file)).size;
    },
    async abandon() {
      controller.error(new Error('abandoned'));
      await written.catch(() => undefined);
      rmSync(file, { force: true });
    },
  };
}
