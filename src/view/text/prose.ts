import wrapAnsi from 'wrap-ansi';
import { paint, type Style } from './style.js';
import { displayWidth } from './width.js';
import { printable } from './words.js';

/** In place of the blanks within a command: no text has it. */
const BLANK = '\ue000';
/** From a program that messages name, up to what ends a part of a sentence. */
const COMMAND =
  /\b(?:sudo|ven|virsh|vagrant|npm|apt|apt-get|systemctl|modprobe|usermod|mkdir) [^,;()]*/g;
const NARROWEST = 20;

/** Before a line, and before what of it goes on in further lines. */
export interface Margin {
  first: string;
  rest: string;
}

/**
 * Lines with a margin, broken at words where a terminal ends. A command stays in one piece, so that
 * it can be copied; a line that begins with a blank is laid out already.
 */
export function prose(text: string, { wrap }: Style, { first, rest }: Margin): string {
  const room = Math.max(NARROWEST, (wrap ?? Infinity) - rest.length);
  const lines = text.split('\n').map((line) => {
    if (line === '') return line;
    if (/^\s/.test(line) || displayWidth(line) <= room) return `${first}${line}`;
    const whole = line.replaceAll(COMMAND, (command) => command.replaceAll(' ', BLANK));
    return `${first}${wrapAnsi(whole, room)}`.replaceAll(BLANK, ' ').replaceAll('\n', `\n${rest}`);
  });
  return lines.join('\n');
}

/**
 * A line of a table or a plan, broken at words where the terminal ends; what follows stands four
 * columns to the right of its beginning. A word that is longer than a line is left whole.
 */
export function folded(line: string, { wrap }: Style): string {
  if (wrap === undefined || displayWidth(line) <= wrap) return line;
  const [margin = ''] = /^ */.exec(line) ?? [];
  const rest = `${margin}    `;
  const room = Math.max(NARROWEST, wrap - rest.length);
  const [first = '', ...more] = wrapAnsi(line.trimStart(), room, { trim: false }).split('\n');
  return [margin + first.trimEnd(), ...more.map((part) => rest + part.trim())].join('\n');
}

/** What to do, below an error. */
export function hintText(hint: string, style: Style, margin = '  '): string {
  const label = paint(style, 'cyan', 'hint');
  const rest = `${margin}      `;
  return prose(`${label}: ${printable(hint)}`, style, { first: margin, rest });
}
