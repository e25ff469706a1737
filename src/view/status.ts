import { paint, type Look, type Tone } from './look.js';
import { aligned, count, printable } from './words.js';

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
}

export interface ShownStatus {
  fleet: string;
  host: string;
  vms: readonly ShownVm[];
}

const TONES: Record<string, Tone> = { running: 'green', off: 'dim', paused: 'yellow', crashed: 'red', missing: 'red' };

const STAGE_TONES: Record<string, Tone> = { ready: 'green', failed: 'red', 'under-way': 'cyan' };

function stageText({ stage, stageAsOf, outcome, failureClass }: ShownVm): string {
  if (outcome === 'ready') return 'ready';
  return outcome === 'failed'
    ? `failed in ${stage ?? '?'} (${failureClass ?? '?'})`
    : stage === null
      ? ''
      : stageAsOf === null
        ? stage
        : `${stage} (as of ${clockTime(stageAsOf)})`;
}

function clockTime(time: string): string {
  return new Date(time).toTimeString().slice(0, 5);
}

/** A table, a line a VM, then how many run. Columns that nobody has anything in are left out. Ends in a newline. */
export function statusText(status: ShownStatus, look: Look): string {
  const columns: { head: string; of: (vm: ShownVm) => string; always?: boolean; tone?: (vm: ShownVm) => Tone | undefined }[] = [
    { head: 'VM', of: ({ name }) => name, always: true },
    { head: 'POWER', of: ({ power }) => power, always: true, tone: ({ power }) => TONES[power] },
    { head: 'READY', of: ({ ready }) => (ready ? 'yes' : 'no'), always: true },
    { head: 'ADDRESS', of: ({ addresses }) => addresses.join(', ') },
    { head: 'SERIAL', of: ({ serialNumber }) => serialNumber },
    { head: 'STAGE', of: stageText, tone: ({ outcome }) => STAGE_TONES[outcome ?? ''] },
    { head: 'VNC', of: ({ vnc }) => vnc ?? '' },
    { head: 'CONSOLE LOG', of: ({ console: log }) => log ?? '' },
  ];
  const used = columns.filter(({ of, always }) => always === true || status.vms.some((vm) => of(vm) !== ''));
  const table = status.vms.map((vm) =>
    used.map(({ of, tone }) => {
      const cell = printable(of(vm)) || '-';
      const painted = tone?.(vm);
      return painted === undefined ? cell : paint(look, painted, cell);
    }),
  );
  const running = status.vms.filter(({ power }) => power === 'running').length;
  const lines = aligned([used.map(({ head }) => paint(look, 'bold', head)), ...table]);
  return `${lines.join('\n')}\n\n${status.fleet} on ${printable(status.host)}: ${count(status.vms.length, 'VM')}, ${running} running.\n`;
}

/** What `status --json` prints: one object; with `--watch` one on a line. Ends in a newline. */
export function statusJson(status: object, form: 'object' | 'line'): string {
  return `${form === 'line' ? JSON.stringify(status) : JSON.stringify(status, null, 2)}\n`;
}
