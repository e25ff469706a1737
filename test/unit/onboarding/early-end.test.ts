/** A run that is interrupted, out of time or killed, and an echo after its end. */
import { describe, expect, it } from 'vitest';
import type { NodeRecord, ResolvedVm } from '../../../src/model/index.js';
import { IO, PLAIN, count, drive } from './drive.js';
import { World, type Script } from './world.js';

class Killed extends Error {}

describe('what a node echoes just when nobody watches it any more', () => {
  const late = (...after: Script): Script => [
    { at: 10, say: 'Username: ' },
    { after: 'alice', at: 0.3, say: 'alice\r\nPassword: ' },
    ...after,
  ];

  it('is masked still, at the end of a run and before', async () => {
    for (const others of [[], ['b']]) {
      const world = new World();
      const echo = { after: 'canary-secret', at: 0.9, say: 'once more canary-secret\r\n' };
      const vm = world.add(
        'a',
        late({ after: 'canary-secret', at: 0.3, say: '\r\nworking\r\nall done\r\n' }, echo),
      );
      const vms = [vm, ...others.map((name) => world.add(name, IO))];
      await drive(world, vms, { flow: 'interactive' });
      expect(world.machine(vm).log).toContain('all done\r\nonce more *************\r\n');
      expect(world.events.at(-1)?.type).toBe('provision-finished');
    }
  });

  it('is masked after Ctrl-C and at the time limit, and nobody waits longer than a second', async () => {
    for (const way of ['signal', 'timeout']) {
      const world = new World();
      const vm = world.add('a', late({ after: 'canary-secret', at: 0.7, say: 'canary-secret' }));
      const stop = new AbortController();
      let typed = 0;
      world.onTime = (seconds) => {
        typed ||= world.machine(vm).typed.length === 2 ? seconds : 0;
        if (way === 'signal' && typed > 0) stop.abort();
      };
      await drive(world, [vm], {
        flow: 'interactive',
        signal: stop.signal,
        timeoutSeconds: way === 'timeout' ? 11.9 : null,
      });
      expect({ way, log: world.machine(vm).log }).toEqual({
        way,
        log: 'Username: *****\r\nPassword: *************',
      });
      expect(world.seconds - typed).toBeLessThan(2.3);
    }
  });

  it('costs no time where nothing was typed just now', async () => {
    const world = new World();
    const vm = world.add('a', PLAIN);
    await drive(world, [vm], { flow: 'none' });
    const finished = Date.parse(world.of('node-finished')[0]?.time ?? '');
    expect(Date.parse(world.of('provision-finished')[0]?.time ?? '') - finished).toBeLessThan(300);
  });
});

describe('a run that ends early', () => {
  it('leaves its nodes when it is interrupted: exit 130, and the next one goes on', async () => {
    const world = new World();
    const vms = [world.add('a', IO), world.add('b', IO)];
    const stop = new AbortController();
    world.onTime = (seconds) => {
      if (seconds >= 12) stop.abort();
    };
    const result = await drive(world, vms, { flow: 'interactive', signal: stop.signal });
    expect(result).toMatchObject({ outcome: 'interrupted', exitCode: 130, left: ['vm.a', 'vm.b'] });
    world.onTime = () => undefined;
    expect(await drive(world, vms, { flow: 'interactive' })).toMatchObject({
      exitCode: 0,
      ready: ['vm.a', 'vm.b'],
    });
    for (const vm of vms)
      expect([
        count(world, vm, 'alice'),
        count(world, vm, 'canary-secret'),
        world.machine(vm).starts,
      ]).toEqual([1, 1, 1]);
  });

  it('counts its own time limit as a timeout, and keeps the nodes as they are', async () => {
    const world = new World();
    const vms = [world.add('a', PLAIN), world.add('b', [])];
    const result = await drive(world, vms, { timeoutSeconds: 30 });
    expect(result).toMatchObject({
      outcome: 'failed',
      exitCode: 4,
      ready: ['vm.a'],
      left: ['vm.b'],
      byClass: { timeout: 1 },
    });
    expect(world.records.get('b')?.outcome).toBe('under-way');
  });

  it('does not power on what its turn has not come for', async () => {
    const world = new World();
    const vms = ['a', 'b'].map((name) => world.add(name, []));
    await drive(world, vms, {
      timeoutSeconds: 10,
      limits: { maxConcurrent: 1, staggerSeconds: 0 },
    });
    expect(vms.map((vm) => world.machine(vm).starts)).toEqual([1, 0]);
  });
});

