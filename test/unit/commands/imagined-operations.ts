/** What `imagined-run.ts` carries out: an apply of five VMs, two at a time, that only takes time. */
import { writeFileSync } from 'node:fs';
import type { ApplyRequest, ApplyResult } from '../../../src/operations/apply.js';
import type { RunResult } from '../../../src/model/index.js';
import { creationPlan, examplePlan } from '../view/example.js';

const STEP_MS = 150;

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener('abort', resolve));

/** How long a step takes: a moment, or (IMAGINED_HOLD) until it is interrupted once or twice. */
async function held(graceful: AbortSignal): Promise<void> {
  const hold = process.env['IMAGINED_HOLD'];
  // A process ends when it waits for nothing but a signal.
  if (hold !== undefined) setTimeout(() => undefined, 60_000);
  if (hold === 'twice') return new Promise(() => undefined);
  if (hold === 'once') await aborted(graceful);
  await new Promise((resolve) => setTimeout(resolve, STEP_MS));
}

export async function apply(request: ApplyRequest): Promise<ApplyResult> {
  const plan = process.env['IMAGINED_NOTHING'] ? examplePlan([]) : creationPlan(5);
  const fleet = {} as ApplyResult['fleet']; // nobody looks at it
  if (plan.steps.length === 0)
    return { fleet, plan, result: null, declined: false, lost: new Map() };
  if (!(await request.confirm(plan)))
    return { fleet, plan, result: null, declined: true, lost: new Map() };
  const { emit, interrupt } = request;
  const time = (): string => new Date().toISOString();
  const running = new Set<string>();
  const done: string[] = [];
  interrupt.graceful.addEventListener('abort', () => {
    emit({ type: 'interrupted', time: time(), hard: false, running: [...running] });
  });
  interrupt.hard.addEventListener('abort', () => {
    emit({ type: 'interrupted', time: time(), hard: true, running: [...running] });
  });
  emit({
    type: 'run-started',
    formatVersion: '1',
    time: time(),
    run: 'r',
    command: 'apply',
    fleet: plan.fleet,
    host: plan.host,
    summary: plan.summary,
    steps: plan.steps.length,
  });
  const waiting = plan.changes.map(({ address }) => address);
  const lane = async (): Promise<void> => {
    for (
      let address = waiting.shift();
      address !== undefined && !interrupt.graceful.aborted;
      address = waiting.shift()
    ) {
      const step = `${address}:up`;
      running.add(step);
      emit({ type: 'step-started', time: time(), step, address });
      await Promise.race([held(interrupt.graceful), aborted(interrupt.hard)]);
      running.delete(step);
      emit({
        type: 'step-finished',
        time: time(),
        step,
        address,
        outcome: 'done',
        durationSeconds: STEP_MS / 1000,
      });
      emit({
        type: 'step-finished',
        time: time(),
        step: `${address}:ready`,
        address,
        outcome: 'done',
        durationSeconds: 0,
      });
      done.push(address);
    }
  };
  await Promise.all([lane(), lane()]);
  const stopped = interrupt.graceful.aborted;
  const skipped = plan.changes
    .map(({ address }) => address)
    .filter((address) => !done.includes(address));
  const result: RunResult = {
    outcome: stopped ? 'interrupted' : 'done',
    exitCode: stopped ? 130 : 0,
    done,
    failed: [],
    skipped,
    unfinished: [],
    notRecreated: [],
    refused: [],
    durationSeconds: 1,
  };
  emit({ type: 'run-finished', time: time(), ...result });
  const trace = process.env['IMAGINED_TRACE'];
  if (trace !== undefined) writeFileSync(trace, JSON.stringify(result));
  return { fleet, plan, result, declined: false, lost: new Map() };
}
