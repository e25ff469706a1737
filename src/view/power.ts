import type { Address, EventError } from '../model/index.js';
import { failureText } from './text/errors.js';
import { jsonText } from './text/json.js';
import { paint, type Style, type Tone } from './text/style.js';
import { hintText } from './text/prose.js';
import { count, duration, listed, printable } from './text/words.js';

export interface ShownPower {
  fleet: string;
  host: string;
  action: 'on' | 'off' | 'reset' | 'reboot';
  outcome: 'done' | 'failed' | 'interrupted';
  vms: readonly ShownPowerVm[];
  durationSeconds: number;
}

export interface ShownPowerVm {
  address: Address;
  before: string;
  outcome: 'done' | 'already' | 'failed' | 'refused' | 'skipped';
  /** Of one whose power is `external`, whatever it is is right. */
  wanted: 'running' | 'off' | 'external' | null;
  durationSeconds: number;
  error?: EventError;
}

const WORDS = {
  on: { head: 'Powered on', asks: 'power on', done: 'started', already: 'running already' },
  off: { head: 'Powered off', asks: 'power off', done: 'off', already: 'off already' },
  reset: { head: 'Reset', asks: 'reset', done: 'reset', already: '' },
  reboot: { head: 'Rebooted', asks: 'reboot', done: 'rebooted', already: '' },
} as const;

/** The question before all VMs of a fleet are acted on. */
export function powerQuestion(
  action: ShownPower['action'],
  force: boolean,
  { host, vms }: { host: string; vms: readonly Address[] },
): string {
  const verb = force ? 'cut the power of' : WORDS[action].asks;
  return `Do you want to ${verb} ${count(vms.length, 'VM')} on ${printable(host)}: ${listed(vms)}?`;
}

/** A line of one VM. `widest`: the longest address. Ends in a newline. */
export function poweredText(
  action: ShownPower['action'],
  vm: ShownPowerVm,
  widest: number,
  style: Style,
): string {
  return `${vm.address.padEnd(widest)}  ${saidOf(action, vm, style)}\n`;
}

function saidOf(action: ShownPower['action'], vm: ShownPowerVm, style: Style): string {
  const { outcome, before, durationSeconds } = vm;
  const time = `(${duration(durationSeconds)})`;
  if (outcome === 'failed' || outcome === 'refused')
    return `${paint(style, 'red', outcome)} ${time}`;
  if (outcome === 'skipped') return paint(style, 'yellow', 'not done');
  const saved = before === 'saved';
  if (outcome === 'already') {
    const rest = saved ? ': its memory is saved, and the next start continues from it' : '';
    return `${WORDS[action].already}${rest}`;
  }
  const how =
    { paused: ', which was paused', crashed: ', which had crashed' }[before] ??
    (saved ? ', and continues from its saved memory' : '');
  return `${paint(style, 'green', WORDS[action].done)} ${time}${how}`;
}

/** What failed and why, what the next apply does to it, and the counts. Ends in a newline. */
export function powerText(result: ShownPower, file: string, style: Style): string {
  const failed = result.vms.flatMap(({ address, error }) =>
    error === undefined ? [] : [failureText({ ...error, where: address }, style)],
  );
  return [...failed, ...driftHint(result, file, style), recap(result, style)].join('');
}

/** A VM that is not as the fleet file wants it is a difference, which the next apply mends. */
function driftHint({ action, vms }: ShownPower, file: string, style: Style): string[] {
  if (action !== 'on' && action !== 'off') return [];
  const is = action === 'on' ? 'running' : 'off';
  const other = vms.filter(
    ({ outcome, wanted }) =>
      (outcome === 'done' || outcome === 'already') &&
      wanted !== null &&
      wanted !== 'external' &&
      wanted !== is,
  );
  if (other.length === 0) return [];
  const names = listed(other.map(({ address }) => address));
  const them = other.length === 1 ? 'it' : 'them';
  const text =
    `The fleet file says power: ${is === 'off' ? 'running' : 'off'} for ${names}: the next ven ` +
    `apply ${is === 'off' ? `starts ${them}` : `powers ${them} off`} again. power: ${is} in ` +
    `${file} keeps ${them} ${is}.`;
  return [`${hintText(text, style)}\n`];
}

function recap({ host, action, outcome, vms, durationSeconds }: ShownPower, style: Style): string {
  const { head, done, already } = WORDS[action];
  const words = { done, already, failed: 'failed', refused: 'refused', skipped: 'not done' };
  const parts = (Object.keys(words) as (keyof typeof words)[]).flatMap((kind) => {
    const amount = vms.filter((vm) => vm.outcome === kind).length;
    return amount === 0 ? [] : [`${amount} ${words[kind]}`];
  });
  const [said, tone]: [string, Tone] = {
    done: [head, 'green'] as [string, Tone],
    failed: [`Not all ${head.toLowerCase()}`, 'red'] as [string, Tone],
    interrupted: ['Interrupted', 'yellow'] as [string, Tone],
  }[outcome];
  const counted = parts.length === 0 ? 'no VM exists' : parts.join(', ');
  const there = `in ${duration(durationSeconds)} on ${printable(host)}`;
  return `${paint(style, tone, said)} ${there}: ${counted}.\n`;
}

/** What `power … --json` prints. Ends in a newline. */
export function powerJson(result: object): string {
  return jsonText({ formatVersion: '1', ...result }, 'lines');
}
