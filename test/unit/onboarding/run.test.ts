/** A run over nodes: what comes out, in which order, and with how many at once. */
import { describe, expect, it } from 'vitest';
import { VenError, type ResolvedVm } from '../../../src/model/index.js';
import { FULL, IO, PLAIN, drive } from './drive.js';
import { World, type Script } from './world.js';

describe('a run over nodes', () => {
  it('powers them on, answers their prompts once, and ends when all are ready', async () => {
    const world = new World();
    const vms = ['a', 'b'].map((name) => world.add(name, IO));
    const result = await drive(world, vms, { flow: 'interactive' });
    expect(result).toMatchObject({
      outcome: 'done',
      exitCode: 0,
      ready: ['vm.a', 'vm.b'],
      failed: [],
      left: [],
      byClass: {},
    });
    for (const vm of vms) {
      expect(world.machine(vm).starts).toBe(1);
      expect(world.machine(vm).typed.map(({ text }) => text)).toEqual(['alice', 'canary-secret']);
    }
    const stages = world.of('stage-reached').filter(({ address }) => address === 'vm.a');
    expect(stages.map(({ stage }) => stage)).toEqual(['power-on', 'login', 'work', 'ready']);
    const finished = world.of('node-finished').find(({ address }) => address === 'vm.a');
    expect(finished?.stages.map(({ stage }) => stage)).toEqual(['power-on', 'login', 'work']);
    expect(finished?.stages.reduce((sum, { seconds }) => sum + seconds, 0)).toBeCloseTo(
      finished?.durationSeconds ?? 0,
      3,
    );
    expect(finished?.durationSeconds).toBeCloseTo(result.durationSeconds, 0);
    expect(world.records.get('a')).toMatchObject({
      outcome: 'ready',
      vm: 'a',
      uuid: 'uuid-a',
      making: 'making of a',
    });
    expect(JSON.stringify(world.events)).not.toContain('canary-secret');
    expect(JSON.stringify([...world.records.values()])).not.toContain('canary-secret');
  });

  it('masks in the log what a node echoes', async () => {
    const world = new World();
    const echo: Script = [
      { at: 1, say: 'Username: ' },
      { after: 'alice', at: 0.2, say: 'ali' },
      { after: 'alice', at: 0.6, say: 'ce\r\nPassword: ' },
      { after: 'canary-secret', at: 0.2, say: 'canary-' },
      { after: 'canary-secret', at: 0.8, say: 'secret\r\nworking for canary-secret, alice\r\n' },
      { after: 'canary-secret', at: 3, say: 'all done\r\n' },
    ];
    const vm = world.add('a', echo);
    await drive(world, [vm], { flow: 'interactive' });
    expect(world.machine(vm).log).toBe(
      'Username: *****\r\nPassword: *************\r\nworking for *************, alice\r\nall done\r\n',
    );
    expect(JSON.stringify([world.events, ...world.records.values()])).not.toMatch(/canary/);
  });

  it('neither keeps nor shows what a terminal has broken a password into', async () => {
    const secret = 'canary-0123456789-0123456789-0123456789-0123456789-0123456789-0123456789-pass';
    const text = JSON.stringify;
    const ways = [
      `Password: ${secret.slice(0, 70)} \r${secret.slice(70)}`,
      `Password: ${secret.slice(0, 70)}\r\n${secret.slice(70)}`,
      `Password: ${secret.slice(0, 20)}[   52.123456] veth1: renamed\r\n${secret.slice(20)}`,
      `Password: \r\n\u001b]0;${secret}\u0007`,
      `Password: \r\n${'x'.repeat(4070)}${secret}`,
      `Password: \r\n${[...secret].join('\u001b[m')}`,
    ];
    for (const [index, way] of ways.entries()) {
      const world = new World();
      const [begun = '', ...rest] = way.split('Password: ');
      const vm = world.add('a', [
        { at: 10, say: 'Username: ' },
        { after: 'alice', at: 0.3, say: `alice\r\n${begun}Password: ` },
        ...[...rest.join('')].map((say, at) => ({ after: secret, at: 0.3 + at * 0.01, say })),
        { after: secret, at: 45, say: '\r\nworking\r\nall done\r\n' },
      ]);
      const ports = world.ports({ credentials: { username: 'alice', password: secret } });
      await drive(world, [vm], { flow: 'interactive', ports });
      const log = world.machine(vm).log.replaceAll('\u001b[m', '');
      expect(log).toContain('working\r\nall done');
      expect({ index, log }).toMatchObject({
        log: expect.not.stringMatching(/9-0|canary|pass/) as string,
      });
      expect({ index, told: text([world.events, ...world.records.values()]) }).toMatchObject({
        told: expect.not.stringMatching(/canary|9-0|y-0|pass"/) as string,
      });
    }
  });

  it('names what failed, with the others ready: exit 4', async () => {
    const world = new World();
    const vms = [world.add('a', PLAIN), world.add('b', FULL), world.add('c', [])];
    const result = await drive(world, vms);
    expect(result).toMatchObject({
      outcome: 'failed',
      exitCode: 4,
      ready: ['vm.a'],
      byClass: { storage: 1, timeout: 1 },
    });
    expect(result.failed).toMatchObject([
      { address: 'vm.b', class: 'storage', stage: 'work', line: 'tar: No space left on device' },
      { address: 'vm.c', class: 'timeout', stage: 'power-on', line: null },
    ]);
    expect(world.records.get('b')).toMatchObject({
      outcome: 'failed',
      failure: { class: 'storage' },
    });
  });

  it('leaves alone what is ready, and tells again what failed', async () => {
    const world = new World();
    const vms = [world.add('a', PLAIN), world.add('b', FULL)];
    await drive(world, vms);
    world.events.length = 0;
    const result = await drive(world, vms);
    expect(result).toMatchObject({
      exitCode: 4,
      ready: ['vm.a'],
      failed: [{ address: 'vm.b', class: 'storage' }],
    });
    expect(vms.map((vm) => world.machine(vm).starts)).toEqual([1, 1]);
    expect(world.of('node-finished')).toMatchObject([{ address: 'vm.b', outcome: 'failed' }]);
  });

  it('ends a node at the stage that was asked for, which can go on later', async () => {
    const world = new World();
    const vm = world.add('a', PLAIN);
    expect(await drive(world, [vm], { until: 'work' })).toMatchObject({
      exitCode: 0,
      ready: ['vm.a'],
    });
    expect(world.of('node-finished')).toMatchObject([
      { outcome: 'reached', stages: [{ stage: 'power-on' }] },
    ]);
    expect(world.records.get('a')?.outcome).toBe('under-way');
    world.pass(60_000);
    expect(await drive(world, [vm])).toMatchObject({ exitCode: 0, ready: ['vm.a'] });
    expect(world.machine(vm).starts).toBe(1);
    expect(world.of('stage-reached').at(-1)).toMatchObject({ stage: 'ready', late: true });
  });
});

describe('a node that is there already', () => {
  it('ends at once at a stage that it has passed', async () => {
    const world = new World();
    const vm = world.add('a', PLAIN);
    await drive(world, [vm], { until: 'work' });
    world.events.length = 0;
    for (const until of ['work', 'power-on']) {
      expect(await drive(world, [vm], { until })).toMatchObject({
        exitCode: 0,
        ready: ['vm.a'],
        durationSeconds: expect.closeTo(0, 0) as number,
      });
    }
    expect(world.of('node-finished').map(({ outcome }) => outcome)).toEqual(['reached', 'reached']);
    expect(await drive(world, [vm])).toMatchObject({ exitCode: 0 });
  });

  it('is powered on when it is off, and is no ready node when that fails', async () => {
    const world = new World();
    const vms = ['a', 'b'].map((name) => world.add(name, PLAIN));
    await drive(world, vms);
    for (const vm of vms) world.machine(vm).onAt = null;
    const real = world.ports();
    const ports = world.ports({
      powerOn: (vm, ...rest) =>
        vm.name === 'b'
          ? Promise.reject(new VenError('tool-failed', { summary: 'no memory' }))
          : real.powerOn(vm, ...rest),
    });
    const result = await drive(world, vms, { ports });
    expect(result).toMatchObject({
      exitCode: 4,
      ready: ['vm.a'],
      failed: [{ address: 'vm.b', class: 'boot' }],
    });
    expect(world.power(vms[0] as ResolvedVm).power).toBe('running');
    expect(world.of('provision-warning')).toMatchObject([
      { address: 'vm.a', message: expect.stringContaining('powered on') as string },
    ]);
    expect(vms.map(({ name }) => world.records.get(name)?.outcome)).toEqual(['ready', 'ready']);
  });
});

describe('admission', () => {
  it('keeps at most so many under way', async () => {
    const world = new World();
    const vms = Array.from({ length: 5 }, (_, index) => world.add(`n${index}`, PLAIN));
    let most = 0;
    const ended = (): number => world.of('node-finished').length;
    const ports = world.ports({
      emit: (event) => {
        world.events.push(event);
        most = Math.max(most, world.of('node-started').length - ended());
      },
    });
    const result = await drive(world, vms, {
      limits: { maxConcurrent: 2, staggerSeconds: 0 },
      ports,
    });
    expect(result.ready).toHaveLength(5);
    expect(most).toBe(2);
    expect(result.durationSeconds).toBeGreaterThan(45);
  });

  it('powers on so many seconds apart', async () => {
    const world = new World();
    const vms = ['a', 'b', 'c'].map((name) => world.add(name, PLAIN));
    await drive(world, vms, { limits: { maxConcurrent: Infinity, staggerSeconds: 7 } });
    const times = world.of('node-started').map(({ time }) => Date.parse(time));
    expect(
      times.slice(1).map((time, index) => Math.round((time - (times[index] ?? 0)) / 1000)),
    ).toEqual([7, 7]);
  });

  it('counts from when the power came on, however long the lock had to be waited for', async () => {
    const world = new World();
    const vms = ['a', 'b', 'c'].map((name) => world.add(name, PLAIN));
    const real = world.ports();
    const powerOn: typeof real.powerOn = async (...of) => {
      while (world.seconds < 60) await real.clock.sleep(200, new AbortController().signal);
      await real.powerOn(...of);
    };
    await drive(world, vms, {
      limits: { maxConcurrent: Infinity, staggerSeconds: 7 },
      ports: { ...real, powerOn },
    });
    const times = world.of('node-started').map(({ time }) => Date.parse(time));
    expect(times).toHaveLength(3);
    for (const [index, time] of times.slice(1).entries())
      expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(7000);
  });

  it('counts those that run already', async () => {
    const world = new World();
    const vms = ['a', 'b'].map((name) => world.add(name, PLAIN));
    world.powerOn(vms[0] as ResolvedVm);
    await drive(world, vms, { limits: { maxConcurrent: 1, staggerSeconds: 0 } });
    const ready = world.of('node-finished').find(({ address }) => address === 'vm.a');
    expect(Date.parse(world.of('node-started')[0]?.time ?? '')).toBeGreaterThanOrEqual(
      Date.parse(ready?.time ?? ''),
    );
  });
});

describe('events', () => {
  it('come of no node after its end, and none after the run’s, whoever is still at work', async () => {
    const world = new World();
    const vms = ['a', 'b', 'c', 'd'].map((name) =>
      world.add(name, name === 'a' ? [{ at: 1, say: 'working\r\nall done\r\n' }] : IO),
    );
    const real = world.ports({ orchestrator: world.orchestrator() });
    const pending: (() => void)[] = [];
    const later = (work: () => void): Promise<void> =>
      new Promise((resolve) => {
        pending.push(() => {
          work();
          resolve();
        });
      });
    const stop = new AbortController();
    const ports: typeof real = {
      ...real,
      // Done only when all is over.
      powerOn: (vm, signal) =>
        vm.name === 'b'
          ? later(() => {
              world.powerOn(vm);
            })
          : real.powerOn(vm, signal),
      type: (vm, _text, wanted) =>
        later(() => {
          wanted(true);
        }).then(() => (vm.name === 'c' ? 'typed' : 'busy')),
      emit: (event) => {
        world.events.push(event);
        if (event.type === 'provision-finished') for (const end of pending) end();
      },
    };
    world.onTime = (seconds) => {
      if (seconds > 30) stop.abort();
    };
    const result = await drive(world, vms, {
      flow: 'interactive',
      until: 'work',
      ports,
      signal: stop.signal,
    });
    expect(result).toMatchObject({ ready: ['vm.a'], left: ['vm.b', 'vm.c', 'vm.d'] });
    expect(pending.length).toBe(3);
    expect(world.events.at(-1)?.type).toBe('provision-finished');
    for (const { address } of vms) {
      const of = world.events.filter((event) => 'address' in event && event.address === address);
      expect([
        address,
        of.filter(({ type }) => type === 'node-finished').length,
        of.at(-1)?.type,
      ]).toEqual([address, 1, 'node-finished']);
    }
    // What was asked for, not what it said in the same breath.
    expect(world.of('node-finished').find(({ address }) => address === 'vm.a')?.outcome).toBe(
      'reached',
    );
    expect(
      world
        .of('stage-reached')
        .filter(({ address }) => address === 'vm.a')
        .map(({ stage }) => stage),
    ).toEqual(['power-on', 'work']);
    expect(world.records.get('b')?.outcome).toBe('under-way');
  });
});
