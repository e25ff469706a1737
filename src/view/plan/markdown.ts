import { alikeRefusals, fileName, type Change, type Plan } from '../../model/index.js';
import { askedFor, ignoredLines, rows, SYMBOLS, why } from './change-lines.js';
import { namedBy } from './named-by.js';
import { hintOf } from './refusal-lines.js';
import { counts, recap } from '../apply/recap.js';
import { listed, oneLine, printable } from '../text/words.js';

/** GitHub cuts a comment at 65,536 characters; what follows the plan needs some of it. */
const LIMIT = 60_000;
const MOST_REFUSALS = 20;

/**
 * A plan as a comment on a pull request: what matters first, then a table, then the details,
 * folded. Ends in a newline.
 */
export function planMarkdown(plan: Plan, { file }: { file: string }): string {
  const by = namedBy(plan);
  const host = `${code(plan.host)}${by === null ? '' : ` (${escape(by)})`}`;
  const head = [`### ven plan: ${code(plan.fleet)} on ${host}`, ''];
  if (plan.changes.length === 0 && plan.refused.length === 0) {
    const said =
      plan.options.mode === 'destroy'
        ? 'Nothing to destroy.'
        : `No changes. The host matches ${code(fileName(file))}.`;
    return `${[...head, said, ...remarks(plan)].join('\n')}\n`;
  }
  head.push(`**${counts(plan)}**`, ...refusals(plan), ...remarks(plan), '');
  if (plan.changes.length === 0) return `${head.join('\n').trimEnd()}\n`;
  const table = [
    '| | address | action | why | note |',
    '|---|---|---|---|---|',
    ...plan.changes.map(tableRow),
  ];
  const details = plan.changes.filter((change) => rows(change).length > 0).map(detail);
  const whole = [...head, ...table, '', ...details].join('\n');
  if (whole.length <= LIMIT) return `${whole.trimEnd()}\n`;
  const short = [
    ...head,
    ...fitting(table, LIMIT - head.join('\n').length),
    '',
    '_The details are too long for a comment: see `ven plan`._',
  ];
  return `${short.join('\n')}\n`;
}

function refusals({ refused }: Plan): string[] {
  const groups = alikeRefusals(refused);
  const more = groups.length - MOST_REFUSALS;
  const shown = groups.slice(0, MOST_REFUSALS).flatMap((group, at) => {
    const { addresses, summary, detail } = group;
    const hint = hintOf(group, groups[at + 1]);
    const said = [
      `Refused: ${listed(addresses)}: ${summary}`,
      ...(detail?.split('\n') ?? []),
      ...(hint === null ? [] : [`Hint: ${hint}`]),
    ];
    return ['', `> ${said.map(escape).join('<br>')}`];
  });
  return more > 0 ? [...shown, '', `> … and ${more} more are refused`] : shown;
}

function remarks(plan: Plan): string[] {
  const lines = [
    ...plan.warnings.map((warning) => `Warning: ${escape(warning)}`),
    ...recap(plan).warnings.map(escape),
    ...ignoredLines(plan).map(escape),
  ];
  if (plan.options.targets.length > 0)
    lines.push(`${askedFor(plan.options)}: ${plan.options.targets.map(code).join(', ')}`);
  if (plan.options.excludes.length > 0)
    lines.push(`Left out: ${plan.options.excludes.map(code).join(', ')}`);
  return lines.flatMap((line) => ['', `> ${line}`]);
}

function tableRow(change: Change): string {
  const cells = [
    code(SYMBOLS[change.action].symbol),
    code(change.address),
    change.action,
    why(change),
    change.notes.map(escape).join('<br>'),
  ];
  return `| ${cells.join(' | ')} |`;
}

function detail(change: Change): string {
  const lines = rows(change).map(({ key, text }) => `${key}: ${text}`);
  const fence = fenceFor(lines.join('\n'));
  return [
    `<details><summary>${code(change.address)}: ${change.action}</summary>`,
    '',
    fence,
    ...lines,
    fence,
    '',
    '</details>',
    '',
  ].join('\n');
}

function fitting(lines: string[], room: number): string[] {
  const fit: string[] = [];
  let length = 0;
  for (const line of lines) {
    length += line.length + 1;
    if (length > room) return [...fit, `| | … and ${lines.length - fit.length} more | | | |`];
    fit.push(line);
  }
  return fit;
}

/** In `<code>`, which holds anything, in a table and in a `<summary>` too. */
function code(text: string): string {
  return `<code>${escape(text)}</code>`;
}

/** A text that stays text: no markup, no mention, no link, no end of a table cell. */
function escape(text: string): string {
  return oneLine(text).replaceAll(
    /[&<>|`*_[\]~@#\\:]/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}

/** Longer than any run of backticks inside. */
function fenceFor(text: string): string {
  const longest = Math.max(2, ...(printable(text).match(/`+/g) ?? []).map((run) => run.length));
  return '`'.repeat(longest + 1);
}
