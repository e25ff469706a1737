import { describe, expect, it } from 'vitest';
import { fleetRows, rowCounts, visibleRows } from '../../../src/view/apply/fleet-rows.js';
import { jsonProgress, plainProgress } from '../../../src/view/apply/progress.js';
import { gatherFailures, resultText } from '../../../src/view/index.js';
import type { RunEvent } from '../../../src/model/index.js';
import {
  created,
  creationPlan,
  examplePlan,
  exampleResult,
  failed,
  finished,
  skipped,
  started,
} from './example.js';

const style = { colour: false, columns: 80 };
const interrupted = (hard: boolean, running: string[]): RunEvent => ({
  type: 'interrupted',
  time: '2026-01-01T00:00:00Z',
  hard,
  running,
});

function lines(events: RunEvent[], amount = 10): string {
  let text = '';
  const view = plainProgress(creationPlan(amount), (more) => (text += more), style);
  for (const event of events) view.emit(event);
  return text;
}

describe('plainProgress', () => {
  it('is one line a transition, aligned, without bookkeeping', () => {
    const text = lines([
      started('vm.edge-1:up'),
      {
        type: 'step-output',
        time: '2026-01-01T00:00:00Z',
        step: 'vm.edge-1:up',
        address: 'vm.edge-1',
        line: 'noise',
      },
      finished('vm.edge-1:up', 3.24),
      started('vm.edge-1:ready'),
      finished('vm.edge-1:ready', 4),
      failed('vm.edge-10:up', 72),
      skipped('vm.edge-10:ready', 'vm.edge-10 failed'),
      skipped('vm.edge-10:other', 'vm.edge-10 failed'),
    ]);
    expect(text).toBe(`vm.edge-1   creating and starting
vm.edge-1   created and started (3.2s)
vm.edge-10  failed creating and starting (1m 12s): no such bridge: br9
`);
  });

  it('says of a VM that others power on that it is still off', () => {
    const plan = creationPlan(1);
    for (const step of plan.steps) if (step.kind === 'vm-up') step.vm.power = 'external';
    let text = '';
    plainProgress(plan, (more) => (text += more), style).emit(finished('vm.edge-1:up', 3));
    expect(text).toBe('vm.edge-1  created, still off (3.0s)\n');
  });

  it('calls a step that the second Ctrl-C ended interrupted, not failed', () => {
    const error = { code: 'interrupted', summary: 'It was interrupted before it was done' };
    const cut = { ...failed('vm.edge-1:up', 3), outcome: 'failed', error } as RunEvent;
    expect(lines([cut], 1)).toBe('vm.edge-1  interrupted while creating and starting (3.0s)\n');
    const { rows, take } = fleetRows(creationPlan(1));
    take(started('vm.edge-1:up'));
    take(cut);
    take(skipped('vm.edge-1:ready', 'the run was interrupted'));
    expect(rows[0]).toMatchObject({
      state: 'interrupted',
      said: 'interrupted while creating and starting',
    });
    expect(rowCounts(rows)).toBe('0 of 1 done, 1 interrupted');
  });

  it('says what an interruption does', () => {
    expect(lines([interrupted(false, ['a', 'b', 'c'])])).toBe(
      'Interrupted: finishing 3 steps; Ctrl-C again stops them.\n',
    );
    expect(lines([interrupted(false, ['a'])])).toBe(
      'Interrupted: finishing 1 step; Ctrl-C again stops it.\n',
    );
    expect(lines([interrupted(true, ['a'])])).toBe('Interrupted again: stopping 1 step.\n');
    expect(lines([interrupted(false, [])])).toBe('Interrupted: starting nothing new.\n');
  });
});

describe('jsonProgress', () => {
  it('is one object a line, as it came', () => {
    let text = '';
    const events = [started('vm.edge-1:up'), failed('vm.edge-1:up', 1, 'two\nlines')];
    const view = jsonProgress((more) => (text += more));
    for (const event of events) view.emit(event);
    expect(text.endsWith('\n')).toBe(true);
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(events);
  });
});

