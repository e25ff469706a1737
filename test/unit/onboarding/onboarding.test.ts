import { describe, expect, it } from 'vitest';
import { driveNodes, type DriveOptions } from '../../../src/onboarding/drive.js';
import {
  VenError,
  type NodeRecord,
  type OrchestratorHost,
  type ResolvedVm,
} from '../../../src/model/index.js';
import { PROFILE, World, type Script } from './world.js';

const IO: Script = [
  { at: 10, say: 'firmware\r\nUsername: ' },
  { after: 'alice', at: 0.3, say: 'alice\r\nPassword: ' },
  { after: 'canary-secret', at: 0.3, say: '\r\nworking\r\n' },
  { after: 'canary-secret', at: 20, say: 'all done\r\n' },
];
const PLAIN: Script = [
  { at: 5, say: 'working\r\n' },
  { at: 15, say: 'all done\r\n' },
];
const FULL: Script = [
  { at: 5, say: 'working\r\n' },
  { at: 8, say: 'tar: No space left on device\r\n' },
];

function drive(world: World, vms: readonly ResolvedVm[], options: Partial<DriveOptions> = {}) {
  return driveNodes({
    run: 'run',
    fleet: 'lab',
    file: 'lab.yaml',
    host: 'qemu:///system',
    profile: PROFILE,
    flow: 'none',
    until: 'ready',
    nodes: vms.map((vm) => ({
      vm,
      power: world.power(vm),
      record: world.records.get(vm.name) ?? null,
    })),
    limits: { maxConcurrent: Infinity, staggerSeconds: 0 },
    timeoutSeconds: null,
    known: null,
    ports: world.ports(),
    signal: new AbortController().signal,
    ...options,
  });
}

const count = (world: World, vm: ResolvedVm, text: string): number =>
  world.machine(vm).typed.filter((each) => each.text === text).length;
