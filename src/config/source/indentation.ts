/** What is indented like nothing above it, and how it would be right. */
import type { YAMLError } from 'yaml';
import type { Range } from './range.js';

export interface Misindented {
  at: Range;
  message: string;
  hint: string;
}

/** A line of YAML's block style: `- name: x`, `name: x`, `- x`. */
interface Entry {
  /** From 1. */
  line: number;
  /** Where the key begins, from 0; null: there is none. */
  column: number | null;
  key: string;
  /** Where the first `-` is; null: there is none. */
  dash: number | null;
}

/** An entry that the one in question could stand in line with. */
interface Neighbour {
  line: number;
  column: number;
  what: string;
}

const ENTRY = /^( *)((?:- +)*-?)(?:([\w-]+) *:(?= |\r?$))?/;
/** The reader saw the entry itself, or took it for the rest of the value before it. */
const OF_ENTRY = /^(?:Sequence item without|All (?:mapping|sequence) items)/;
const OF_VALUE = /^Nested mappings|^A block sequence/;

/** null: the error is another, or the indentation is not what is wrong. */
export function misindented(text: string, { message, pos }: YAMLError): Misindented | null {
  const lines = text.split('\n');
  const first = text.slice(0, pos[0]).split('\n').length;
  const rest = text.slice(pos[0]).split('\n', 1)[0] ?? '';
  const isNext = OF_VALUE.test(message) && !/^ *- |:(?: |\r?$)/.test(rest);
  if (!OF_ENTRY.test(message) && !OF_VALUE.test(message)) return null;
  const line = isNext ? nextWithText(lines, first) : first;
  const entry = entryOf(lines[line - 1] ?? '', line);
  if (entry === null) return null;
  const { dash, key } = entry;
  const column = dash ?? entry.column ?? 0;
  const above = neighbours(lines, line, dash !== null);
  if (above.length === 0 || above.some((one) => one.column === column)) return null;
  const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0) + column;
  const what = dash === null ? `\`${key}\`` : 'this `-`';
  const places = nearest(above, column).map(
    (one) => `like ${one.what} in line ${one.line} (${spaces(one.column)})`,
  );
  return {
    at: { start, end: start + (dash === null ? key.length : 1) },
    message: `${what} is indented like ${dash === null ? 'no key' : 'none'} above it`,
    hint: `Indent ${what} ${places.join(', or ')}.`,
  };
}

const spaces = (amount: number): string =>
  amount === 0 ? 'not at all' : `${amount} ${amount === 1 ? 'space' : 'spaces'}`;

function nextWithText(lines: readonly string[], after: number): number {
  const found = lines.findIndex((text, at) => at >= after && !/^\s*(?:#|$)/.test(text));
  return found === -1 ? after : found + 1;
}

function entryOf(text: string, line: number): Entry | null {
  const [all = '', blanks = '', dashes = '', key] = ENTRY.exec(text) ?? [];
  if (all.trim() === '') return null;
  const dash = dashes === '' ? null : blanks.length;
  const column = key === undefined ? null : blanks.length + dashes.length;
  return { line, column, key: key ?? '', dash };
}

/** Of the blocks that are open before a line, the last key of each, or its last `-`. */
function neighbours(lines: readonly string[], before: number, dashes: boolean): Neighbour[] {
  const found: Neighbour[] = [];
  let limit = Infinity;
  for (let line = before - 1; line > 0 && limit > 0; line--) {
    const text = lines[line - 1] ?? '';
    const entry = /^\s*#/.test(text) ? null : entryOf(text, line);
    if (entry === null) continue;
    const { column, dash, key } = entry;
    if (!dashes && column !== null && column < limit)
      found.push({ line, column, what: `\`${key}\`` });
    if (dashes && dash !== null && dash < limit)
      found.push({ line, column: dash, what: 'the one' });
    limit = Math.min(limit, dash ?? column ?? limit);
  }
  return found;
}

/** The one that is surely meant, or the two that it is between. */
function nearest(above: readonly Neighbour[], column: number): Neighbour[] {
  const inner = above.findLast((one) => one.column > column);
  const outer = above.find((one) => one.column < column);
  const both = [inner, outer].filter((one) => one !== undefined);
  const sure = both.filter((one) => one.column > 0 && Math.abs(one.column - column) === 1);
  return sure.length === 1 ? sure : both;
}
