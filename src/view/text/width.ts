import stringWidth from 'string-width';

const PLAIN = /^[\x20-\x7e]*$/;

/** The columns that a line takes on a terminal. */
export function displayWidth(line: string): number {
  return PLAIN.test(line) ? line.length : stringWidth(line);
}
