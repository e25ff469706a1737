import { paint, type Style } from './text/style.js';
import { count, printable } from './text/words.js';

/** Files one after the other, each under its path. Ends in a newline. */
export function renderedText(
  files: readonly { path: string; text: string }[],
  style: Style,
): string {
  return files
    .map(({ path, text }) => `${paint(style, 'bold', `==> ${path} <==`)}\n${text.trimEnd()}\n`)
    .join('\n');
}

const SHOWN = {
  accelerator: 'the accelerator as if KVM worked there',
  firmware: 'the firmware as this machine has it',
  subnet: 'a subnet `auto` as if none were in use',
};

/**
 * The guesses that the host may decide otherwise. Ends in a newline; empty if there are none.
 */
export function guessesText(guesses: readonly (keyof typeof SHOWN)[]): string {
  if (guesses.length === 0) return '';
  const shown = guesses.map((guess) => SHOWN[guess]).join(', ');
  return `The host was not asked. Shown is ${shown}; ven apply goes by the host.\n`;
}

/** The last line. `folder`: where the files were written, if they were. Ends in a newline. */
export function renderedCount(files: readonly unknown[], folder: string | undefined): string {
  const amount = count(files.length, 'file');
  return folder === undefined
    ? `Rendered ${amount}.\n`
    : `Wrote ${amount} to ${printable(folder)}.\n`;
}
