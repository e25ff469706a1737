import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VenError, type PlannedNetwork, type Step } from '../../../src/model/index.js';
import type { BringUpAct } from '../../../src/host/bring-ups/share.js';
import {
  failure,
  pool,
  ready,
  run,
  settleAll,
  sleep,
  start,
  stop,
  story,
  up,
  vm,
} from './stage.js';

const ONE = { parallelism: { bringUps: 1, calls: 1 } };
const words = (calls: readonly string[]): string[] =>
  calls.map((call) => call.split(' ', 1).join());
const net = (name: string, what: 'delete' | 'create', needs: string[] = []): Step => {
  const base = {
    id: `network.${name}:${what}`,
    address: `network.${name}`,
    needs,
    timeoutSeconds: 60,
  };
  const network = { name, uuid: `uuid-${name}` } as PlannedNetwork;
  return what === 'delete'
    ? { ...base, kind: 'network-delete', uuid: network.uuid }
    : { ...base, kind: 'network-create', network };
};
const define = (name: string, needs: string[]): Step => ({
  ...start(name, needs),
  id: `vm.${name}:define`,
  kind: 'vm-define',
  vm: vm(name),
  fields: [],
});
const reattach = (name: string, needs: string[]): Step => ({
  ...start(name, needs),
  id: `vm.${name}:reattach`,
  kind: 'vm-reattach',
  vm: vm(name),
  macs: [],
});
const gone = (name: string, needs: string[]): Step => ({
  ...start(name, needs),
  id: `vm.${name}:delete`,
  kind: 'vm-delete',
  uuid: `uuid-${name}`,
  volumes: [],
});
const never = () => new Promise(() => undefined);

