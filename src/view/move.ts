import type { Address, EventError } from '../model/index.js';
import { failureText } from './text/errors.js';
import { jsonText } from './text/json.js';
import { hintText } from './text/prose.js';
import { paint, type Style, type Tone } from './text/style.js';
import { duration, printable } from './text/words.js';

export interface ShownMove {
  to: string;
  outcome: 'done' | 'failed' | 'interrupted';
  vms: readonly ShownMovedVm[];
  durationSeconds: number;
}

export interface ShownMovedVm {
  address: Address;
  from: string | null;
  to: string;
  outcome: 'done' | 'already' | 'failed' | 'refused' | 'skipped';
  durationSeconds: number;
  error?: EventError;
}

/** A line of one VM. Ends in a newline. */
export function movedText(vm: ShownMovedVm, style: Style): string {
  return `${vm.address}  ${saidOf(vm, style)}\n`;
}

function saidOf({ from, to, outcome, durationSeconds }: ShownMovedVm, style: Style): string {
  const time = `(${duration(durationSeconds)})`;
  const there = printable(to);
  if (outcome === 'done')
    return [
      paint(style, 'green', 'moved'),
      `from ${printable(from ?? 'nowhere')} to ${there} ${time}`,
    ].join(' ');
  if (outcome === 'already') return `is on ${there} already`;
  if (outcome === 'skipped') return paint(style, 'yellow', 'not done');
  return `${paint(style, 'red', outcome)} ${time}`;
}

/** What failed and why, what to do next, and the counts. Ends in a newline. */
export function moveText({ to, outcome, vms, durationSeconds }: ShownMove, style: Style): string {
  const failed = vms.flatMap(({ address, error }) =>
    error === undefined ? [] : [failureText({ ...error, where: address }, style)],
  );
  const isMoved = vms.some((vm) => vm.outcome === 'done');
  const hint = 'What was moved is off. ven apply makes its networks there and starts it.';
  const next = isMoved ? [`${hintText(hint, style)}\n`] : [];
  const words = { done: 'moved', already: 'there already', failed: 'failed', refused: 'refused' };
  const all = { ...words, skipped: 'not done' };
  const parts = (Object.keys(all) as (keyof typeof all)[]).flatMap((kind) => {
    const amount = vms.filter((vm) => vm.outcome === kind).length;
    return amount === 0 ? [] : [`${amount} ${all[kind]}`];
  });
  const [said, tone] = (
    {
      done: ['Moved', 'green'],
      failed: ['Not all moved', 'red'],
      interrupted: ['Interrupted', 'yellow'],
    } as Record<ShownMove['outcome'], [string, Tone]>
  )[outcome];
  const where = `to ${printable(to)} in ${duration(durationSeconds)}`;
  return [...failed, ...next, `${paint(style, tone, said)} ${where}: ${parts.join(', ')}.\n`].join(
    '',
  );
}

/** What `move --json` prints. Ends in a newline. */
export function moveJson(result: object): string {
  return jsonText({ formatVersion: '1', ...result }, 'lines');
}
