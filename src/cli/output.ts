/**
 * All output of a command goes through here. When the reader goes away (`ven apply --json
 * | head -1`), the terminal does, or the output can't be written (a full disk), the rest of it is
 * dropped and the work goes on.
 */
import { fstatSync, writeSync } from 'node:fs';
import { EXIT } from '../model/index.js';
import { RESET_TERMINAL } from '../view/index.js';

type Name = 'stdout' | 'stderr';

const FD = { stdout: 1, stderr: 2 } as const;
const gone = { stdout: false, stderr: false };
/** Why standard output could not be written; null: it could, or its reader had left. */
let fault: NodeJS.ErrnoException | null = null;

/** Nobody wants the output any more. */
const LEFT = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']);

/**
 * Replaces all error listeners of the two streams. Call it after oclif is loaded: oclif's listener
 * throws.
 */
export function survivePipes(): void {
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].removeAllListeners('error');
    process[name].on('error', (error: NodeJS.ErrnoException) => {
      lose(name, error);
    });
  }
}

function lose(name: Name, error: NodeJS.ErrnoException): void {
  if (gone[name]) return;
  gone[name] = true;
  if (name === 'stderr' || LEFT.has(error.code ?? '')) return;
  fault = error;
  stderr(`error: standard output can't be written, and its rest is lost: ${error.message}\n`);
}

/** Results: what a program or a pipe gets. */
export function stdout(text: string | Uint8Array): void {
  write('stdout', text);
}

/** Progress, questions, errors. */
/** After another program's text was shown there. */
export function resetTerminal(): void {
  if (process.stdout.isTTY) stdout(`${RESET_TERMINAL}\n`);
}

export function stderr(text: string): void {
  write('stderr', text);
}

function write(name: Name, text: string | Uint8Array): void {
  if (gone[name]) return;
  if (!isFile(name)) process[name].write(text);
  // Node takes a file of which only a part was written for written.
  else
    try {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length;) at += writeSync(FD[name], bytes, at);
    } catch (error) {
      lose(name, error as NodeJS.ErrnoException);
    }
}

const files: Partial<Record<Name, boolean>> = {};

function isFile(name: Name): boolean {
  return (files[name] ??= fstatSync(FD[name]).isFile());
}

/** The reader of standard output has gone, or it can't be written. */
export function readerIsGone(): boolean {
  return gone.stdout;
}

/**
 * Resolves when everything written has been flushed, or the reader is gone: to the exit code of the
 * program. What was done and could not be told is not done (0).
 */
export async function flushedWith(exitCode: number): Promise<number> {
  await flushed();
  return exitCode === EXIT.done && fault !== null ? EXIT.error : exitCode;
}

async function flushed(): Promise<void> {
  await Promise.all(
    (['stdout', 'stderr'] as const).map(
      (name) =>
        new Promise<void>((resolve) => {
          if (gone[name]) resolve();
          else
            process[name].write('', () => {
              resolve();
            });
        }),
    ),
  );
}
