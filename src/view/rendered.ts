import { paint, type Look } from './look.js';

/** Files one after the other, each under its path. Ends in a newline. */
export function renderedText(files: readonly { path: string; text: string }[], look: Look): string {
  return files.map(({ path, text }) => `${paint(look, 'bold', `==> ${path} <==`)}\n${text.trimEnd()}\n`).join('\n');
}
