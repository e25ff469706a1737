import type { HostFinding } from '../model/index.js';
import { prose } from './text/prose.js';
import { paint, type Style, type Tone } from './text/style.js';
import { count, printable } from './text/words.js';
import { jsonText } from './text/json.js';

const SIGNS: Record<HostFinding['level'], { sign: string; tone: Tone }> = {
  ok: { sign: 'ok', tone: 'green' },
  warning: { sign: 'warning', tone: 'yellow' },
  missing: { sign: 'missing', tone: 'red' },
  unknown: { sign: 'unknown', tone: 'dim' },
};

/** One line for each check, its fix below it, and the outcome. Ends in a newline. */
export function doctorText(findings: readonly HostFinding[], style: Style): string {
  const names = Math.max(0, ...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, level, message, fix }) => {
    const { sign, tone } = SIGNS[level];
    const painted = paint(style, tone, sign.padEnd(7));
    const head = `${painted}  ${check.padEnd(names)}  `;
    const said = prose(printable(message), style, { first: head, rest: ' '.repeat(names + 11) });
    if (fix === '') return [said];
    const arrow = `${' '.repeat(9)}${paint(style, 'cyan', '->')} `;
    return [said, prose(printable(fix), style, { first: arrow, rest: ' '.repeat(12) })];
  });
  const amount = (wanted: HostFinding['level']): number =>
    findings.filter(({ level }) => level === wanted).length;
  const [missing, warnings, unknown] = [amount('missing'), amount('warning'), amount('unknown')];
  const remark =
    (warnings === 0 ? '' : `, with ${count(warnings, 'warning')}`) +
    (unknown === 0 ? '' : `; not checked: ${count(unknown, 'thing')}`);
  const outcome =
    missing === 0
      ? `The host is ready${remark}.`
      : `The host is not ready: ${count(missing, 'thing')} missing${remark}.`;
  return `${lines.join('\n')}\n\n${outcome}\n`;
}

/** What `doctor --json` prints. Ends in a newline. */
export function doctorJson(findings: readonly HostFinding[]): string {
  const ready = findings.every(({ level }) => level !== 'missing');
  return jsonText({ formatVersion: '1', ready, findings }, 'lines');
}
