/**
 * All output of a command goes through here. When the reader goes away (`ven apply --json
 * | head -1`), or the terminal does, output is dropped and the work goes on.
 */
const gone = { stdout: false, stderr: false };

const GONE = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED']);

/**
 * Replaces all error listeners of the two streams. Call it after oclif is loaded: oclif's listener
 * throws.
 */
export function survivePipes(): void {
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].removeAllListeners('error');
    process[name].on('error', (error: NodeJS.ErrnoException) => {
      if (!GONE.has(error.code ?? '')) throw error;
      gone[name] = true;
    });
  }
}

/** Results: what a program or a pipe gets. */
export function stdout(text: string | Uint8Array): void {
  if (!gone.stdout) process.stdout.write(text);
}

/** Progress, questions, errors. */
export function stderr(text: string): void {
  if (!gone.stderr) process.stderr.write(text);
}

/** The reader of standard output has gone. */
export function readerIsGone(): boolean {
  return gone.stdout;
}

/** Resolves when everything written has been flushed, or the reader is gone. */
export async function flushed(): Promise<void> {
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
