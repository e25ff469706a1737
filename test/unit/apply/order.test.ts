import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EarliestFirst } from '../../../src/apply/earliest-first.js';
import { VenError, type RunEvent } from '../../../src/model/index.js';
import { failure, pool, ready, run, sleep, start, story, up } from './stage.js';

describe('order, failure and events', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('starts in plan order what needs nothing, and the rest when its needs are done', async () => {
    const stage = run(
      [
        start('c', ['pool.p:ensure']),
        pool('p'),
        start('a'),
        start('b', ['vm.a:start', 'vm.c:start']),
      ],
      {},
      {
        parallelism: { bringUps: 1, calls: 1 },
      },
    );
    expect(await stage.result).toEqual({
      outcome: 'done',
      exitCode: 0,
      done: ['vm.c', 'pool.p', 'vm.a', 'vm.b'],
      failed: [],
      skipped: [],
      unfinished: [],
      notRecreated: [],
      refused: [],
      durationSeconds: 0,
    });
    expect(stage.host.calls).toEqual([
      'ensurePool p',
      'startDomain uuid-c',
      'startDomain uuid-a',
      'startDomain uuid-b',
    ]);
  });

  it('tells a run from run-started to run-finished, with durations to the millisecond', async () => {
    vi.setSystemTime('2026-01-02T03:04:05.000Z');
    const stage = run([start('a')], { call: () => sleep(1234) });
    await vi.runAllTimersAsync();
    await stage.result;
    expect(stage.events).toEqual([
      {
        type: 'run-started',
        formatVersion: '1',
        time: '2026-01-02T03:04:05.000Z',
        run: 'r1',
        command: 'apply',
        fleet: 'lab',
        host: 'test:///default',
        summary: { create: 1, update: 0, replace: 0, delete: 0, noop: 0 },
        steps: 1,
      },
      {
        type: 'step-started',
        time: '2026-01-02T03:04:05.000Z',
        step: 'vm.a:start',
        address: 'vm.a',
      },
      {
        type: 'step-finished',
        time: '2026-01-02T03:04:06.234Z',
        step: 'vm.a:start',
        address: 'vm.a',
        outcome: 'done',
        durationSeconds: 1.234,
      },
      {
        type: 'run-finished',
        time: '2026-01-02T03:04:06.234Z',
        outcome: 'done',
        exitCode: 0,
        done: ['vm.a'],
        failed: [],
        skipped: [],
        unfinished: [],
        notRecreated: [],
        refused: [],
        durationSeconds: 1.234,
      },
    ]);
  });

  it('is done at once with an empty plan', async () => {
    const stage = run([]);
    expect(await stage.result).toMatchObject({ outcome: 'done', exitCode: 0, done: [] });
    expect(story(stage.events)).toEqual(['run-started', 'run-finished']);
  });

  it('skips what depends on a failed step, near and far, and nothing else', async () => {
    const steps = [
      pool('p'),
      start('a', ['pool.p:ensure']),
      start('b', ['vm.a:start']),
      start('c'),
      start('d', ['vm.c:start']),
    ];
    const stage = run(steps, {
      call: (method) => {
        if (method === 'ensurePool')
          throw new VenError('host-not-ready', {
            summary: 'no pool',
            detail: 'virsh said so',
            hint: 'make one',
          });
      },
    });
    expect(await stage.result).toMatchObject({
      outcome: 'failed',
      exitCode: 4,
      done: ['vm.c', 'vm.d'],
      failed: ['pool.p'],
      skipped: ['vm.a', 'vm.b'],
    });
    expect(failure(stage.events, 'pool.p:ensure')).toEqual({
      code: 'host-not-ready',
      summary: 'no pool',
      detail: 'virsh said so',
      hint: 'make one',
    });
    const told = story(stage.events);
    expect(told).toContain('skipped vm.a:start (pool.p failed)');
    expect(told).toContain('skipped vm.b:start (pool.p failed)');
    expect(told).not.toContain('started vm.a:start');
    expect(told.at(-1)).toBe('run-finished');
  });

  it('lists an address as failed when one of its steps failed, though others were done', async () => {
    const stage = run([up('a'), ready('a')], {
      call: () => Promise.reject(new VenError('tool-failed', { summary: 'no' })),
    });
    expect(await stage.result).toMatchObject({
      done: [],
      failed: ['vm.a'],
      skipped: [],
      unfinished: [],
      notRecreated: [],
      exitCode: 4,
    });
  });

  it('shows a bug inside a step with its stack, and goes on', async () => {
    const stage = run([start('a'), start('b')], {
      call: (_method, [uuid]) => {
        if (uuid === 'uuid-a') throw new TypeError('x is undefined');
      },
    });
    expect(await stage.result).toMatchObject({
      outcome: 'failed',
      exitCode: 4,
      done: ['vm.b'],
      failed: ['vm.a'],
    });
    const error = failure(stage.events, 'vm.a:start');
    expect(error).toMatchObject({ code: 'bug', summary: 'ven has a bug: x is undefined' });
    expect(error.detail).toContain('TypeError: x is undefined\n    at ');
  });

  it('runs at most as many calls at once as it may', async () => {
    let running = 0;
    let most = 0;
    const call = async () => {
      most = Math.max(most, (running += 1));
      await sleep(10);
      running -= 1;
    };
    const stage = run(
      Array.from({ length: 20 }, (_, i) => start(`v${String(i)}`)),
      { call },
      { parallelism: { bringUps: 1, calls: 3 } },
    );
    await vi.runAllTimersAsync();
    expect(await stage.result).toMatchObject({ outcome: 'done', durationSeconds: 0.07 });
    expect(most).toBe(3);
  });

  it('gives up a step that takes too long, skips what needs it, and goes on', async () => {
    const stage = run([start('slow', [], 30), start('after', ['vm.slow:start']), start('b')], {
      call: (_method, [uuid]) => (uuid === 'uuid-slow' ? new Promise(() => undefined) : undefined),
    });
    await vi.advanceTimersByTimeAsync(29_999);
    expect(story(stage.events)).not.toContain('failed vm.slow:start');
    await vi.advanceTimersByTimeAsync(1);
    expect(await stage.result).toMatchObject({
      exitCode: 4,
      done: ['vm.b'],
      failed: ['vm.slow'],
      skipped: ['vm.after'],
      durationSeconds: 30,
    });
    const error = failure(stage.events, 'vm.slow:start');
    expect(error.code).toBe('tool-failed');
    expect(error.summary).toContain('It was not done after 30 s');
    expect(error.hint).toContain('ven doctor');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not disturbed by a view that throws, and reports it once, at the end', async () => {
    const faults: unknown[] = [];
    let broken = 0;
    const stage = run(
      [start('a'), start('b', ['vm.a:start'])],
      {},
      {
        onEvent: () => {
          throw new Error(`broken view ${String((broken += 1))}`);
        },
        viewFault: (error) => faults.push(error),
      },
    );
    expect(await stage.result).toMatchObject({
      outcome: 'done',
      exitCode: 0,
      done: ['vm.a', 'vm.b'],
    });
    expect(stage.events).toHaveLength(6);
    expect(faults).toEqual([new Error('broken view 1')]);
  });

  it('tells everything in the same order to every view, also when one of them interrupts the run', async () => {
    const graceful = new AbortController();
    const second: RunEvent[] = [];
    const stage = run(
      [start('a'), start('b', ['vm.a:start'])],
      {},
      {
        onEvent: (event) => {
          if (event.type === 'step-finished') graceful.abort();
          second.push(event);
        },
        interrupt: { graceful: graceful.signal, hard: new AbortController().signal },
      },
    );
    await stage.result;
    expect(second).toEqual(stage.events);
    expect(story(second)).toContain('interrupted: ');
  });

  it('takes the earliest in the plan first, whatever came when', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(50))), (pushesAndPops) => {
        const queue = new EarliestFirst();
        const model: number[] = [];
        for (const place of pushesAndPops) {
          if (place === null) {
            expect(queue.pop()).toBe(model.sort((a, b) => a - b).shift());
          } else {
            queue.push(place);
            model.push(place);
          }
          expect(queue.size).toBe(model.length);
        }
        expect(queue.drain()).toEqual(model.sort((a, b) => a - b));
        expect(queue.pop()).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [
      'a need that does not exist',
      [start('a', ['vm.x:start'])],
      'vm.a:start needs vm.x:start, which is not in it',
    ],
    ['an id used twice', [start('a'), start('a')], 'two steps are called vm.a:start'],
    [
      'a circle',
      [start('z'), start('a', ['vm.b:start']), start('b', ['vm.a:start'])],
      'vm.a:start waits for itself in a circle',
    ],
  ])('refuses a plan with %s before anything is told or done', async (_what, steps, words) => {
    const stage = run(steps);
    await expect(stage.result).rejects.toMatchObject({
      code: 'stale-plan',
      summary: `This plan can't be run: ${words}`,
    });
    expect(stage.events).toEqual([]);
    expect(stage.host.calls).toEqual([]);
  });
});
