import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VenError, type RunEvent, type Step } from '../../../src/model/index.js';
import type { BringUpAct } from '../../../src/host/bring-ups/share.js';
import { pool, ready, run, sleep, start, story, up } from './stage.js';

interface Drawn {
  kind: 'up' | 'call';
  /** How far back, in the plan before it is shuffled, the steps that it needs are. */
  needs: number[];
  milliseconds: number;
  fails: boolean;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  kind: fc.constantFrom('up', 'call'),
  needs: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 3 }),
  milliseconds: fc.integer({ min: 0, max: 3000 }),
  fails: fc.boolean().chain((maybe) => (maybe ? fc.boolean() : fc.constant(false))),
});

interface Scenario {
  steps: Step[];
  by: Map<string, Drawn>;
  vagrant: number;
  virsh: number;
  gracefulAt: number;
  hardAt: number;
}

const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    list: fc.array(drawn, { maxLength: 25 }),
    seed: fc.infiniteStream(fc.nat()),
    vagrant: fc.integer({ min: 1, max: 3 }),
    virsh: fc.integer({ min: 1, max: 4 }),
    gracefulAt: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 6000 })),
    hardAt: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 6000 })),
  })
  .map(({ list, seed, ...rest }) => {
    const id = (i: number) => `vm.s${String(i)}:${list[i]?.kind === 'up' ? 'up' : 'start'}`;
    const steps = list.map((each, i) => {
      const needs = each.needs.flatMap((back) => (i - back >= 0 ? [id(i - back)] : []));
      return each.kind === 'up' ? up(`s${String(i)}`, needs) : start(`s${String(i)}`, needs);
    });
    const by = new Map(list.map((each, i) => [`s${String(i)}`, each]));
    // The plan's own order need not fit the needs.
    const shuffled = steps
      .map((step) => [seed.next().value, step] as const)
      .sort(([a], [b]) => Number(a) - Number(b));
    return { steps: shuffled.map(([, step]) => step), by, ...rest };
  });

/** Plays a scenario on a host that takes its time and fails as drawn, and watches how much runs at once. */
async function play({ steps, by, vagrant, virsh, gracefulAt, hardAt }: Scenario) {
  const running = { calls: 0, batches: 0 };
  const most = { calls: 0, batches: 0 };
  const enter = (what: 'calls' | 'batches') =>
    (most[what] = Math.max(most[what], (running[what] += 1)));
  const bringUp: BringUpAct = async (batch, onOutput, onSettled, signal) => {
    enter('batches');
    const one = async (name: string) => {
      onOutput(name, 'coming');
      await Promise.race([
        sleep(by.get(name)?.milliseconds ?? 0),
        new Promise((resolve) => signal.addEventListener('abort', resolve)),
      ]);
      const failed = signal.aborted || by.get(name)?.fails === true;
      onSettled(
        failed
          ? { name, ok: false, error: new VenError('tool-failed', { summary: 'no' }) }
          : { name, ok: true },
      );
    };
    await Promise.all(batch.map(({ name }) => one(name)));
    running.batches -= 1;
  };
  const call = async (_method: string, [uuid]: unknown[]) => {
    enter('calls');
    const each = by.get(String(uuid).slice('uuid-'.length));
    await sleep(each?.milliseconds ?? 0);
    running.calls -= 1;
    if (each?.fails) throw new VenError('tool-failed', { summary: 'no' });
  };
  vi.setSystemTime(0);
  const stage = run(steps, { bringUp, call }, { parallelism: { bringUps: vagrant, calls: virsh } });
  if (gracefulAt < Infinity)
    setTimeout(() => {
      stage.graceful.abort();
    }, gracefulAt);
  if (hardAt < Infinity)
    setTimeout(() => {
      stage.hard.abort();
    }, hardAt);
  await vi.runAllTimersAsync();
  return {
    events: stage.events,
    result: await stage.result,
    most,
    calls: stage.host.calls,
    batches: stage.host.batches,
  };
}

const outcomes = (events: RunEvent[]) => {
  const found = new Map<string, string[]>();
  for (const event of events)
    if (event.type === 'step-finished')
      found.set(event.step, [...(found.get(event.step) ?? []), event.outcome]);
  return found;
};

