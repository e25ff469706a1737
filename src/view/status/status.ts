import cliTruncate from 'cli-truncate';
import { paint, type Style, type Tone } from '../text/style.js';
import { prose } from '../text/prose.js';
import { displayWidth } from '../text/width.js';
import { aligned, count, oneLine, printable } from '../text/words.js';
import { jsonText } from '../text/json.js';

export interface ShownVm {
  name: string;
  /** Of a fleet on several hosts. */
  host?: string;
  power: string;
  saved?: true;
  ready: boolean;
  addresses: readonly string[];
  serialNumber: string;
  stage: string | null;
  stageTitle: string | null;
  /** ISO 8601; null: now. */
  stageAsOf: string | null;
  outcome: string | null;
  failureClass: string | null;
  console: string | null;
  vnc: string | null;
  /** `https://…/redfish/v1/Systems/edge-1`; null: it has no BMC. */
  bmc: string | null;
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
  saved: 'dim',
  paused: 'yellow',
  crashed: 'red',
  missing: 'red',
  unknown: 'yellow',
};

const STAGE_TONES: Record<string, Tone> = { ready: 'green', failed: 'red', 'under-way': 'cyan' };

function stageText({ stage: key, stageTitle, stageAsOf, outcome, failureClass }: ShownVm): string {
  if (outcome === 'ready') return 'ready';
  const stage = stageTitle ?? key;
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

const powerText = ({ power, saved }: ShownVm): string => (saved === true ? 'saved' : power);

interface Column {
  head: string;
  of: (vm: ShownVm) => string;
  tone?: (vm: ShownVm) => Tone | undefined;
  /** Shown also where it is empty. */
  always?: true;
  /** Only on request: a path that is longer than all else. */
  wide?: true;
}

export interface StatusOptions {
  /** The maximum number of lines, each cut to the terminal's width. */
  height?: number;
  /** The paths, too, and all columns however narrow the terminal is. */
  wide?: boolean;
  /** It is a terminal, whose width counts. */
  fits?: boolean;
}

/** In this order columns are left out until the lines fit the terminal. */
const FIRST_LEFT_OUT = ['SERIAL', 'MADE', 'VNC', 'ADDRESS', 'ORCHESTRATOR'];

/**
 * A table with a line a VM, then the number that runs. An empty column is left out, and so are the
 * least needed ones where the terminal is narrow; the line before the last names those. VMs that
 * don't fit the height are counted. Where all columns are wanted and have no room, each VM is a
 * block of lines. Ends in a newline.
 */
export function statusText(
  status: ShownStatus,
  style: Style,
  { height = Infinity, wide = false, fits = false }: StatusOptions = {},
): string {
  const columns: Column[] = [
    { head: 'VM', of: ({ name }) => name, always: true },
    { head: 'HOST', of: ({ host }) => host ?? '' },
    { head: 'POWER', of: powerText, always: true, tone: (vm) => TONES[powerText(vm)] },
    { head: 'MADE', of: ({ ready }) => (ready ? 'yes' : 'no'), always: true },
    { head: 'ADDRESS', of: ({ addresses }) => addresses.join(', ') },
    { head: 'SERIAL', of: ({ serialNumber }) => serialNumber },
    { head: 'STAGE', of: stageText, tone: ({ outcome }) => STAGE_TONES[outcome ?? ''] },
    { head: 'ORCHESTRATOR', of: (vm) => hostText(vm, status) },
    { head: 'VNC', of: ({ vnc }) => vnc ?? '' },
    { head: 'BMC', of: ({ bmc }) => bmc ?? '', wide: true },
    { head: 'CONSOLE LOG', of: ({ console: log }) => log ?? '', wide: true },
  ];
  const filled = columns.filter(
    ({ of, always, wide: isLong }) =>
      (wide || !isLong) && (always === true || status.vms.some((vm) => of(vm) !== '')),
  );
  const { lines: table, hidden } = fitted(
    status,
    filled,
    style,
    fits && !wide ? style.columns : Infinity,
  );
  const running = status.vms.filter(({ power }) => power === 'running').length;
  const asOf = status.orchestrator?.asOf;
  const end = [
    '',
    ...(status.vms.some(({ ready }) => !ready) && !hidden.includes('MADE')
      ? ['MADE no: it is not made, or not to its end. ven plan shows what is left.']
      : []),
    ...(hidden.length === 0 ? [] : [`Not shown here: ${hidden.join(', ')} (--wide shows all)`]),
    `${status.fleet} on ${printable(status.host)}: ` +
      `${count(status.vms.length, 'VM')}, ${running} running.` +
      (asOf ? ` The orchestrator's words are as of ${clockTime(asOf)}.` : ''),
  ];
  const isBroken = table.some((line) => displayWidth(line) > style.columns);
  if (wide && fits && isBroken && height === Infinity)
    return [
      ...status.vms.flatMap((vm) => [...block(vm, filled, style), '']),
      ...end.slice(1),
      '',
    ].join('\n');
  const [head = '', ...rows] = table;
  const room = Math.max(1, height - 1 - end.length);
  const most = rows.length <= room ? rows.length : room - 1;
  const more = rows.length - most;
  const lines = [
    head,
    ...rows.slice(0, most),
    ...(more === 0 ? [] : [`… and ${count(more, 'more VM')}, for which there is no room`]),
    ...end,
  ];
  const shown = height === Infinity ? lines : lines.map((line) => cliTruncate(line, style.columns));
  return `${shown.join('\n')}\n`;
}

/** What a row says, a line each: for a terminal that is too narrow for it. */
function block(vm: ShownVm, [, ...columns]: readonly Column[], style: Style): string[] {
  const cells = columns.flatMap(({ head, of, tone }) => {
    const cell = printable(of(vm));
    const painted = tone?.(vm);
    if (cell === '') return [];
    return [[`  ${head}`, painted === undefined ? cell : paint(style, painted, cell)]];
  });
  const lines = aligned(cells).map((line, at) => {
    const [head = '', cell = ''] = cells[at] ?? [];
    return displayWidth(line) > style.columns ? `${head}\n    ${cell}` : line;
  });
  return [paint(style, 'bold', printable(vm.name)), ...lines];
}

/** The table with as many columns as fit, and the heads of the others. */
function fitted(
  status: ShownStatus,
  columns: readonly Column[],
  style: Style,
  width: number,
): { lines: string[]; hidden: string[] } {
  const linesOf = (used: readonly Column[]): string[] =>
    aligned([
      used.map(({ head }) => paint(style, 'bold', head)),
      ...status.vms.map((vm) =>
        used.map(({ of, tone }) => {
          const cell = printable(of(vm)) || '-';
          const painted = tone?.(vm);
          return painted === undefined ? cell : paint(style, painted, cell);
        }),
      ),
    ]);
  const hidden: string[] = [];
  let lines = linesOf(columns);
  for (const head of FIRST_LEFT_OUT) {
    if (lines.every((line) => displayWidth(line) <= width)) break;
    if (!columns.some((column) => column.head === head)) continue;
    hidden.push(head);
    lines = linesOf(columns.filter((column) => !hidden.includes(column.head)));
  }
  return { lines, hidden };
}

/** One line where `columns` is its maximum length. Ends in a newline. */
export function statusWarning(warning: string, style: Style, columns = Infinity): string {
  const text = oneLine(warning);
  const room = columns - 'Warning: '.length;
  const shown = room === Infinity ? text : cliTruncate(text, room);
  const line = `${paint(style, 'yellow', 'Warning')}: ${shown}`;
  return `${room === Infinity ? prose(line, style, { first: '', rest: '  ' }) : line}\n`;
}

/** What `status --json` prints: one object; with `--watch` one on a line. Ends in a newline. */
export function statusJson(status: object, form: 'object' | 'line'): string {
  return jsonText(status, form === 'line' ? 'line' : 'lines');
}
