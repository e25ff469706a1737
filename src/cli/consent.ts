import { createInterface } from 'node:readline';
import { stderr } from './output.js';

/** `impossible`: nobody said yes, and nobody can be asked. */
export function consent(yes: boolean): 'given' | 'ask' | 'impossible' {
  if (yes) return 'given';
  return process.stdin.isTTY && process.stderr.isTTY ? 'ask' : 'impossible';
}

/** Asks on the terminal; true only for `yes`. The end of input and an abort are a no. */
export function ask(question: string, signal: AbortSignal): Promise<boolean> {
  stderr(`${question}\n  Only 'yes' will be accepted: `);
  // Not as a terminal: so the kernel edits the line, and Ctrl-C is a signal like everywhere else.
  const lines = createInterface({ input: process.stdin, terminal: false, signal });
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      resolve(line.trim() === 'yes');
      lines.close();
    });
    lines.once('close', () => {
      resolve(false);
    });
  });
}