describe('any plan', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('ends every step exactly once, respects needs and limits, and starts and ends as it should', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (drawnScenario) => {
        const { steps, vagrant, virsh } = drawnScenario;
        const { events, result, most } = await play(drawnScenario);
        expect(events[0]?.type).toBe('run-started');
        expect(events.findIndex(({ type }) => type === 'run-finished')).toBe(events.length - 1);
        const ends = outcomes(events);
        expect([...ends.keys()].sort()).toEqual(steps.map(({ id }) => id).sort());
        expect([...ends.values()].every((each) => each.length === 1)).toBe(true);

        const at = (type: string, step: string) =>
          events.findIndex(
            (event) => event.type === type && 'step' in event && event.step === step,
          );
        for (const { id, needs } of steps) {
          const [outcome] = ends.get(id) ?? [];
          expect(at('step-started', id) === -1).toBe(outcome === 'skipped');
          if (outcome === 'skipped') continue;
          expect(at('step-started', id)).toBeLessThan(at('step-finished', id));
          for (const need of needs) {
            expect(ends.get(need)).toEqual(['done']);
            expect(at('step-finished', need)).toBeLessThan(at('step-started', id));
          }
        }
        expect(most.calls).toBeLessThanOrEqual(virsh);
        expect(most.batches).toBeLessThanOrEqual(vagrant);
        const addresses = [...result.done, ...result.failed, ...result.skipped];
        expect(addresses.sort()).toEqual(steps.map(({ address }) => address).sort());
      }),
      { numRuns: 300 },
    );
  });

  it('without an interruption, skips exactly what a failure is behind', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (drawnScenario) => {
        const { steps, by } = drawnScenario;
        const { events, result } = await play({
          ...drawnScenario,
          gracefulAt: Infinity,
          hardAt: Infinity,
        });
        const stepOf = new Map(steps.map((step) => [step.id, step]));
        const expected = (id: string): string => {
          const step = stepOf.get(id);
          if (step?.needs.some((need) => expected(need) !== 'done')) return 'skipped';
          return by.get(step?.address.slice('vm.'.length) ?? '')?.fails ? 'failed' : 'done';
        };
        for (const [id, [outcome]] of outcomes(events)) expect(outcome).toBe(expected(id));
        const anyFailed = steps.some(({ id }) => expected(id) === 'failed');
        expect(result).toMatchObject(
          anyFailed ? { outcome: 'failed', exitCode: 4 } : { outcome: 'done', exitCode: 0 },
        );
      }),
      { numRuns: 150 },
    );
  });

  it('runs the same way twice', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (drawnScenario) => {
        const first = await play(drawnScenario);
        const second = await play(drawnScenario);
        expect(second).toEqual(first);
      }),
      { numRuns: 50 },
    );
  });

  it('after an interruption, starts nothing but what is in the hands of a program', async () => {
    await fc.assert(
      fc.asyncProperty(
        scenario,
        fc.integer({ min: 0, max: 6000 }),
        async (drawnScenario, gracefulAt) => {
          const { events, result } = await play({ ...drawnScenario, gracefulAt, hardAt: Infinity });
          const told = story(events);
          const running = events.find(({ type }) => type === 'interrupted');
          const inHand = running?.type === 'interrupted' ? running.running : [];
          const interrupted = told.findIndex((line) => line.startsWith('interrupted'));
          if (interrupted === -1) return;
          const started = told.slice(interrupted).filter((line) => line.startsWith('started'));
          expect(started.filter((line) => !inHand.includes(line.slice(8)))).toEqual([]);
          expect(result).toMatchObject({ outcome: 'interrupted', exitCode: 130 });
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('a thousand VMs', () => {
  it('cost ven itself less than 300 ms', async () => {
    const names = Array.from({ length: 1000 }, (_, i) => `v${String(i)}`);
    const steps = [
      pool('p'),
      ...names.flatMap((name) => [
        start(name, ['pool.p:ensure']),
        up(name, [`vm.${name}:start`]),
        ready(name),
      ]),
    ];
    const times: number[] = [];
    // The best of three, in CPU time: the machine may be busy with something else.
    for (let i = 0; i < 3; i += 1) {
      const before = process.threadCpuUsage();
      const stage = run(steps, {}, { parallelism: { bringUps: 2, calls: 16 } });
      expect(await stage.result).toMatchObject({ outcome: 'done' });
      const { user, system } = process.threadCpuUsage(before);
      times.push((user + system) / 1000);
      expect(stage.host.batches.flat()).toHaveLength(1000);
      expect(stage.host.calls).toHaveLength(2001);
    }
    expect(Math.min(...times)).toBeLessThan(300);
  });
});
