// Control characters, which a terminal obeys, and characters that are invisible or turn the text's
// direction, which deceive a reader.
const UNSAFE = new RegExp(
  String.raw`[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e` +
    String.raw`\u2028\u2029\u2060\u2066-\u2069\ufeff]`,
  'gu',
);

/** A foreign text, safe for a terminal: UNSAFE is spelled out. Newlines and tabs stay. */
export function printable(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(UNSAFE, spelled);
}

function spelled(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
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
  if (seconds < 59.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${whole % 60}s`;
  return `${Math.floor(whole / 3600)}h ${Math.floor((whole % 3600) / 60)}m`;
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
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, width(cell));
  return rows.map((row) =>
    row
      .map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - width(cell)))
      .join('  ')
      .trimEnd(),
  );
}

/** Characters shown, without colours. */
function width(text: string): number {
  return [...text.replaceAll(/\u001b\[\d+m/g, '')].length;
}
