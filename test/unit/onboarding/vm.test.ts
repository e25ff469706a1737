/** A VM with which something else happens meanwhile, and its console. */
import { describe, expect, it } from 'vitest';
import { VenError } from '../../../src/model/index.js';
import { IO, PLAIN, count, drive } from './drive.js';
import { World } from './world.js';

describe('a VM', () => {
  it('that somebody starts again is watched from the start', async () => {
    const world = new World();
    const vm = world.add('a', PLAIN);
    let done = false;
    world.onTime = (seconds) => {
      if (seconds < 8 || done) return;
      done = true;
      world.machine(vm).onAt = null;
      world.powerOn(vm);
    };
    expect(await drive(world, [vm])).toMatchObject({ ready: ['vm.a'] });
    expect(world.of('provision-warning')).toMatchObject([{ address: 'vm.a' }]);
    expect(world.of('stage-reached').map(({ stage }) => stage)).toEqual([
      'power-on',
      'work',
      'power-on',
      'work',
      'ready',
    ]);
  });

  it('whose console is in use waits, is told of once, and answered later', async () => {
    const world = new World();
    const vm = world.add('a', IO);
    world.busy.add('a');
    world.onTime = (seconds) => {
      if (seconds > 30) world.busy.clear();
    };
    expect(await drive(world, [vm], { flow: 'interactive' })).toMatchObject({ ready: ['vm.a'] });
    expect(world.of('provision-warning')).toHaveLength(1);
    expect(count(world, vm, 'alice')).toBe(1);
  });

  it('whose prompt somebody else answers before its console is free is not typed at', async () => {
    const world = new World();
    const vm = world.add('a', [
      { at: 10, say: 'Username: ' },
      { at: 40, say: 'bob\r\nPassword: ' },
      { at: 45, say: '\r\nworking\r\n# ' },
      { at: 80, say: '\r\nall done\r\n' },
    ]);
    world.onTime = (seconds) => (seconds < 60 ? world.busy.add('a') : world.busy.delete('a'));
    const result = await drive(world, [vm], { flow: 'interactive' });
    expect(result).toMatchObject({ exitCode: 0, ready: ['vm.a'] });
    expect(world.machine(vm).typed).toEqual([]);
  });

  it('that somebody else answered himself, in vain, has all its answers left', async () => {
    const world = new World();
    const vm = world.add('a', [
      { at: 10, say: 'Username: ' },
      { at: 20, say: 'bob\r\nPassword: \r\nLogin incorrect\r\nUsername: ' },
      ...IO.slice(1),
    ]);
    world.onTime = (seconds) => (seconds < 30 ? world.busy.add('a') : world.busy.delete('a'));
    expect(await drive(world, [vm], { flow: 'interactive' })).toMatchObject({
      exitCode: 0,
      ready: ['vm.a'],
    });
    expect(world.machine(vm).typed.map(({ text }) => text)).toEqual(['alice', 'canary-secret']);
  });

  it('whose prompt somebody else has begun to answer waits for that person, who is told of once', async () => {
    const world = new World();
    const vm = world.add('a', [
      { at: 10, say: 'Username: ' },
      { at: 20, say: 'bo' },
      { at: 40, say: '\b\b  \b\b' },
      ...IO.slice(1),
    ]);
    world.onTime = (seconds) => (seconds < 30 ? world.busy.add('a') : world.busy.delete('a'));
    const result = await drive(world, [vm], { flow: 'interactive' });
    expect(result).toMatchObject({ exitCode: 0, ready: ['vm.a'] });
    expect(world.of('provision-warning').map(({ message }) => message)).toEqual([
      expect.stringContaining('another terminal is attached'),
      expect.stringContaining('someone else has begun'),
    ]);
    expect(world.machine(vm).typed.map(({ text }) => text)).toEqual(['alice', 'canary-secret']);
    expect(world.machine(vm).typed[0]?.at).toBeGreaterThan(Date.parse('2026-01-01T00:00:40Z'));
  });

  it('that fails while it is about to be typed at is not typed at any more, and its record stays as it was then', async () => {
    const world = new World();
    const vm = world.add('a', [
      { at: 10, say: 'Username: ' },
      { at: 12, say: '[   12.345678] tar: No space left on device\r\n' },
    ]);
    const wantedThen: boolean[] = [];
    const ports = world.ports({
      type: (_, __, wanted) => {
        if (!wanted(false)) return Promise.resolve('unwanted');
        world.pass(3000);
        wantedThen.push(wanted(true));
        return Promise.resolve('unwanted');
      },
    });
    expect(await drive(world, [vm], { flow: 'interactive', ports })).toMatchObject({ exitCode: 4 });
    expect(wantedThen).toEqual([false]);
    expect(world.records.get('a')).toMatchObject({
      outcome: 'failed',
      log: { file: expect.anything() as string },
    });
  });

  it('that is started again gets none of the answers that its former life waited for', async () => {
    const world = new World();
    const vm = world.add('a', [
      { at: 10, say: 'Username: ' },
      { at: 50, say: '\r\nworking\r\nall done\r\n' },
    ]);
    let again = false;
    world.onTime = (seconds) => {
      if (seconds < 60) world.busy.add('a');
      else world.busy.delete('a');
      if (seconds < 30 || again) return;
      again = true;
      Object.assign(world.machine(vm), {
        script: [{ at: 40, say: 'working\r\nall done\r\n' }],
        onAt: null,
      });
      world.powerOn(vm);
    };
    const result = await drive(world, [vm], { flow: 'interactive' });
    expect(result).toMatchObject({ exitCode: 0, ready: ['vm.a'] });
    expect(world.machine(vm).starts).toBe(2);
    expect(world.machine(vm).typed).toEqual([]);
  });

  it('that is deleted beside the run has failed in this run, and says so', async () => {
    const world = new World();
    const vm = world.add('a', PLAIN);
    const real = world.ports();
    const ports = world.ports({
      powers: async (vms) =>
        world.seconds < 10
          ? real.powers(vms)
          : new Map(vms.map(({ uuid }) => [uuid, { power: 'missing', id: null }])),
    });
    expect(await drive(world, [vm], { ports })).toMatchObject({
      exitCode: 4,
      failed: [
        {
          class: 'boot',
          stage: 'work',
          message: expect.stringContaining('deleted') as string,
          hint: 'Create it again: ven apply lab.yaml --wait ready',
        },
      ],
    });
    expect(world.records.get('a')?.outcome).toBe('under-way');
  });

  it('that can not be powered on has failed in this run, and is tried again by the next', async () => {
    const world = new World();
    const vm = world.add('a', PLAIN);
    const ports = world.ports({
      powerOn: () =>
        Promise.reject(new VenError('tool-failed', { summary: 'no memory', detail: 'qemu: no' })),
    });
    expect(await drive(world, [vm], { ports })).toMatchObject({
      exitCode: 4,
      failed: [
        { class: 'boot', message: 'no memory', hint: 'ven provision lab.yaml tries it again.' },
      ],
    });
    expect(world.records.get('a')?.outcome).not.toBe('failed');
    expect(await drive(world, [vm])).toMatchObject({ exitCode: 0 });
  });
});

