import { createInterface } from 'node:readline';
import { VenError } from '../model/index.js';
import { stderr } from './output.js';

/** Whether standard input is a terminal at which somebody may still type. */
export function canType(): boolean {
  // It has ended where a fleet file was read from it.
  return process.stdin.isTTY && process.stdin.readable;
}

/** `impossible`: there is no --yes, and no terminal to ask on. */
export function consent(yes: boolean): 'given' | 'ask' | 'impossible' {
  if (yes) return 'given';
  return canType() && process.stderr.isTTY ? 'ask' : 'impossible';
}

/** What is told after a no, or what was taken for one. */
export function declined(word = 'yes'): VenError {
  return new VenError('usage', {
    summary: 'Declined: nothing was changed',
    hint: `To go on, type the whole word ${word}`,
  });
}

/** Asks on the terminal; true only for the word. End of input and abort count as no. */
export function ask(question: string, signal: AbortSignal, word = 'yes'): Promise<boolean> {
  stderr(`${question}\n  Only '${word}' will be accepted: `);
  // `terminal: false`: the kernel edits the line, and Ctrl-C is a signal as elsewhere.
  const lines = createInterface({ input: process.stdin, terminal: false, signal });
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      resolve(line.trim() === word);
      lines.close();
    });
    lines.once('close', () => {
      resolve(false);
    });
  });
}
