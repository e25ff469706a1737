import prettyMilliseconds from 'pretty-ms';
import { UNSAFE_TEXT } from '../../model/index.js';
import { displayWidth } from './width.js';

/** A foreign text, safe for a terminal: `UNSAFE_TEXT` is spelled out. Newlines and tabs stay. */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(UNSAFE_TEXT, spelled);
}

function spelled(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  if (code > 0xffff) return `\\u{${digits}}`;
  return code < 0x100 ? `\\x${digits.padStart(2, '0')}` : `\\u${digits.padStart(4, '0')}`;
}

/** The same, on one line. */
export function oneLine(text: string): string {
  return printable(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** A value in quotes; `none` when there is none. */
export function quoted(value: string | null): string {
  return value === null ? 'none' : printable(JSON.stringify(value));
}

/** `3.2s`, `1m 12s`, `2h 5m`. */
export function duration(seconds: number): string {
  const digits = seconds < 59.95 ? 1 : 0;
  // It would cut off what it does not show; here that is rounded.
  return prettyMilliseconds(Number(seconds.toFixed(digits)) * 1000, {
    secondsDecimalDigits: digits,
    keepDecimalsOnWholeSeconds: true,
    subSecondsAsDecimals: true,
    unitCount: 2,
  });
}

/** `1 VM`, `3 VMs`. */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`;
}

/** At most `most` names, then how many more there are. */
export function listed(names: readonly string[], most = 8): string {
  if (names.length <= most + 1) return names.join(', ');
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

export function indent(text: string, by: string): string {
  return text.replaceAll(/^(?=.)/gm, by);
}

/** A table of left-aligned columns, two spaces apart; no blanks at line ends. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, cell] of row.entries())
      widths[at] = Math.max(widths[at] ?? 0, displayWidth(cell));
  return rows.map((row) =>
    row
      .map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - displayWidth(cell)))
      .join('  ')
      .trimEnd(),
  );
}