describe('interruption', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  describe('the first Ctrl-C', () => {
    it('starts nothing new, lets finish what runs, and says what is left', async () => {
      const stage = run(
        [start('a'), start('b'), start('c', ['vm.a:start'])],
        { call: () => sleep(1000) },
        ONE,
      );
      await vi.advanceTimersByTimeAsync(500);
      stage.graceful.abort();
      await vi.runAllTimersAsync();
      expect(await stage.result).toMatchObject({
        outcome: 'interrupted',
        exitCode: 130,
        done: ['vm.a'],
        failed: [],
        skipped: ['vm.b', 'vm.c'],
        durationSeconds: 1,
      });
      expect(story(stage.events)).toEqual([
        'run-started',
        'started vm.a:start',
        'interrupted: vm.a:start',
        'skipped vm.b:start (the run was interrupted)',
        'skipped vm.c:start (the run was interrupted)',
        'done vm.a:start',
        'run-finished',
      ]);
      expect(stage.host.calls).toEqual(['startDomain uuid-a']);
    });

    it('lets a batch finish, and marks its VMs ready, since a half-made VM would be replaced by the next apply', async () => {
      const settings = (name: string): Step => ({
        id: `vm.${name}:settings`,
        address: `vm.${name}`,
        needs: [`vm.${name}:up`],
        timeoutSeconds: 60,
        kind: 'vm-settings',
        vm: vm(name),
        fields: ['autostart'],
      });
      const steps = ['a', 'b', 'c'].flatMap((name) => {
        const needs = name === 'c' ? ['vm.b:up'] : [];
        return [up(name, needs), settings(name), ready(name, [`vm.${name}:settings`])];
      });
      const bringUp: BringUpAct = async (...args) => {
        await sleep(5000);
        await settleAll(...args);
      };
      const stage = run(
        [...steps, start('d', ['vm.a:up']), ready('e', ['vm.d:start'])],
        { bringUp },
        ONE,
      );
      await vi.advanceTimersByTimeAsync(500);
      stage.graceful.abort();
      await vi.runAllTimersAsync();
      expect(await stage.result).toMatchObject({
        outcome: 'interrupted',
        exitCode: 130,
        done: ['vm.a', 'vm.b'],
        skipped: ['vm.c', 'vm.d', 'vm.e'],
      });
      expect(stage.host.batches).toEqual([['a', 'b']]);
      expect(stage.host.calls.map((call) => call.split(' ', 2).join(' ')).sort()).toEqual([
        'markDomain uuid-a',
        'markDomain uuid-b',
        'setAutostart uuid-a',
        'setAutostart uuid-b',
      ]);
    });

    it('registers and starts a VM that was made for it, and takes none out of the orchestrator', async () => {
      const host = (name: string) => ({ name, serialNumber: `SN${name}`, uuid: `uuid-${name}` });
      const register = (name: string): Step => ({
        ...start(name, [`vm.${name}:up`]),
        id: `vm.${name}:register`,
        kind: 'vm-register',
        host: host(name),
      });
      const unregister: Step = {
        ...start('b'),
        id: 'vm.b:unregister',
        kind: 'vm-unregister',
        host: host('b'),
      };
      const asked: string[] = [];
      const orchestrator = {
        register: ({ name }: { name: string }) => (
          asked.push(`register ${name}`),
          Promise.resolve({ id: name, already: false })
        ),
        unregister: ({ name }: { name: string }) => (
          asked.push(`unregister ${name}`),
          Promise.resolve({ removed: true })
        ),
        createLocalAccount: () => Promise.reject(new Error('not asked')),
        setProvider: () => Promise.reject(new Error('not asked')),
      };
      const made = [
        up('a'),
        register('a'),
        start('a', ['vm.a:register']),
        ready('a', ['vm.a:start']),
      ];
      const stage = run(
        [...made, start('c'), unregister, gone('b', ['vm.b:unregister'])],
        { call: () => sleep(1000) },
        { ...ONE, orchestrator },
      );
      await vi.advanceTimersByTimeAsync(500);
      stage.graceful.abort();
      await vi.runAllTimersAsync();
      expect(await stage.result).toMatchObject({
        outcome: 'interrupted',
        done: ['vm.a', 'vm.c'],
        skipped: ['vm.b'],
      });
      expect(asked).toEqual(['register a']);
    });

    it('marks VMs ready that were up already, waiting for their turn', async () => {
      const steps = [start('x'), up('a'), ready('a'), up('b'), ready('b')];
      const stage = run(steps, { call: () => sleep(1000) }, ONE);
      await vi.advanceTimersByTimeAsync(500);
      stage.graceful.abort();
      await vi.runAllTimersAsync();
      expect(await stage.result).toMatchObject({
        outcome: 'interrupted',
        done: ['vm.x', 'vm.a', 'vm.b'],
        skipped: [],
      });
    });

    it('does not write the new mark of a VM that was there before: the next plan shows what is left of its change', async () => {
      const stage = run([start('a'), ready('a', ['vm.a:start'])], { call: () => sleep(1000) });
      await vi.advanceTimersByTimeAsync(500);
      stage.graceful.abort();
      await vi.runAllTimersAsync();
      expect(await stage.result).toMatchObject({
        outcome: 'interrupted',
        done: [],
        skipped: ['vm.a'],
      });
      expect(stage.host.calls).toEqual(['startDomain uuid-a']);
    });

    it('starts a VM again that it had stopped for a restart, and marks it', async () => {
      const restart = (name: string): Step[] => [
        stop(name),
        start(name, [`vm.${name}:stop`]),
        ready(name, [`vm.${name}:start`]),
      ];
      const off = stop('off');
      for (const after of [500, 1500, 2500]) {
        const stage = run(
          [...restart('a'), ...restart('b'), off],
          { call: () => sleep(1000) },
          ONE,
        );
        await vi.advanceTimersByTimeAsync(after);
        stage.graceful.abort();
        await vi.runAllTimersAsync();
        expect(await stage.result).toMatchObject({ outcome: 'interrupted', failed: [] });
        expect(
          stage.host.calls.map((call) => call.replace(/^markDomain .*/, 'markDomain')),
        ).toEqual(['stopDomain uuid-a 60', 'startDomain uuid-a', 'markDomain']);
      }
    });

    it('does not start a VM whose stop failed meanwhile, nor one that is to be off', async () => {
      const call = async (method: string) => {
        await sleep(1000);
        if (method === 'stopDomain') throw new VenError('tool-failed', { summary: 'no' });
      };
      const stage = run([stop('a'), start('a', ['vm.a:stop']), stop('off'), start('c')], { call });
      await vi.advanceTimersByTimeAsync(500);
      stage.graceful.abort();
      await vi.runAllTimersAsync();
      expect(await stage.result).toMatchObject({
        outcome: 'interrupted',
        failed: ['vm.a', 'vm.off'],
        done: ['vm.c'],
      });
      expect(stage.host.calls.sort()).toEqual([
        'startDomain uuid-c',
        'stopDomain uuid-a 60',
        'stopDomain uuid-off 60',
      ]);
    });

    it('creates a network again that it had deleted to rebuild it, and attaches its VMs again', async () => {
      const steps = [
        net('lab', 'delete'),
        net('lab', 'create', ['network.lab:delete']),
        define('a', []),
        reattach('a', ['vm.a:define', 'network.lab:create']),
        ready('a', ['vm.a:reattach']),
        reattach('b', ['network.lab:create']),
        up('c', ['network.lab:create']),
        net('later', 'delete'),
        net('later', 'create', ['network.later:delete']),
        reattach('d', ['network.later:create']),
        net('removed', 'delete'),
      ];
      for (const after of [500, 1500]) {
        const stage = run(steps, { call: () => sleep(1000) }, ONE);
        await vi.advanceTimersByTimeAsync(after);
        stage.graceful.abort();
        await vi.runAllTimersAsync();
        expect(await stage.result).toMatchObject({
          done: ['network.lab', 'vm.b'],
          skipped: ['vm.a', 'vm.c', 'network.later', 'vm.d', 'network.removed'],
        });
        expect(words(stage.host.calls)).toEqual([
          'deleteNetwork',
          'createNetwork',
          'readDomain',
          'defineDomain',
          'reattachNics',
          'reattachNics',
        ]);
      }
    });

    it('attaches VMs to a network that was created again just before', async () => {
      const steps = [
        net('lab', 'delete'),
        net('lab', 'create', ['network.lab:delete']),
        start('x'),
        reattach('b', ['network.lab:create']),
      ];
      const stage = run(steps, { call: () => sleep(1000) }, ONE);
      await vi.advanceTimersByTimeAsync(2500);
      stage.graceful.abort();
      await vi.runAllTimersAsync();
      expect(await stage.result).toMatchObject({
        done: ['network.lab', 'vm.x', 'vm.b'],
        skipped: [],
      });
    });

    it("finishes networks that take each other's place together, and none that would need a VM to go", async () => {
      const swapped = [
        net('a', 'delete'),
        net('b', 'delete'),
        net('a', 'create', ['network.a:delete', 'network.b:delete']),
        net('b', 'create', ['network.a:delete', 'network.b:delete']),
        net('c', 'delete'),
        gone('v', ['network.c:delete']),
        net('c', 'create', ['network.c:delete', 'vm.v:delete']),
      ];
      const stage = run(swapped, { call: () => sleep(1000) }, ONE);
      await vi.advanceTimersByTimeAsync(500);
      stage.graceful.abort();
      await vi.runAllTimersAsync();
      expect(await stage.result).toMatchObject({
        done: ['network.a', 'network.b'],
        skipped: ['network.c', 'vm.v'],
      });
      expect(words(stage.host.calls)).toEqual([
        'deleteNetwork',
        'deleteNetwork',
        'createNetwork',
        'createNetwork',
      ]);
    });

    it('does not mark a VM ready that fails to come up meanwhile', async () => {
      const bringUp: BringUpAct = async ([first], _onOutput, onSettled) => {
        await sleep(5000);
        onSettled({
          name: first?.name ?? '',
          ok: false,
          error: new VenError('tool-failed', { summary: 'no' }),
        });
      };
      const stage = run([up('a'), ready('a')], { bringUp });
      stage.graceful.abort();
      await vi.runAllTimersAsync();
      expect(await stage.result).toMatchObject({
        outcome: 'interrupted',
        exitCode: 130,
        failed: ['vm.a'],
      });
      expect(story(stage.events)).toContain('skipped vm.a:ready (vm.a failed)');
      expect(stage.host.calls).toEqual([]);
    });

    it('drops VMs that were waiting for company', async () => {
      const stage = run([up('a'), pool('p'), up('b', ['pool.p:ensure'])], {
        call: () => sleep(800),
      });
      await vi.advanceTimersByTimeAsync(500);
      stage.graceful.abort();
      await vi.runAllTimersAsync();
      expect(await stage.result).toMatchObject({
        done: ['pool.p'],
        skipped: ['vm.a', 'vm.b'],
        durationSeconds: 0.8,
      });
      expect(stage.host.batches).toEqual([]);
      expect(vi.getTimerCount()).toBe(0);
    });

    it('starts nothing at all when it came before the run', async () => {
      const graceful = AbortSignal.abort();
      const stage = run(
        [start('a'), up('b')],
        {},
        { interrupt: { graceful, hard: new AbortController().signal } },
      );
      expect(await stage.result).toMatchObject({
        outcome: 'interrupted',
        exitCode: 130,
        skipped: ['vm.a', 'vm.b'],
      });
      expect(stage.events.at(0)?.type).toBe('run-started');
      expect(stage.host.calls).toEqual([]);
      expect(stage.host.batches).toEqual([]);
    });

    it('may come out of a view, between the processes that start together', async () => {
      const stage = run(
        [up('a'), up('b'), up('c'), ready('a'), ready('c')],
        {},
        {
          onEvent: (event, { graceful }) => {
            if (event.type === 'step-started') graceful.abort();
          },
          parallelism: { bringUps: 3, calls: 1 },
        },
      );
      await vi.runAllTimersAsync();
      expect(await stage.result).toMatchObject({ done: ['vm.a'], skipped: ['vm.b', 'vm.c'] });
      expect(story(stage.events).slice(1, 4)).toEqual([
        'started vm.a:up',
        'interrupted: vm.a:up',
        'skipped vm.b:up (the run was interrupted)',
      ]);
      expect(stage.host.batches).toEqual([['a']]);
    });
  });

  describe('the second Ctrl-C', () => {
    it('stops vagrant, waits until it is gone, and keeps what had come up', async () => {
      const bringUp: BringUpAct = async (_batch, _onOutput, onSettled, signal, onStarted) => {
        await sleep(1000);
        onSettled({ name: 'a', ok: true });
        onStarted('b');
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => {
            resolve();
          }),
        );
        await sleep(2000);
        onSettled({
          name: 'b',
          ok: false,
          error: new VenError('tool-failed', { summary: 'vagrant was killed' }),
        });
        throw new VenError('interrupted', { summary: 'stopped' });
      };
      const stage = run([up('a'), up('b'), up('c'), ready('b')], { bringUp }, ONE);
      await vi.advanceTimersByTimeAsync(3000);
      stage.graceful.abort();
      await vi.advanceTimersByTimeAsync(1000);
      stage.hard.abort();
      await vi.runAllTimersAsync();
      expect(await stage.result).toMatchObject({
        outcome: 'interrupted',
        exitCode: 130,
        done: ['vm.a'],
        failed: [],
        skipped: ['vm.b', 'vm.c'],
        durationSeconds: 6,
      });
      expect(story(stage.events)).toEqual([
        'run-started',
        'started vm.a:up',
        'done vm.a:up',
        'started vm.b:up',
        'interrupted: vm.b:up,vm.c:up',
        'interrupted hard: vm.b:up,vm.c:up',
        'skipped vm.b:ready (the run was interrupted)',
        'failed vm.b:up',
        'skipped vm.c:up (the run was interrupted)',
        'run-finished',
      ]);
      expect(failure(stage.events, 'vm.b:up')).toMatchObject({
        code: 'interrupted',
        detail: 'vagrant was killed',
      });
    });

    it('leaves a call that runs, makes no other for that step, and ends the run at once', async () => {
      const nics: Step = {
        id: 'vm.a:nics',
        address: 'vm.a',
        needs: [],
        timeoutSeconds: 60,
        kind: 'vm-nics',
        vm: vm('a'),
        macs: ['m1', 'm2'],
      };
      const stage = run([nics, start('b')], { call: () => sleep(5000) }, ONE);
      await vi.advanceTimersByTimeAsync(1000);
      stage.hard.abort();
      expect(await stage.result).toMatchObject({
        exitCode: 130,
        failed: [],
        skipped: ['vm.a', 'vm.b'],
        durationSeconds: 1,
      });
      const told = stage.events.length;
      await vi.runAllTimersAsync();
      expect(stage.host.calls).toEqual([expect.stringContaining('updateNic uuid-a nic a m1')]);
      expect(stage.events).toHaveLength(told);
    });

    it('does not wait for ever for a vagrant that will not go', async () => {
      const stage = run([up('a')], { bringUp: never as BringUpAct });
      await vi.advanceTimersByTimeAsync(1000);
      stage.hard.abort();
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await stage.result).toMatchObject({
        exitCode: 130,
        skipped: ['vm.a'],
        durationSeconds: 11,
      });
      expect(vi.getTimerCount()).toBe(0);
    });

    it('may come out of a view, as a step is announced, which then is not begun', async () => {
      for (const step of [start('a'), up('a')]) {
        const stage = run(
          [step],
          {},
          {
            onEvent: (event, { hard }) => {
              if (event.type === 'step-started') hard.abort();
            },
          },
        );
        expect(await stage.result).toMatchObject({ exitCode: 130, skipped: ['vm.a'] });
        expect([...stage.host.calls, ...stage.host.batches]).toEqual([]);
        expect(story(stage.events).slice(1, -1)).toEqual([
          `started ${step.id}`,
          `interrupted hard: ${step.id}`,
          `failed ${step.id}`,
        ]);
      }
    });

    it('names what was deleted to be replaced and was not created again', async () => {
      const replaced = ['a', 'b'].flatMap((name) => [
        gone(name, []),
        up(name, [`vm.${name}:delete`]),
        ready(name),
      ]);
      const stage = run([...replaced, gone('c', [])], { bringUp: never as BringUpAct });
      await vi.advanceTimersByTimeAsync(1000);
      stage.hard.abort();
      await vi.runAllTimersAsync();
      expect(await stage.result).toMatchObject({
        done: ['vm.c'],
        skipped: ['vm.a', 'vm.b'],
        notRecreated: ['vm.a', 'vm.b'],
      });
    });

    it('deletes and stops no VM', async () => {
      const stage = run([up('a'), start('b'), ready('a')], {
        bringUp: never as BringUpAct,
        call: never,
      });
      stage.hard.abort();
      await vi.runAllTimersAsync();
      await stage.result;
      expect(stage.host.calls.filter((call) => /^(delete|stop)/.test(call))).toEqual([]);
    });
  });
});