class Killed extends Error {}

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
      expect.stringContaining('in use by somebody else'),
      expect.stringContaining('somebody else has begun'),
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
      powers: async (uuids) =>
        world.seconds < 10
          ? real.powers(uuids)
          : new Map(uuids.map((uuid) => [uuid, { power: 'missing', id: null }])),
    });
    expect(await drive(world, [vm], { ports })).toMatchObject({
      exitCode: 4,
      failed: [
        {
          class: 'boot',
          stage: 'work',
          message: expect.stringContaining('deleted') as string,
          hint: 'Make it again: ven apply lab.yaml --wait ready',
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

describe('time in which nobody watched', () => {
  const HOUR = 3_600_000;
  const slowly = (at: number): Script => [
    { at: 5, say: 'working\r\n' },
    ...(at > 0 ? [{ at, say: 'all done\r\n' }] : []),
  ];

  it.each([
    ['has long come to its end', slowly(15), 3600],
    ['is under way', slowly(3700), 3600],
    ['has said nothing yet', [{ at: 3630, say: 'working\r\nall done\r\n' }], 3600],
  ])('of a VM that was on before and %s counts for no limit', async (_what, script, seconds) => {
    const world = new World();
    const vm = world.add('a', script);
    world.powerOn(vm);
    world.pass(seconds * 1000);
    expect(await drive(world, [vm], { timeoutSeconds: 300 })).toMatchObject({
      exitCode: 0,
      ready: ['vm.a'],
    });
    const finished = world.of('node-finished')[0];
    expect(finished?.durationSeconds).toBeGreaterThanOrEqual(seconds);
  });

  it('is followed by the limit, of which a VM that was on before has all', async () => {
    const world = new World();
    const vm = world.add('a', []);
    world.powerOn(vm);
    world.pass(HOUR);
    expect(await drive(world, [vm], { timeoutSeconds: 300 })).toMatchObject({
      exitCode: 4,
      byClass: { timeout: 1 },
    });
    expect(world.records.get('a')).toMatchObject({
      failure: {
        stage: 'power-on',
        at: new Date(Date.parse('2026-01-01T01:01:00Z')).toISOString(),
      },
    });
  });

  it('does not end a node of which the orchestrator knows more', async () => {
    const world = new World();
    const vm = world.add('a', [
      { at: 5, say: 'hello\r\n' },
      { at: 4000, say: 'all done\r\n' },
    ]);
    const stop = new AbortController();
    world.onTime = (seconds) => {
      if (seconds > 20) stop.abort();
    };
    const ports = world.ports({ orchestrator: world.orchestrator() });
    const known = (status: string) => [
      {
        id: 'h',
        name: vm.name,
        serialNumber: vm.serialNumber,
        uuid: '',
        hostStatus: status,
        instance: null,
      },
    ];
    await drive(world, [vm], {
      flow: 'non-interactive',
      known: known(''),
      ports,
      signal: stop.signal,
    });
    expect(world.records.get('a')).toMatchObject({
      outcome: 'under-way',
      visits: [{ stage: 'power-on' }, { stage: 'boot' }],
    });
    world.onTime = () => undefined;
    world.pass(HOUR);
    world.hosts = known('Working');
    expect(
      await drive(world, [vm], { flow: 'non-interactive', known: known('Working'), ports }),
    ).toMatchObject({ exitCode: 4 });
    expect(world.of('stage-reached').map(({ stage }) => stage)).toEqual([
      'power-on',
      'boot',
      'work',
    ]);
  });
});

describe('time in which ven stood still', () => {
  it('counts for no limit either', async () => {
    const world = new World();
    const vm = world.add('a', IO);
    const { clock } = world.ports();
    let stopped = false;
    const sleep: typeof clock.sleep = async (milliseconds, signal) => {
      await clock.sleep(milliseconds, signal);
      if (stopped || world.seconds < 5) return;
      stopped = true;
      world.pass(3_600_000);
    };
    const ports = world.ports({ clock: { ...clock, sleep } });
    expect(await drive(world, [vm], { flow: 'interactive', ports })).toMatchObject({
      exitCode: 0,
      ready: ['vm.a'],
    });
    expect(stopped).toBe(true);
  });

  it('nor for the stage that was entered in it', async () => {
    const world = new World();
    const vm = world.add('a', IO);
    world.powerOn(vm);
    world.pass(3_600_000);
    const stop = new AbortController();
    // A prompt that is found in the log counts after ten seconds.
    world.onTime = (seconds) => {
      if (seconds > 3603) stop.abort();
    };
    expect(await drive(world, [vm], { flow: 'interactive', signal: stop.signal })).toMatchObject({
      outcome: 'interrupted',
    });
    world.onTime = () => undefined;
    world.pass(3_600_000);
    expect(await drive(world, [vm], { flow: 'interactive' })).toMatchObject({
      exitCode: 0,
      ready: ['vm.a'],
    });
    expect(world.machine(vm).typed.map(({ text }) => text)).toEqual(['alice', 'canary-secret']);
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
      'could not be answered, and is tried again: libvirt is away',
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

describe('the orchestrator', () => {
  const host = (vm: ResolvedVm, provisioningStatus: string) => ({
    id: 'h',
    name: vm.name,
    serialNumber: vm.serialNumber,
    uuid: '',
    hostStatus: '',
    instance: { id: 'i', os: 'ubuntu', provisioningStatus },
  });

  it('gets each node registered once, before its power is on', async () => {
    const world = new World();
    const vms = ['a', 'b'].map((name) => world.add(name, PLAIN));
    const known = [host(vms[1] as ResolvedVm, '')];
    await drive(world, vms, {
      flow: 'non-interactive',
      known,
      ports: world.ports({ orchestrator: world.orchestrator() }),
    });
    expect(world.registered).toEqual(['SNa']);
    const order = world.events.filter(
      ({ type }) => type === 'node-registered' || type === 'node-started',
    );
    expect(order.findIndex((event) => event.type === 'node-registered')).toBeLessThan(
      order.findIndex((event) => event.type === 'node-started' && event.address === 'vm.a'),
    );
  });

  it('knows a host that was seen by its UUID, and leaves any other to be refused', async () => {
    const world = new World();
    const vms = ['a', 'b'].map((name) => world.add(name, PLAIN));
    const [a, b] = vms.map((vm) => host(vm, '')) as [OrchestratorHost, OrchestratorHost];
    const known = [
      { ...a, name: 'renamed', uuid: vms[0]?.uuid ?? '' },
      { ...b, uuid: '00000000-0000-4000-8000-000000000000' },
    ];
    await drive(world, vms, {
      flow: 'non-interactive',
      known,
      ports: world.ports({ orchestrator: world.orchestrator() }),
    });
    expect(world.registered).toEqual(['SNb']);
  });

  it('leads to a stage by its status, asked for all at once every ten seconds', async () => {
    const world = new World();
    const vms = ['a', 'b'].map((name) =>
      world.add(name, [
        { at: 2, say: 'hello\r\n' },
        { at: 60, say: 'all done\r\n' },
      ]),
    );
    world.onTime = (seconds) => {
      if (seconds > 25) world.hosts = vms.map((vm) => host(vm, 'Working'));
    };
    const ports = world.ports({ orchestrator: world.orchestrator() });
    await drive(world, vms, {
      flow: 'non-interactive',
      known: vms.map((vm) => host(vm, '')),
      ports,
    });
    expect(world.of('stage-reached').filter(({ stage }) => stage === 'work')).toHaveLength(2);
    expect(world.hostsAsked).toBeLessThanOrEqual(6);
  });

  it('is not believed of another machine with the same serial number, but of one that never was seen, whatever its name', async () => {
    const world = new World();
    const vms = ['a', 'b', 'c'].map((name) => world.add(name, []));
    for (const vm of vms) world.powerOn(vm);
    world.pass(5000);
    const [other, unseen, own] = vms.map((vm) => host(vm, 'Working')) as [
      OrchestratorHost,
      OrchestratorHost,
      OrchestratorHost,
    ];
    const hosts = [
      { ...other, uuid: '00000000-0000-4000-8000-000000000000' },
      { ...unseen, name: 'by-hand' },
      { ...own, uuid: 'uuid-c' },
      { ...own, uuid: '00000000-0000-4000-8000-000000000000', instance: null },
    ];
    const ports = world.ports({ orchestrator: world.orchestrator() });
    // From the start, and by what it says later.
    for (const known of [hosts, []]) {
      world.hosts = hosts;
      world.records.clear();
      await drive(world, vms, {
        flow: 'interactive',
        until: 'work',
        known,
        ports,
        timeoutSeconds: 30,
      });
      expect(world.of('node-finished')).toMatchObject([
        { address: 'vm.b', outcome: 'reached' },
        { address: 'vm.c', outcome: 'reached' },
        { address: 'vm.a', outcome: 'left' },
      ]);
      world.events.length = 0;
    }
  });

  it('may still say of a node what became of its former life', async () => {
    const world = new World();
    const vm = world.add('a', [
      { at: 3, say: 'hello\r\n' },
      { at: 30, say: 'all done\r\n' },
    ]);
    world.hosts = [host(vm, 'Working')];
    await drive(world, [vm], {
      flow: 'non-interactive',
      known: world.hosts,
      ports: world.ports({ orchestrator: world.orchestrator() }),
    });
    expect(world.of('stage-reached').map(({ stage }) => stage)).toEqual([
      'power-on',
      'boot',
      'ready',
    ]);
  });

  const failing = {
    ...PROFILE,
    trouble: [
      {
        name: 'provisioning-failed',
        title: 'Provisioning failed',
        class: 'workflow' as const,
        when: { kind: 'orchestrator' as const, pattern: '^Provisioning Failed' },
        stages: null,
        recover: null,
      },
    ],
  };
  const started = (world: World, vm: ResolvedVm): NodeRecord => ({
    formatVersion: '1',
    vm: vm.name,
    uuid: vm.uuid,
    flow: 'none',
    profile: { name: '', digest: '' },
    outcome: 'under-way',
    failure: null,
    visits: [],
    lastLine: null,
    memory: null,
    log: { file: 'log', position: world.machine(vm).log.length },
  });

  it.each([
    ['Provisioning Failed: disk', 1],
    ['Working', 1],
    ['Working', 12],
  ])(
    'may still say so of a node that an apply has started: %s, after %i s',
    async (status, seconds) => {
      const world = new World();
      const vm = world.add('a', [
        { at: seconds + 3, say: 'hello\r\n' },
        { at: 30, say: 'all done\r\n' },
      ]);
      world.hosts = [host(vm, status)];
      world.records.set('a', started(world, vm));
      world.powerOn(vm);
      world.pass(seconds * 1000);
      const ports = world.ports({ orchestrator: world.orchestrator() });
      const options = {
        flow: 'non-interactive' as const,
        known: world.hosts,
        ports,
        profile: failing,
      };
      expect(await drive(world, [vm], options)).toMatchObject({ exitCode: 0, ready: ['vm.a'] });
      expect(world.of('stage-reached').map(({ stage }) => stage)).toEqual([
        'power-on',
        'boot',
        'ready',
      ]);
    },
  );

  it('is believed of a node that an apply has started and that has gone on, and of one whose record is lost, at once', async () => {
    const world = new World();
    const [said, lost] = [world.add('a', [{ at: 3, say: 'hello\r\n' }]), world.add('b', [])];
    world.hosts = [host(said, 'Working'), host(lost, 'Working')];
    world.records.set('a', started(world, said));
    for (const vm of [said, lost]) world.powerOn(vm);
    world.pass(5000);
    const ports = world.ports({ orchestrator: world.orchestrator() });
    await drive(world, [said, lost], {
      flow: 'non-interactive',
      until: 'work',
      known: world.hosts,
      ports,
    });
    expect(world.of('node-finished')).toMatchObject([
      { address: 'vm.a', outcome: 'reached' },
      { address: 'vm.b', outcome: 'reached' },
    ]);
    expect(world.seconds).toBeLessThan(8);
  });

  it('is known to have said it before somebody starts a node again', async () => {
    const world = new World();
    const vm = world.add('a', [
      { at: 5, say: 'working\r\n' },
      { at: 12, say: 'all done\r\n' },
    ]);
    let restarted = false;
    world.onTime = (seconds) => {
      if (seconds < 9.5 || restarted) return;
      restarted = true;
      world.machine(vm).onAt = null;
      world.powerOn(vm);
    };
    world.hosts = [host(vm, 'Provisioning Failed: disk')];
    const ports = world.ports({ orchestrator: world.orchestrator() });
    const result = await drive(world, [vm], { known: world.hosts, ports, profile: failing });
    expect(result).toMatchObject({ exitCode: 0, ready: ['vm.a'] });
  });

  it('may say so where somebody logs in at the node, too; and gets nobody registered', async () => {
    const world = new World();
    const vm = world.add('a', IO);
    world.hosts = [host(vm, 'Working')];
    const other = world.add('b', IO);
    const ports = world.ports({ orchestrator: world.orchestrator() });
    await drive(world, [vm, other], { flow: 'interactive', known: world.hosts, ports });
    const stages = world.of('stage-reached').filter(({ address }) => address === vm.address);
    expect(stages.map(({ stage }) => stage)).toEqual(['power-on', 'login', 'work', 'ready']);
    expect(world.registered).toEqual([]);
  });

  it('may be away for a while: told once, asked ever less, and the nodes go on', async () => {
    const world = new World();
    const vm = world.add('a', [
      { at: 5, say: 'working\r\n' },
      { at: 100, say: 'all done\r\n' },
    ]);
    world.hostsFail = new VenError('orchestrator-unreachable', { summary: '503' });
    const ports = world.ports({ orchestrator: world.orchestrator() });
    expect(
      await drive(world, [vm], { flow: 'non-interactive', known: [host(vm, '')], ports }),
    ).toMatchObject({ exitCode: 0 });
    expect(world.of('provision-warning')).toHaveLength(1);
    expect(world.hostsAsked).toBeLessThanOrEqual(4);
  });

  it('that refuses to tell is asked once a minute, told of once, and believed once it tells', async () => {
    const world = new World();
    const vm = world.add('a', [
      { at: 2, say: 'hello\r\n' },
      { at: 350, say: 'all done\r\n' },
    ]);
    world.hostsFail = new VenError('orchestrator-refused', { summary: '403' });
    let askedMeanwhile = 0;
    world.onTime = (seconds) => {
      if (seconds < 300 || world.hostsFail === null) return;
      askedMeanwhile = world.hostsAsked;
      world.hostsFail = null;
      world.hosts = [host(vm, 'Working')];
    };
    const patient = {
      ...PROFILE,
      stages: PROFILE.stages.map((stage) => ({
        ...stage,
        timeoutSeconds: stage.timeoutSeconds && 1000,
      })),
    };
    const ports = world.ports({ orchestrator: world.orchestrator() });
    await drive(world, [vm], {
      flow: 'non-interactive',
      known: [host(vm, '')],
      ports,
      profile: patient,
    });
    expect(askedMeanwhile).toBe(5);
    expect(world.of('provision-warning')).toHaveLength(1);
    const working = world.of('stage-reached').find(({ stage }) => stage === 'work');
    expect(
      (Date.parse(working?.time ?? '') - Date.parse('2026-01-01T00:00:00Z')) / 1000,
    ).toBeLessThan(340);
  });

  it('that refuses one node fails that one', async () => {
    const world = new World();
    const vms = ['a', 'b'].map((name) => world.add(name, PLAIN));
    const orchestrator = world.orchestrator();
    if (!orchestrator) throw new Error('none');
    orchestrator.register = ({ serialNumber }) =>
      serialNumber === 'SNa'
        ? Promise.reject(new VenError('orchestrator-refused', { summary: 'taken' }))
        : Promise.resolve({ id: 'host', already: false });
    const result = await drive(world, vms, {
      flow: 'non-interactive',
      known: [],
      ports: world.ports({ orchestrator }),
    });
    expect(result).toMatchObject({
      exitCode: 4,
      ready: ['vm.b'],
      failed: [{ address: 'vm.a', class: 'workflow', message: 'taken' }],
    });
    expect(world.machine(vms[0] as ResolvedVm).starts).toBe(0);
  });
});
