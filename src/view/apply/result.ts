import type { Address, Emit, EventError, Plan, RunResult } from '../../model/index.js';
import { failureText } from '../text/errors.js';
import { paint, type Style } from '../text/style.js';
import { duration, indent, listed } from '../text/words.js';
import { refusedAddresses } from './recap.js';

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
  const lines = failures.map(({ address, error }) =>
    failureText({ ...error, where: address }, style),
  );
  const done = new Set(result.done);
  const counted = (Object.keys(DONE) as (keyof typeof DONE)[])
    .map((action) => ({
      action,
      amount: plan.changes.filter((change) => change.action === action && done.has(change.address))
        .length,
    }))
    .filter(({ amount }) => amount > 0)
    .map(({ action, amount }) => `${amount} ${DONE[action]}`);
  const parts = counted.length > 0 ? counted : ['nothing done'];
  if (result.failed.length > 0) parts.push(`${result.failed.length} failed`);
  if (result.skipped.length > 0) parts.push(`${result.skipped.length} not done`);
  const refused = refusedAddresses(result.refused);
  if (refused.length > 0) parts.push(`${refused.length} refused`);
  const { mode } = plan.options;
  const left = [
    ...(result.failed.length > 0 ? [`failed: ${listed(result.failed)}`] : []),
    ...(result.skipped.length > 0 ? [`not done: ${listed(result.skipped)}`] : []),
    ...(refused.length > 0 ? [`refused (see the plan above): ${listed(refused)}`] : []),
  ];
  if (left.length > 0 && result.outcome !== 'done')
    left.push(`What is done stands. The next ven ${mode} does what is left.`);
  if (left.length === 0 && result.outcome === 'interrupted')
    left.push('Nothing is left: the interruption came when the last steps were at work.');
  if (left.length > 0) lines.push(indent(`${left.join('\n')}\n`, '  '));
  const [head, tone] = headOf(plan, result);
  lines.push(
    `${paint(style, tone, head)} in ${duration(result.durationSeconds)}: ${parts.join(', ')}.\n`,
  );
  return lines.join('');
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
