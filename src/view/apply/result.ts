import type { Address, Emit, EventError, Plan, RunResult } from '../../model/index.js';
import { failureText } from '../text/errors.js';
import { folded } from '../text/prose.js';
import { paint, type Style } from '../text/style.js';
import { duration, indent, listed, printable } from '../text/words.js';
import { refusedAddresses } from './recap.js';
import { isInterruption } from './steps.js';

export interface Failed {
  address: Address;
  error: EventError;
}

/** A run's failures, gathered from its events: the result has only the addresses. */
export function gatherFailures(): { emit: Emit; failures: Failed[] } {
  const failures: Failed[] = [];
  return {
    failures,
    emit: (event) => {
      if (event.type === 'step-finished' && event.outcome === 'failed')
        failures.push({ address: event.address, error: event.error });
    },
  };
}

export interface Outcome {
  plan: Plan;
  result: RunResult;
  failures: readonly Failed[];
}

const DONE = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  delete: 'deleted',
} as const;

/** How a run ended: its failures in full, what is left, what was done. Ends in a newline. */
export function resultText({ plan, result, failures }: Outcome, style: Style): string {
  const lines = failureLines(failures, style);
  const done = new Set(result.done);
  const counted = (Object.keys(DONE) as (keyof typeof DONE)[])
    .map((action) => ({
      action,
      amount: plan.changes.filter((change) => change.action === action && done.has(change.address))
        .length,
    }))
    .filter(({ amount }) => amount > 0)
    .map(({ action, amount }) => `${amount} ${DONE[action]}`);
  const gone = new Set(result.notRecreated);
  const cut = new Set(
    failures.filter(({ error }) => isInterruption(error)).map(({ address }) => address),
  );
  const skipped = result.skipped.filter((address) => !gone.has(address));
  const halfDone = result.unfinished.filter((address) => !gone.has(address) && !cut.has(address));
  const ends: [string, string, readonly Address[]][] = [
    ['deleted and not created again', 'deleted, and not created again yet', result.notRecreated],
    ['failed', 'failed', result.failed],
    ['interrupted', 'interrupted', skipped.filter((address) => cut.has(address))],
    ['begun and not finished', 'begun, and not finished', halfDone],
    [
      'not done',
      'not done',
      skipped.filter((address) => !cut.has(address) && !halfDone.includes(address)),
    ],
    ['refused', 'refused (see the plan above)', refusedAddresses(result.refused)],
  ];
  const notDone = ends.filter(([, , those]) => those.length > 0);
  const nothing = counted.length === 0 && notDone.every(([, words]) => words === 'not done');
  const parts = [
    ...(nothing ? ['nothing done'] : counted),
    ...notDone.map(([words, , those]) => `${those.length} ${words}`),
  ];
  const { mode } = plan.options;
  const but = result.refused.length > 0 ? ', but for what is refused' : '';
  const left = notDone.map(([, words, those]) => `${words}: ${listed(those)}`);
  if (left.length > 0 && result.outcome !== 'done')
    left.push(`What is done stands. The next ven ${mode} does what is left${but}.`);
  if (left.length === 0 && result.outcome === 'interrupted')
    left.push('Nothing is left: the interruption came when the last steps were at work.');
  for (const line of left) lines.push(`${folded(`  ${line}`, style)}\n`);
  const [head, tone] = headOf(plan, result);
  const time = duration(result.durationSeconds);
  const end = `${paint(style, tone, head)} in ${time}: ${parts.join(', ')}.`;
  lines.push(`${folded(end, style)}\n`);
  return lines.join('');
}

/**
 * Failures in full, a hint that several have with the last of them. An interruption is told only
 * where it has details: the lists have the rest.
 */
function failureLines(failures: readonly Failed[], style: Style): string[] {
  const lastWith = new Map(failures.map(({ error }, at) => [error.hint, at]));
  return failures.flatMap(({ address, error }, at) => {
    if (isInterruption(error)) {
      if (!error.detail) return [];
      const head = `${paint(style, 'yellow', 'interrupted')}: ${address}`;
      return [`${head}\n${indent(`${printable(error.detail).trimEnd()}\n`, '  ')}`];
    }
    const hint = lastWith.get(error.hint) === at ? error.hint : undefined;
    return [failureText({ ...error, hint, where: address }, style)];
  });
}

function headOf(
  { options }: Plan,
  { outcome, refused }: RunResult,
): [string, 'green' | 'red' | 'yellow'] {
  if (outcome === 'interrupted') return ['Interrupted', 'yellow'];
  const verb = options.mode === 'destroy' ? 'destroyed' : 'applied';
  if (outcome === 'failed' || refused.length > 0) return [`Not all ${verb}`, 'red'];
  return [options.mode === 'destroy' ? 'Destroyed' : 'Applied', 'green'];
}
