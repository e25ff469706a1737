import { paint, type Style } from './text/style.js';
import { count, printable } from './text/words.js';

export interface ShownBundle {
  file: string;
  bytes: number;
  parts: readonly { path: string; what: string; bytes: number }[];
  missing: readonly { path: string; what: string; why: string }[];
  warnings: readonly string[];
}

/**
 * What a bundle lacks, what to check before it is sent to others, and what it holds.
 * Ends in a newline.
 */
export function bundleText(
  { file, bytes, parts, missing, warnings }: ShownBundle,
  style: Style,
): string {
  const folders = new Map<string, number>();
  for (const { path } of parts) {
    const folder = path.includes('/') ? `${path.slice(0, path.indexOf('/'))}/` : path;
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  const names = [...folders].map(([name, amount]) =>
    name.endsWith('/') ? `${name} (${count(amount, 'file')})` : name,
  );
  const lines: string[] = [];
  for (const [what, alike] of Map.groupBy(missing, (part) => part.what)) {
    const [first] = alike;
    if (first === undefined) continue;
    const others = alike.length === 1 ? '' : ` and ${alike.length - 1} more`;
    lines.push(
      `${paint(style, 'yellow', 'Missing')}: ${printable(first.path)}${others}, ` +
        `${printable(what)}: ${printable(first.why)}`,
    );
  }
  for (const warning of warnings)
    lines.push(`${paint(style, 'yellow', 'Warning')}: ${printable(warning)}`);
  lines.push(
    'Secrets were taken out as far as they can be told. ' +
      'Look through it before you send it to others.',
    `${paint(style, 'green', 'Wrote')} ${printable(file)} ` +
      `(${size(bytes)}, for you alone to read): ${names.join(', ')}.`,
  );
  return `${lines.join('\n')}\n`;
}

function size(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let amount = bytes;
  let unit = 0;
  for (; amount >= 1024 && unit < units.length - 1; unit++) amount /= 1024;
  return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit] ?? ''}`;
}