describe('resultText', () => {
  it('tells failures whole, what was done, and what is left', () => {
    const { emit, failures } = gatherFailures();
    emit(failed('vm.edge-2:up', 1));
    emit(finished('vm.edge-1:up', 1));
    const plan = examplePlan(['edge-1', 'edge-2', 'edge-3'].map((name) => created(name)));
    const result = exampleResult({
      outcome: 'failed',
      exitCode: 4,
      done: ['vm.edge-1'],
      failed: ['vm.edge-2'],
      skipped: ['vm.edge-3'],
    });
    expect(resultText({ plan, result, failures }, style))
      .toBe(`error: vm.edge-2: no such bridge: br9
  virsh said so
  hint: make the bridge
  failed: vm.edge-2
  not done: vm.edge-3
  What is done stands. The next ven apply does what is left.
Not all applied in 12.3s: 1 created, 1 failed, 1 not done.
`);
  });

  it('says after an interruption what was deleted and not created again', () => {
    const { emit, failures } = gatherFailures();
    const cut = {
      code: 'interrupted',
      summary: 'It was interrupted before it was done',
      hint: '`ven plan` shows what is left, and `ven apply` does it.',
    };
    for (const vm of ['a', 'b', 'd'])
      emit({ ...failed(`vm.${vm}:up`, 1), outcome: 'failed', error: cut } as RunEvent);
    const plan = examplePlan(['a', 'b', 'c', 'd', 'e'].map((name) => created(name)));
    const result = exampleResult({
      outcome: 'interrupted',
      exitCode: 130,
      skipped: ['vm.a', 'vm.b', 'vm.c', 'vm.d', 'vm.e'],
      notRecreated: ['vm.a', 'vm.b', 'vm.c'],
    });
    expect(resultText({ plan, result, failures }, style)).toBe(
      `  deleted, and not created again yet: vm.a, vm.b, vm.c
  interrupted: vm.d
  not done: vm.e
  What is done stands. The next ven apply does what is left.
Interrupted in 12.3s: 3 deleted and not created again, 1 interrupted, 1 not done.
`,
    );
  });

  it('says of what was begun that it is not finished, and not that it was not done', () => {
    const plan = examplePlan([created('a'), created('b')]);
    const result = exampleResult({
      outcome: 'interrupted',
      exitCode: 130,
      skipped: ['vm.a', 'vm.b'],
      unfinished: ['vm.a'],
    });
    expect(resultText({ plan, result, failures: [] }, style)).toBe(
      `  begun, and not finished: vm.a
  not done: vm.b
  What is done stands. The next ven apply does what is left.
Interrupted in 12.3s: 1 begun and not finished, 1 not done.
`,
    );
  });

  it('gives a hint that several failures have once', () => {
    const { emit, failures } = gatherFailures();
    emit(failed('vm.a:up', 1));
    emit(failed('vm.b:up', 1));
    const result = exampleResult({ outcome: 'failed', failed: ['vm.a', 'vm.b'] });
    const text = resultText({ plan: examplePlan([]), result, failures }, style);
    expect(text.match(/hint: make the bridge/g)).toHaveLength(1);
  });

  it('is one line when all went well', () => {
    const plan = examplePlan([created('a')]);
    expect(
      resultText({ plan, result: exampleResult({ done: ['vm.a'] }), failures: [] }, style),
    ).toBe('Applied in 12.3s: 1 created.\n');
  });

  it('names what was refused', () => {
    const refusal = { code: 'protected' as const, summary: 'It is protected', hint: '' };
    const refused = [{ address: 'vm.b', ...refusal }];
    const plan = examplePlan([created('a')], { refused });
    const result = exampleResult({ exitCode: 6, done: ['vm.a'], refused });
    expect(resultText({ plan, result, failures: [] }, style)).toBe(
      '  refused (see the plan above): vm.b\n' +
        'Not all applied in 12.3s: 1 created, 1 refused.\n',
    );
  });

  it('an interruption in the last step leaves nothing to do', () => {
    const plan = examplePlan([created('a')]);
    const result = exampleResult({ outcome: 'interrupted', exitCode: 130, done: ['vm.a'] });
    expect(resultText({ plan, result, failures: [] }, style)).toBe(
      '  Nothing is left: the interruption came when the last steps were at work.\n' +
        'Interrupted in 12.3s: 1 created.\n',
    );
  });
});

it('the end of a run is broken at words where a terminal ends', () => {
  const names = Array.from({ length: 9 }, (_, at) => `vm.work-${at + 1}`);
  const result = exampleResult({
    ...{ outcome: 'interrupted', exitCode: 130, done: [], notRecreated: names },
  });
  const text = resultText(
    { plan: examplePlan([]), result, failures: [] },
    { ...style, columns: 60, wrap: 60 },
  );
  expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(60);
  expect(text.replaceAll(/\s+/g, ' ')).toContain('9 deleted and not created again.');
});

describe('the rows of the terminal', () => {
  it('follow the events', () => {
    const { rows, take } = fleetRows(creationPlan(3));
    const [first, second, third] = rows;
    take(started('vm.edge-1:up', 1));
    expect(first).toMatchObject({
      address: 'vm.edge-1',
      state: 'running',
      said: 'creating and starting',
    });
    take(finished('vm.edge-1:up', 5));
    expect(first).toMatchObject({ state: 'running', said: 'created and started', endedAt: null });
    take(finished('vm.edge-1:ready', 6));
    expect(first).toMatchObject({ state: 'done' });
    expect((first?.endedAt ?? 0) - (first?.startedAt ?? 0)).toBe(5000);
    take(started('vm.edge-2:up'));
    take(failed('vm.edge-2:up', 2));
    take(skipped('vm.edge-2:ready', 'vm.edge-2:up failed'));
    expect(second).toMatchObject({
      state: 'failed',
      said: 'failed creating and starting: no such bridge: br9',
    });
    expect(third).toMatchObject({ state: 'waiting', said: '' });
    expect(rowCounts(rows)).toBe('1 of 3 done, 1 failed, 1 waiting');
  });

  it('never are more than fit: failures, what runs, what was done last, in the order of the plan', () => {
    const { rows, take } = fleetRows(creationPlan(100));
    for (let at = 1; at <= 50; at++) {
      if (at % 10 === 0) take(failed(`vm.edge-${at}:up`, at));
      else {
        take(started(`vm.edge-${at}:up`));
        take(finished(`vm.edge-${at}:up`, at));
        take(finished(`vm.edge-${at}:ready`, at));
      }
    }
    take(started('vm.edge-51:up'));
    take(started('vm.edge-52:up'));
    const names = visibleRows(rows, 9).map(({ address }) => address.replace('vm.edge-', ''));
    expect(names).toEqual(['30', '40', '46', '47', '48', '49', '50', '51', '52']);
    expect(visibleRows(rows, 100)).toHaveLength(100);
  });
});
