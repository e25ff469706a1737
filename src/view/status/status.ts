import { paint, type Style, type Tone } from '../text/style.js';
import { aligned, count, oneLine, printable } from '../text/words.js';
import { jsonText } from '../text/json.js';

export interface ShownVm {
  name: string;
  power: string;
  ready: boolean;
  addresses: readonly string[];
  serialNumber: string;
  stage: string | null;
  /** ISO 8601; null: now. */
  stageAsOf: string | null;
  outcome: string | null;
  failureClass: string | null;
  console: string | null;
  vnc: string | null;
  /** null: it knows no such host, or is not asked. */
  orchestrator: { hostStatus: string; provisioningStatus: string } | null;
}

export interface ShownStatus {
  fleet: string;
  host: string;
  /**
   * null: it is not asked. `asOf`: ISO 8601; null: now, or never. `warning`: why it is silent.
   */
  orchestrator: { asOf: string | null; warning: string | null } | null;
  vms: readonly ShownVm[];
}

const TONES: Record<string, Tone> = {
  running: 'green',
  off: 'dim',
  paused: 'yellow',
  crashed: 'red',
  missing: 'red',
};

const STAGE_TONES: Record<string, Tone> = { ready: 'green', failed: 'red', 'under-way': 'cyan' };

function stageText({ stage, stageAsOf, outcome, failureClass }: ShownVm): string {
  if (outcome === 'ready') return 'ready';
  if (outcome === 'failed') return `failed in ${stage ?? '?'} (${failureClass ?? '?'})`;
  if (stage === null) return '';
  return stageAsOf === null ? stage : `${stage} (as of ${clockTime(stageAsOf)})`;
}

/** `12:03:04`, with the day where it is not today. Local time. */
function clockTime(time: string): string {
  const at = new Date(time);
  const clock = at.toTimeString().slice(0, 8);
  return at.toDateString() === new Date().toDateString()
    ? clock
    : `${at.toLocaleDateString('sv')} ${clock}`;
}

function hostText({ orchestrator: host }: ShownVm, { orchestrator }: ShownStatus): string {
  if (host)
    return oneLine(
      [host.hostStatus, host.provisioningStatus].filter(Boolean).join(', ') || 'registered',
    );
  return orchestrator && (orchestrator.warning === null || orchestrator.asOf !== null)
    ? 'not known'
    : '';
}

/**
 * A table with a line a VM, then the number that runs. An empty column is left out. Ends in a
 * newline. `height`: the maximum number of lines, each cut to the terminal's width; VMs that don't
 * fit are counted.
 */
export function statusText(status: ShownStatus, style: Style, height = Infinity): string {
  const columns: {
    head: string;
    of: (vm: ShownVm) => string;
    always?: boolean;
    tone?: (vm: ShownVm) => Tone | undefined;
  }[] = [
    { head: 'VM', of: ({ name }) => name, always: true },
    { head: 'POWER', of: ({ power }) => power, always: true, tone: ({ power }) => TONES[power] },
    { head: 'MADE', of: ({ ready }) => (ready ? 'yes' : 'no'), always: true },
    { head: 'ADDRESS', of: ({ addresses }) => addresses.join(', ') },
    { head: 'SERIAL', of: ({ serialNumber }) => serialNumber },
    { head: 'STAGE', of: stageText, tone: ({ outcome }) => STAGE_TONES[outcome ?? ''] },
    { head: 'ORCHESTRATOR', of: (vm) => hostText(vm, status) },
    { head: 'VNC', of: ({ vnc }) => vnc ?? '' },
    { head: 'CONSOLE LOG', of: ({ console: log }) => log ?? '' },
  ];
  const used = columns.filter(
    ({ of, always }) => always === true || status.vms.some((vm) => of(vm) !== ''),
  );
  const table = status.vms.map((vm) =>
    used.map(({ of, tone }) => {
      const cell = printable(of(vm)) || '-';
      const painted = tone?.(vm);
      return painted === undefined ? cell : paint(style, painted, cell);
    }),
  );
  const running = status.vms.filter(({ power }) => power === 'running').length;
  const asOf = status.orchestrator?.asOf;
  const end = [
    '',
    `${status.fleet} on ${printable(status.host)}: ` +
      `${count(status.vms.length, 'VM')}, ${running} running.` +
      (asOf ? ` The orchestrator's words are as of ${clockTime(asOf)}.` : ''),
  ];
  const [head = '', ...rows] = aligned([
    used.map((column) => paint(style, 'bold', column.head)),
    ...table,
  ]);
  const room = Math.max(1, height - 1 - end.length);
  const most = rows.length <= room ? rows.length : room - 1;
  const more = rows.length - most;
  const lines = [
    head,
    ...rows.slice(0, most),
    ...(more === 0 ? [] : [`… and ${count(more, 'more VM')}, for which there is no room`]),
    ...end,
  ];
  const fitted = height === Infinity ? lines : lines.map((line) => cut(line, style.columns));
  return `${fitted.join('\n')}\n`;
}

/** One line. `columns`: its maximum length. Ends in a newline. */
export function statusWarning(warning: string, style: Style, columns = Infinity): string {
  const text = cut(oneLine(warning), columns - 'Warning: '.length);
  return `${paint(style, 'yellow', 'Warning')}: ${text}\n`;
}

/** The first `columns` characters; colours don't count. */
function cut(line: string, columns: number): string {
  let shown = 0;
  let text = '';
  for (const [piece] of line.matchAll(/\u001b\[\d+m|[^]/gu)) {
    if (piece.length < 3) shown += 1;
    if (piece.length > 2 || shown <= columns) text += piece;
  }
  return text;
}

/** What `status --json` prints: one object; with `--watch` one on a line. Ends in a newline. */
export function statusJson(status: object, form: 'object' | 'line'): string {
  return jsonText(status, form === 'line' ? 'line' : 'lines');
}
