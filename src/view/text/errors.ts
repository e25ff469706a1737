import type { VenError } from '../../model/index.js';
import { findingsText } from './findings.js';
import { hintText, prose } from './prose.js';
import { paint, type Style } from './style.js';
import { indent, printable } from './words.js';
import { jsonText } from './json.js';

/** A known error, for people: what happened, where, the details, what to do. Ends in a newline. */
export function errorText(error: VenError, style: Style): string {
  if (error.findings.length > 0) return findingsText(error.findings, style);
  return failureText(error, style);
}

interface Failure {
  summary: string;
  where?: string | undefined;
  detail?: string | undefined;
  hint?: string | undefined;
}

/** The same for a failure as an event tells it. */
export function failureText({ summary, where, detail, hint }: Failure, style: Style): string {
  const place = where === undefined ? '' : `${printable(where)}: `;
  const said = `${paint(style, 'red', 'error')}: ${place}${printable(summary)}`;
  const lines = [prose(said, style, { first: '', rest: '       ' })];
  if (detail) lines.push(prose(printable(detail).trimEnd(), style, { first: '  ', rest: '  ' }));
  if (hint) lines.push(hintText(hint, style));
  return `${lines.join('\n')}\n`;
}

/**
 * The one object that a command with `--json` prints when it fails before its data. `event`: as a
 * line of an event stream; `object`: over several lines. Ends in a newline.
 */
export function errorJson(error: VenError, form: 'object' | 'event'): string {
  const { code, exitCode, summary, where, detail, hint, findings } = error;
  const said = {
    code,
    exitCode,
    summary,
    where,
    detail,
    hint,
    findings: findings.length > 0 ? findings : undefined,
  };
  return form === 'event'
    ? jsonText({ type: 'error', formatVersion: '1', error: said }, 'line')
    : jsonText({ formatVersion: '1', error: said }, 'lines');
}

/** An error that ven does not know: a bug, with what a report needs. Ends in a newline. */
export function bugText(error: unknown, version: string, style: Style): string {
  const stack =
    error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error);
  return [
    `${paint(style, 'red', 'error')}: this is a bug in ven`,
    indent(printable(stack), '  '),
    `  ${paint(style, 'cyan', 'hint')}: please report it, with the text above, the command and ` +
      `the fleet file (ven ${version}, node ${process.version}, ` +
      `${process.platform} ${process.arch})`,
    '',
  ].join('\n');
}
