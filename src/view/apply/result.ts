import type { Address, Emit, EventError, Plan, RunResult } from '../../model/index.js';
import { failureText } from '../text/errors.js';
import { paint, type Style } from '../text/style.js';
import { duration, indent, listed } from '../text/words.js';

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

/** How a run ended: its failures in full, what was done, what is left. Ends in a newline. */
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
  const [head, tone] = HEADS[result.outcome](plan);
  lines.push(
    `${paint(style, tone, head)} in ${duration(result.durationSeconds)}: ${parts.join(', ')}.\n`,
  );
  if (result.outcome !== 'done') lines.push(rest(plan, result));
  return lines.join('');
}

const HEADS: Record<RunResult['outcome'], (plan: Plan) => [string, 'green' | 'red' | 'yellow']> = {
  done: ({ options }) => [options.mode === 'destroy' ? 'Destroyed' : 'Applied', 'green'],
  failed: ({ options }) => [
    `Not all ${options.mode === 'destroy' ? 'destroyed' : 'applied'}`,
    'red',
  ],
  interrupted: () => ['Interrupted', 'yellow'],
};

function rest({ options }: Plan, { failed, skipped }: RunResult): string {
  const lines: string[] = [];
  if (failed.length > 0) lines.push(`failed: ${listed(failed)}`);
  if (skipped.length > 0) lines.push(`not done: ${listed(skipped)}`);
  lines.push(`What is done stands. The next ven ${options.mode} does what is left.`);
  return indent(`${lines.join('\n')}\n`, '  ');
}
