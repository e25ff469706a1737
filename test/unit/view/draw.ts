/**
 * Draws the terminal view of an imagined run, to be looked at: how many VMs, and every how manieth fails.
 *   esbuild test/unit/view/draw.ts --bundle --platform=node --format=esm --outfile=/tmp/draw.mjs && node /tmp/draw.mjs 50 7
 */
import { terminalProgress } from '../../../src/view/apply/terminal.js';
import { gatherFailures, resultText, styleOf } from '../../../src/view/index.js';
import type { RunEvent } from '../../../src/model/index.js';
import { creationPlan, exampleResult } from './example.js';

const [amount = 3, failing = 0] = process.argv.slice(2).map(Number);
const plan = creationPlan(amount);
const { emit: gather, failures } = gatherFailures();
const style = styleOf(process.stderr, process.env);
const view = terminalProgress(plan, process.stderr, style);
const now = (): string => new Date().toISOString();
const emit = (event: RunEvent): void => {
  gather(event);
  view.emit(event);
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const began = Date.now();
emit({
  type: 'run-started',
  formatVersion: '1',
  time: now(),
  run: 'r1',
  command: 'apply',
  fleet: plan.fleet,
  host: plan.host,
  summary: plan.summary,
  steps: plan.steps.length,
});
const waiting = plan.changes.map(({ address }) => address);
const lane = async (): Promise<void> => {
  for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
    const step = `${address}:up`;
    const start = Date.now();
    emit({ type: 'step-started', time: now(), step, address });
    for (let turn = 0; turn < 4; turn++) {
      await pause(100 + Math.random() * 150);
      emit({
        type: 'step-output',
        time: now(),
        step,
        address,
        line: `Creating domain with the following settings… ${'x'.repeat(turn * 30)}`,
      });
    }
    const durationSeconds = (Date.now() - start) / 1000;
    const number = Number(address.split('-')[1]);
    if (failing > 0 && number % failing === 0) {
      emit({
        type: 'step-finished',
        time: now(),
        step,
        address,
        outcome: 'failed',
        durationSeconds,
        error: { code: 'tool-failed', summary: 'Cannot get interface MTU on br9: No such device' },
      });
      emit({
        type: 'step-finished',
        time: now(),
        step: `${address}:ready`,
        address,
        outcome: 'skipped',
        durationSeconds: 0,
        because: `${step} failed`,
      });
    } else {
      emit({ type: 'step-finished', time: now(), step, address, outcome: 'done', durationSeconds });
      emit({ type: 'step-started', time: now(), step: `${address}:ready`, address });
      emit({
        type: 'step-finished',
        time: now(),
        step: `${address}:ready`,
        address,
        outcome: 'done',
        durationSeconds: 0.1,
      });
    }
  }
};
process.on('SIGINT', () => {
  emit({ type: 'interrupted', time: now(), hard: false, running: ['a', 'b'] });
  waiting.length = 0;
});
await Promise.all([lane(), lane(), lane(), lane()]);
await view.close();
const lost = failures.map(({ address }) => address);
process.stdout.write(
  resultText(
    {
      plan,
      failures,
      result: exampleResult({
        outcome: lost.length > 0 ? 'failed' : 'done',
        failed: lost,
        done: plan.changes
          .map(({ address }) => address)
          .filter((address) => !lost.includes(address)),
        durationSeconds: (Date.now() - began) / 1000,
      }),
    },
    styleOf(process.stdout, process.env),
  ),
);
