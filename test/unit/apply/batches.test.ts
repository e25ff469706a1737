import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VenError, type BringUp } from '../../../src/model/index.js';
import type { BringUpAct } from '../../../src/host/bring-ups/share.js';
import { failure, pool, ready, run, settleAll, sleep, start, story, up } from './stage.js';

const names = (count: number) => Array.from({ length: count }, (_, i) => `v${String(i + 1)}`);

describe('the vagrant lane', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('shares 8 VMs out evenly over 2 processes', async () => {
    const stage = run(names(8).map((name) => up(name)));
    expect(await stage.result).toMatchObject({ outcome: 'done' });
    expect(stage.host.batches).toEqual([
      ['v1', 'v2', 'v3', 'v4'],
      ['v5', 'v6', 'v7', 'v8'],
    ]);
  });

  it('shares an odd number so that no process has more than one VM extra, and starts none without VMs', async () => {
    const odd = run(
      names(7).map((name) => up(name)),
      {},
      { parallelism: { bringUps: 3, calls: 1 } },
    );
    await odd.result;
    expect(odd.host.batches.map(({ length }) => length).sort()).toEqual([2, 2, 3]);
    const few = run(
      names(2).map((name) => up(name)),
      {},
      { parallelism: { bringUps: 4, calls: 1 } },
    );
    await few.result;
    expect(few.host.batches).toEqual([['v1'], ['v2']]);
  });

  it('waits for VMs whose needs are about to be done, to take them along', async () => {
    const steps = [pool('p'), up('v1'), up('v2', ['pool.p:ensure']), up('v3', ['pool.p:ensure'])];
    const stage = run(
      steps,
      { call: () => sleep(700) },
      { parallelism: { bringUps: 1, calls: 4 } },
    );
    await vi.advanceTimersByTimeAsync(699);
    expect(stage.host.batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(stage.host.batches).toEqual([['v1', 'v2', 'v3']]);
    await stage.result;
  });

  it('waits no longer than a second; who comes later gets a process of its own', async () => {
    const steps = [up('v1'), pool('p'), up('v2', ['pool.p:ensure'])];
    const bringUp: BringUpAct = async (...args) => {
      await sleep(60_000);
      await settleAll(...args);
    };
    const stage = run(steps, { call: () => sleep(5000), bringUp });
    await vi.advanceTimersByTimeAsync(999);
    expect(stage.host.batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(stage.host.batches).toEqual([['v1']]);
    await vi.advanceTimersByTimeAsync(4000);
    expect(stage.host.batches).toEqual([['v1'], ['v2']]);
    await vi.runAllTimersAsync();
    expect(await stage.result).toMatchObject({ outcome: 'done', durationSeconds: 65 });
  });

  it('counts that second from the VM that has been waiting longest', async () => {
    const steps = [
      up('v1'),
      pool('p600'),
      pool('p5000'),
      up('v2', ['pool.p600:ensure']),
      up('v3', ['pool.p5000:ensure']),
    ];
    const stage = run(
      steps,
      { call: (_method, [name]) => sleep(Number(String(name).slice(1))) },
      { parallelism: { bringUps: 1, calls: 4 } },
    );
    await vi.advanceTimersByTimeAsync(999);
    expect(stage.host.batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(stage.host.batches).toEqual([['v1', 'v2']]);
    await vi.runAllTimersAsync();
    await stage.result;
  });

  it('begins that second anew for the VMs that come after a process has started', async () => {
    const steps = [
      up('v1'),
      pool('p500'),
      up('v2', ['pool.p500:ensure']),
      pool('p900', ['vm.v1:up']),
      up('v3', ['vm.v1:up']),
      up('v4', ['pool.p900:ensure']),
    ];
    const stage = run(
      steps,
      { call: (_method, [name]) => sleep(Number(String(name).slice(1))) },
      { parallelism: { bringUps: 1, calls: 4 } },
    );
    await vi.advanceTimersByTimeAsync(1399);
    expect(stage.host.batches).toEqual([['v1', 'v2']]);
    await vi.advanceTimersByTimeAsync(1);
    expect(stage.host.batches).toEqual([
      ['v1', 'v2'],
      ['v3', 'v4'],
    ]);
    await vi.runAllTimersAsync();
    await stage.result;
  });

  it('does not wait for steps that no VM needs, nor for what only another waiting VM leads to', async () => {
    const steps = [
      start('slow'),
      up('v1'),
      start('between', ['vm.v1:up']),
      up('v2', ['vm.between:start']),
    ];
    const stage = run(steps, { call: () => sleep(100) });
    await vi.advanceTimersByTimeAsync(0);
    expect(stage.host.batches).toEqual([['v1']]);
    await vi.runAllTimersAsync();
    await stage.result;
    expect(stage.host.batches).toEqual([['v1'], ['v2']]);
  });

  it('never runs more processes than it may; those who wait share the next', async () => {
    const bringUp: BringUpAct = async (...args) => {
      await sleep(10_000);
      await settleAll(...args);
    };
    const late = ['v2', 'v3', 'v4'].map((name, i) => [pool(name, [], 60), i] as const);
    const steps = [
      up('v1'),
      ...late.map(([step]) => step),
      ...late.map(([step]) => up(step.address.slice(5), [step.id])),
    ];
    const stage = run(
      steps,
      { bringUp, call: (_method, [name]) => sleep(2000 + 100 * Number(String(name).slice(1))) },
      { parallelism: { bringUps: 1, calls: 9 } },
    );
    await vi.advanceTimersByTimeAsync(10_999);
    expect(stage.host.batches).toEqual([['v1']]);
    await vi.runAllTimersAsync();
    await stage.result;
    expect(stage.host.batches).toEqual([['v1'], ['v2', 'v3', 'v4']]);
  });

  it("finishes each VM as it settles, so that its next step does not wait for the others, and passes on each VM's lines", async () => {
    const bringUp: BringUpAct = async (batch, onOutput, onSettled, _signal, onStarted) => {
      for (const { name } of batch) {
        onOutput(name, 'not its turn yet');
        onStarted(name);
        onOutput(name, `${name} is coming`);
        await sleep(1000);
        onSettled({ name, ok: true });
        onOutput(name, 'too late to be told');
        onSettled({ name, ok: true });
      }
      onOutput('who', 'nobody');
    };
    const stage = run(
      [up('v1'), up('v2'), ready('v1'), ready('v2')],
      { bringUp },
      { parallelism: { bringUps: 1, calls: 1 } },
    );
    await vi.runAllTimersAsync();
    await stage.result;
    expect(story(stage.events).slice(1, -1)).toEqual([
      'started vm.v1:up',
      'output vm.v1:up: not its turn yet',
      'output vm.v1:up: v1 is coming',
      'done vm.v1:up',
      'started vm.v1:ready',
      'started vm.v2:up',
      'output vm.v2:up: v2 is coming',
      'done vm.v1:ready',
      'done vm.v2:up',
      'started vm.v2:ready',
      'done vm.v2:ready',
    ]);
  });

  it('fails one VM of a batch alone', async () => {
    const bringUp: BringUpAct = async (batch, _onOutput, onSettled) => {
      await sleep(1);
      for (const { name } of batch)
        onSettled(
          name === 'v2'
            ? { name, ok: false, error: new VenError('tool-failed', { summary: 'no bridge' }) }
            : { name, ok: true },
        );
    };
    const stage = run(
      [...names(3).map((name) => up(name)), ...names(3).map((name) => ready(name))],
      { bringUp },
    );
    await vi.runAllTimersAsync();
    expect(await stage.result).toMatchObject({
      exitCode: 4,
      done: ['vm.v1', 'vm.v3'],
      failed: ['vm.v2'],
      skipped: [],
    });
    expect(story(stage.events)).toContain('skipped vm.v2:ready (vm.v2 failed)');
  });

  it('fails all that had not settled when vagrant as a whole fails', async () => {
    const bringUp: BringUpAct = async (_batch, _onOutput, onSettled) => {
      onSettled({ name: 'v1', ok: true });
      await sleep(1);
      throw new VenError('host-not-ready', { summary: 'no vagrant' });
    };
    const stage = run(
      names(3).map((name) => up(name)),
      { bringUp },
      { parallelism: { bringUps: 1, calls: 1 } },
    );
    await vi.runAllTimersAsync();
    expect(await stage.result).toMatchObject({ done: ['vm.v1'], failed: ['vm.v2', 'vm.v3'] });
    expect(failure(stage.events, 'vm.v3:up')).toMatchObject({
      code: 'host-not-ready',
      summary: 'no vagrant',
    });
  });

  it('fails a VM that vagrant says nothing about', async () => {
    const stage = run([up('v1')], { bringUp: () => Promise.resolve() });
    expect(await stage.result).toMatchObject({ failed: ['vm.v1'] });
    expect(failure(stage.events, 'vm.v1:up')).toMatchObject({ code: 'bug' });
  });

  it('hands over complete, rendered VMs, with a mark that says not ready', async () => {
    let got: readonly BringUp[] = [];
    const bringUp: BringUpAct = (...args) => ((got = args[0]), settleAll(...args));
    const nics = ['52:54:00:00:00:02', '52:54:00:00:00:01'].map((mac) => ({
      mac,
      model: 'virtio' as const,
      source: { kind: 'bridge' as const, bridge: 'b' },
      ip: null,
    }));
    await run([up('v1', [], { power: 'off', nics })], { bringUp }).result;
    expect(got).toEqual([
      {
        name: 'v1',
        domain: 'lab_v1',
        uuid: 'uuid-v1',
        domainXml: 'domain v1 qemu ready=no 52:54:00:00:00:02,52:54:00:00:00:01 lab_v1-sda.qcow2',
        volumes: [{ pool: 'default', volume: 'lab_v1-sda.qcow2', xml: 'volume sda' }],
        start: false,
        memoryMiB: 2,
        cpus: 2,
      },
    ]);
  });

  describe('firmware', () => {
    it('is asked for once for each kind, and not for a BIOS', async () => {
      const own = { loader: '/a', nvramTemplate: '/b', secureBoot: false };
      const firmwares = ['uefi', 'bios', own, 'uefi', 'uefi-secure', { ...own }] as const;
      const stage = run(firmwares.map((firmware, index) => up(`v${index}`, [], { firmware })));
      await stage.result;
      expect(stage.host.firmwares).toEqual(['uefi', own, 'uefi-secure']);
    });

    it('that is not there fails those who want it, and nobody else', async () => {
      const stage = run(
        [up('v1', [], { firmware: 'uefi-secure' }), up('v2', [], { firmware: 'bios' }), up('v3')],
        {
          firmware: (wanted) =>
            wanted === 'uefi'
              ? Promise.resolve({ by: 'libvirt', secure: false })
              : Promise.reject(new VenError('host-not-ready', { summary: 'no OVMF' })),
        },
        { parallelism: { bringUps: 1, calls: 1 } },
      );
      expect(await stage.result).toMatchObject({ done: ['vm.v2', 'vm.v3'], failed: ['vm.v1'] });
      expect(stage.host.batches).toEqual([['v2', 'v3']]);
    });
  });

  describe('accelerator: auto', () => {
    it('is tried once for all, told once, and not at all when nobody asks', async () => {
      const domains: string[] = [];
      const bringUp: BringUpAct = (...args) => (
        domains.push(...args[0].map(({ domainXml }) => domainXml.split(' ')[2] ?? '')),
        settleAll(...args)
      );
      const auto = { accelerator: 'auto' } as const;
      const stage = run(
        [up('v1'), up('v2', [], auto), up('v3', [], auto), up('v4', ['vm.v3:up'], auto)],
        { bringUp },
      );
      await stage.result;
      expect(stage.host.probes).toBe(1);
      expect(domains.sort()).toEqual(['kvm', 'kvm', 'kvm', 'qemu']);
      expect(story(stage.events).filter((line) => line.startsWith('output'))).toEqual([
        'output vm.v2:up: accelerator: kvm (it ran)',
      ]);

      const plain = run([up('v1')]);
      await plain.result;
      expect(plain.host.probes).toBe(0);
    });

    it('fails only those who asked, when it can not be tried', async () => {
      const stage = run(
        [up('v1', [], { accelerator: 'auto' }), up('v2')],
        { probe: () => Promise.reject(new VenError('host-not-ready', { summary: 'no QEMU' })) },
        {
          parallelism: { bringUps: 1, calls: 1 },
        },
      );
      expect(await stage.result).toMatchObject({ done: ['vm.v2'], failed: ['vm.v1'] });
      expect(stage.host.batches).toEqual([['v2']]);
    });
  });

  describe('time limits', () => {
    it('run while the accelerator is tried; who has run out of time then is not brought up, nor failed twice', async () => {
      const auto = { accelerator: 'auto' } as const;
      const steps = [up('v1', [], auto, 20), up('v2', [], auto, 100)];
      const slow = run(
        steps,
        {
          probe: () => sleep(30_000).then(() => ({ accelerator: 'kvm' as const, why: 'at last' })),
        },
        { parallelism: { bringUps: 1, calls: 1 } },
      );
      await vi.runAllTimersAsync();
      expect(await slow.result).toMatchObject({ done: ['vm.v2'], failed: ['vm.v1'] });
      expect(slow.host.batches).toEqual([['v2']]);

      const fails = () =>
        sleep(30_000).then(() =>
          Promise.reject(new VenError('host-not-ready', { summary: 'no QEMU' })),
        );
      const failing = run(steps, { probe: fails }, { parallelism: { bringUps: 1, calls: 1 } });
      await vi.runAllTimersAsync();
      expect(await failing.result).toMatchObject({ failed: ['vm.v1', 'vm.v2'] });
      expect(story(failing.events).filter((line) => line.startsWith('failed'))).toEqual([
        'failed vm.v1:up',
        'failed vm.v2:up',
      ]);
    });

    it('count from the last moment the batch moved; when they have run out for all, vagrant is stopped', async () => {
      let stopped = -1;
      const begun = Date.now();
      const bringUp: BringUpAct = async (batch, _onOutput, onSettled, signal) => {
        await sleep(90_000);
        onSettled({ name: batch[0]?.name ?? '', ok: true });
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => {
            resolve();
          }),
        );
        stopped = Date.now() - begun;
      };
      const stage = run(
        names(3).map((name) => up(name, [], {}, 100)),
        { bringUp },
        { parallelism: { bringUps: 1, calls: 1 } },
      );
      await vi.advanceTimersByTimeAsync(189_000);
      expect(story(stage.events).filter((line) => /^(done|failed)/.test(line))).toEqual([
        'done vm.v1:up',
      ]);
      await vi.runAllTimersAsync();
      expect(await stage.result).toMatchObject({
        exitCode: 4,
        done: ['vm.v1'],
        failed: ['vm.v2', 'vm.v3'],
      });
      expect(failure(stage.events, 'vm.v3:up').summary).toContain('It was not done after 100 s');
      expect(stopped).toBeGreaterThanOrEqual(190_000);
      expect(stopped).toBeLessThan(190_100);
      expect(vi.getTimerCount()).toBe(0);
    });

    it('leave vagrant running for those who have time left', async () => {
      const bringUp: BringUpAct = async (_batch, _onOutput, onSettled) => {
        await sleep(50_000);
        onSettled({ name: 'v2', ok: true });
        onSettled({ name: 'v1', ok: true });
      };
      const stage = run(
        [up('v1', [], {}, 20), up('v2', [], {}, 100)],
        { bringUp },
        { parallelism: { bringUps: 1, calls: 1 } },
      );
      await vi.runAllTimersAsync();
      expect(await stage.result).toMatchObject({ done: ['vm.v2'], failed: ['vm.v1'] });
    });

    it('give up a vagrant that can not be stopped, and its slot is free again', async () => {
      const bringUp: BringUpAct = (...args) =>
        args[0][0]?.name === 'v1' ? new Promise(() => undefined) : settleAll(...args);
      const steps = [up('v1', [], {}, 20), start('b'), up('v2', ['vm.b:start'])];
      const stage = run(
        steps,
        { bringUp, call: () => sleep(5000) },
        { parallelism: { bringUps: 1, calls: 1 } },
      );
      await vi.runAllTimersAsync();
      // 1 s of waiting for v2, 20 s of patience with v1, 10 s for vagrant to be gone
      expect(await stage.result).toMatchObject({
        done: ['vm.b', 'vm.v2'],
        failed: ['vm.v1'],
        durationSeconds: 31,
      });
    });

    it('end a vagrant that stays on after its VMs are done', async () => {
      let aborted = false;
      const bringUp: BringUpAct = async (batch, _onOutput, onSettled, signal) => {
        for (const { name } of batch) onSettled({ name, ok: true });
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => {
            resolve();
          }),
        );
        aborted = true;
      };
      const stage = run([up('v1')], { bringUp });
      await vi.runAllTimersAsync();
      expect(await stage.result).toMatchObject({ outcome: 'done', exitCode: 0 });
      expect(aborted).toBe(true);
    });
  });
});
