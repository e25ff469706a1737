/** Nodes whose power is others': this run waits for them, and never switches them on. */
import { describe, expect, it } from 'vitest';
import type { ResolvedVm } from '../../../src/model/index.js';
import { drive, IO, PLAIN } from './drive.js';
import { World, type Script } from './world.js';

const external = (world: World, name: string, script: Script): ResolvedVm => {
  const vm: ResolvedVm = { ...world.add(name, script), power: 'external' };
  world.machine(vm).vm = vm;
  return vm;
};

describe('nodes that others power on', () => {
  it('are waited for, and watched from their first line on', async () => {
    const world = new World();
    const vms = [external(world, 'a', IO), external(world, 'b', IO), world.add('c', PLAIN)];
    const [a, b, c] = vms as [ResolvedVm, ResolvedVm, ResolvedVm];
    world.onTime = (seconds) => {
      if (seconds >= 100) world.powerOn(a);
      if (seconds >= 200) world.powerOn(b);
    };
    // They take no place of those that this run starts.
    const limits = { maxConcurrent: 1, staggerSeconds: 0 };
    const result = await drive(world, vms, { flow: 'interactive', limits });
    expect(result.ready).toEqual(['vm.a', 'vm.b', 'vm.c']);
    expect(world.machine(c).startedAt).toBeLessThan(world.machine(a).startedAt);
    expect(world.of('provision-warning').map(({ address, message }) => [address, message])).toEqual(
      [a, b].map(({ address }) => [address, 'waits until others power it on (power: external)']),
    );
    const started = world.of('node-started').filter(({ address }) => address !== c.address);
    const after = started.map(({ time }) => (Date.parse(time) - world.machine(a).startedAt) / 1000);
    expect(after[0]).toBeLessThan(4);
    for (const vm of [a, b])
      expect(world.machine(vm).typed.map(({ text }) => text)).toEqual(['alice', 'canary-secret']);
  });

  it('may be switched off and on again on their way', async () => {
    const world = new World();
    const vm = external(world, 'a', PLAIN);
    world.onTime = (seconds) => {
      const machine = world.machine(vm);
      if (seconds >= 10 && machine.starts === 0) world.powerOn(vm);
      if (seconds >= 20 && seconds < 40) machine.onAt = null;
      if (seconds >= 40) world.powerOn(vm);
    };
    const result = await drive(world, [vm]);
    expect(result).toMatchObject({ ready: ['vm.a'], failed: [] });
    expect(world.machine(vm).starts).toBe(2);
  });

  it('that stay off are left when the time is up', async () => {
    const world = new World();
    const vm = external(world, 'a', PLAIN);
    const result = await drive(world, [vm], { timeoutSeconds: 30 });
    expect(result).toMatchObject({ ready: [], byClass: { timeout: 1 } });
    expect(world.machine(vm).starts).toBe(0);
  });

  it('that were ready and are off are ready', async () => {
    const world = new World();
    const vm = external(world, 'a', PLAIN);
    world.powerOn(vm);
    await drive(world, [vm]);
    world.machine(vm).onAt = null;
    const result = await drive(world, [vm]);
    expect(result.ready).toEqual(['vm.a']);
    expect(world.machine(vm).starts).toBe(1);
  });
});