describe('a run that is killed', () => {
  const died = async (
    world: World,
    vm: ResolvedVm,
    when: (record: NodeRecord) => boolean,
  ): Promise<void> => {
    world.onWrite = (record) => {
      if (when(record)) throw new Killed();
    };
    await expect(drive(world, [vm], { flow: 'interactive' })).rejects.toThrow(Killed);
    world.onWrite = () => undefined;
  };

  it('at any record that it writes: the next one comes to the same end, and types nothing twice', async () => {
    const counting = new World();
    let writes = 0;
    counting.onWrite = () => (writes += 1);
    await drive(counting, [counting.add('a', IO)], { flow: 'interactive' });
    expect(writes).toBeGreaterThan(5);
    for (let at = 1; at <= writes; at += 1) {
      const world = new World();
      const vm = world.add('a', IO);
      let left = at;
      await died(world, vm, () => (left -= 1) === 0);
      world.pass(3000);
      const result = await drive(world, [vm], { flow: 'interactive' });
      expect({ at, ready: result.ready, starts: world.machine(vm).starts }).toEqual({
        at,
        ready: ['vm.a'],
        starts: 1,
      });
      expect({
        at,
        users: count(world, vm, 'alice'),
        passwords: count(world, vm, 'canary-secret'),
      }).toEqual({
        at,
        users: 1,
        passwords: 1,
      });
    }
  });

  it('in the midst of an echo: the next one masks all of it, and shows nothing of the rest', async () => {
    const echo: Script = [
      { at: 10, say: 'Username: ' },
      { after: 'alice', at: 0.3, say: 'alice\r\nPassword: ' },
      { after: 'canary-secret', at: 0.2, say: 'canary-' },
      { after: 'canary-secret', at: 8, say: 'secret\r\nis canary-' },
      { after: 'canary-secret', at: 20, say: 'secret\r\nworking\r\n' },
      { after: 'canary-secret', at: 21, say: 'all done\r\n' },
    ];
    for (const stop of [11.9, 12.5, 16, 18, 19.9, 22, 26, 30]) {
      const world = new World();
      const vm = world.add('a', echo);
      world.onTime = (seconds) => {
        if (seconds >= stop) throw new Killed();
      };
      await expect(drive(world, [vm], { flow: 'interactive' })).rejects.toThrow(Killed);
      world.onTime = () => undefined;
      world.pass(5000);
      expect({ stop, ready: (await drive(world, [vm], { flow: 'interactive' })).ready }).toEqual({
        stop,
        ready: ['vm.a'],
      });
      expect({ stop, log: world.machine(vm).log }).toEqual({
        stop,
        log: 'Username: *****\r\nPassword: *************\r\nis *************\r\nworking\r\nall done\r\n',
      });
      expect(count(world, vm, 'canary-secret')).toBe(1);
      expect(JSON.stringify([world.events, ...world.records.values()])).not.toMatch(
        /canary|secret/,
      );
    }
  });

  it('and whose records are lost: the last boot is read from the log', async () => {
    const world = new World();
    const vm = world.add('a', IO);
    const stop = new AbortController();
    world.onTime = (seconds) => {
      if (seconds >= 12) stop.abort();
    };
    await drive(world, [vm], { flow: 'interactive', signal: stop.signal });
    world.onTime = () => undefined;
    world.records.clear();
    expect(await drive(world, [vm], { flow: 'interactive' })).toMatchObject({ ready: ['vm.a'] });
    expect([count(world, vm, 'alice'), count(world, vm, 'canary-secret')]).toEqual([1, 1]);
  });
});
