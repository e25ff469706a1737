import { fileName, type Change, type Plan } from '../../model/index.js';
import { askedFor, ignoredLines, rows, SYMBOLS, why, type Row } from './change-lines.js';
import { namedBy } from './named-by.js';
import { refusalLines } from './refusal-lines.js';
import { paint, type Style } from '../text/style.js';
import { recap } from '../apply/recap.js';
import { folded, prose } from '../text/prose.js';
import { aligned, oneLine, printable } from '../text/words.js';

export interface PlanTextOptions {
  style: Style;
  /** The fleet file, to name it. */
  file: string;
}

/** This number of alike changes is told as a group: a line each, and what they share once. */
const ALIKE = 3;

/** A plan for people: each change with its fields and reasons, then a recap. Ends in a newline. */
export function planText(plan: Plan, { style, file }: PlanTextOptions): string {
  if (plan.changes.length === 0 && plan.refused.length === 0) return nothingToDo(plan, style, file);
  const verb = plan.options.mode === 'destroy' ? 'take away' : 'change';
  const what = plan.changes.length === 0 ? `${verb} nothing` : verb;
  const lines = [
    folded(
      `ven will ${what} on ${paint(style, 'bold', printable(plan.host))}${said(plan)}, ` +
        `for the fleet ${paint(style, 'bold', plan.fleet)}:`,
      style,
    ),
    '',
  ];
  for (const group of alike(plan.changes)) lines.push(...groupLines(group, style), '');
  lines.push(...refusalLines(plan, style));
  const { warnings, total } = recap(plan);
  lines.push(...plan.warnings.map((warning) => warningLine(`Warning: ${warning}`, style)));
  lines.push(...warnings.map((warning) => warningLine(warning, style)));
  const remarks = [...ignoredLines(plan), ...chosen(plan), paint(style, 'bold', total)];
  lines.push(...remarks.map((line) => folded(line, style)));
  return `${lines.join('\n')}\n`;
}

function nothingToDo(plan: Plan, style: Style, file: string): string {
  const warnings = plan.warnings.map((warning) => `${warningLine(`Warning: ${warning}`, style)}\n`);
  const remarks = [...ignoredLines(plan), ...chosen(plan), nothing(plan, file)].map((line) =>
    folded(line, style),
  );
  return `${warnings.join('')}${remarks.join('\n')}\n`;
}

function warningLine(warning: string, style: Style): string {
  return prose(paint(style, 'yellow', printable(warning)), style, { first: '', rest: '  ' });
}

function nothing(plan: Plan, file: string): string {
  const named = said(plan);
  const host = named === '' ? 'The host' : `The host ${printable(plan.host)}${named}`;
  if (plan.options.mode !== 'destroy')
    return `No changes. ${host} matches ${printable(fileName(file))}.`;
  // With a warning, targets or excludes, something of the fleet's may remain on the host.
  const whole = plan.warnings.length === 0 && chosen(plan).length === 0;
  return whole
    ? `Nothing to destroy. Nothing on ${printable(plan.host)}${named} belongs to the fleet ` +
        `${plan.fleet}.`
    : 'Nothing to destroy.';
}

function said(plan: Plan): string {
  const by = namedBy(plan);
  return by === null ? '' : ` (${by})`;
}

/** That this is not the whole fleet, when it is not. */
function chosen({ options }: Plan): string[] {
  const lines: string[] = [];
  if (options.targets.length > 0) lines.push(`${askedFor(options)}: ${options.targets.join(', ')}`);
  if (options.excludes.length > 0) lines.push(`Left out: ${options.excludes.join(', ')}`);
  return lines;
}

interface Group {
  changes: readonly Change[];
  /** What all of them have; for a single change, everything. */
  shared: Row[];
  /** By change: what differs. */
  own: Row[][];
}

/** Neighbours of the same kind (action, reason, notes, keys) that share most of what is to say. */
function alike(changes: readonly Change[]): Group[] {
  const groups: Group[] = [];
  for (let start = 0; start < changes.length;) {
    let end = start + 1;
    while (end < changes.length && kind(changes[end]) === kind(changes[start])) end++;
    const run = changes.slice(start, end);
    start = end;
    const all = run.map(rows);
    const shared = (all[0] ?? []).filter((row, at) =>
      all.every((other) => other[at]?.text === row.text),
    );
    const varying = (all[0]?.length ?? 0) - shared.length;
    if (run.length >= ALIKE && varying <= 2) {
      groups.push({
        changes: run,
        shared,
        own: all.map((one) => one.filter((row) => !shared.some(({ key }) => key === row.key))),
      });
    } else {
      for (const [at, change] of run.entries())
        groups.push({ changes: [change], shared: all[at] ?? [], own: [[]] });
    }
  }
  return groups;
}

function kind(change: Change | undefined): string {
  if (change === undefined) return '';
  const noun = change.address.split('.')[0];
  return JSON.stringify([
    noun,
    change.action,
    change.reason,
    change.notes,
    rows(change).map(({ key }) => key),
  ]);
}

function groupLines({ changes, shared, own }: Group, style: Style): string[] {
  const [first] = changes;
  if (first === undefined) return [];
  const { symbol, tone } = SYMBOLS[first.action];
  const heads = aligned(
    changes.map((change, at) => [
      ' '.repeat(3 - symbol.length) +
        `${paint(style, tone, symbol)} ${paint(style, 'bold', change.address)}`,
      ...(own[at] ?? []).map(({ key, text }) => `${key}: ${text}`),
      ...(why(change) === '' ? [] : [paint(style, 'dim', `# ${why(change)}`)]),
    ]),
  );
  const body = aligned(
    shared.map(({ key, text, tone: rowTone }) => [
      `${key}:`,
      rowTone === undefined ? text : paint(style, rowTone, text),
    ]),
  );
  const notes = first.notes.map((note) => paint(style, 'yellow', `! ${oneLine(note)}`));
  const under = [...body, ...notes].map((line) => `      ${line}`);
  if (changes.length > 1 && under.length > 0) under.unshift('    each:');
  return [...heads, ...under].map((line) => folded(line, style));
}