describe('typing', () => {
  it('that libvirt refuses is tried until it does not, ever less often', async () => {
    const world = new World();
    const vm = world.add('a', IO);
    const well = world.ports();
    const tried: number[] = [];
    const ports = world.ports({
      type: (...request) => {
        tried.push(world.seconds);
        return world.seconds < 40
          ? Promise.reject(new VenError('tool-failed', { summary: 'libvirt is away' }))
          : well.type(...request);
      },
    });
    expect(await drive(world, [vm], { flow: 'interactive', ports })).toMatchObject({
      exitCode: 0,
      ready: ['vm.a'],
    });
    expect(tried.filter((at) => at < 40).length).toBeLessThan(5);
    expect(world.of('provision-warning').map(({ message }) => message)).toEqual([
      'could not be answered, will be retried: libvirt is away',
    ]);
  });

  it('that can not be done on this machine ends the node in this run, and the next one tries again', async () => {
    const world = new World();
    const vm = world.add('a', IO);
    const ports = world.ports({
      type: () =>
        Promise.reject(
          new VenError('host-not-ready', {
            summary: 'script is not installed',
            hint: 'Install it.',
          }),
        ),
    });
    expect(await drive(world, [vm], { flow: 'interactive', ports })).toMatchObject({
      exitCode: 4,
      failed: [
        {
          class: 'workflow',
          message: 'script is not installed',
          hint: 'Install it.\nven provision lab.yaml tries it again.',
        },
      ],
    });
    expect(world.seconds).toBeLessThan(15);
    expect(await drive(world, [vm], { flow: 'interactive' })).toMatchObject({ exitCode: 0 });
    expect(world.machine(vm).typed.map(({ text }) => text)).toEqual(['alice', 'canary-secret']);
  });
});
