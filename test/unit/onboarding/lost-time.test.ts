/** Time in which nobody watched counts for no limit. */
import { describe, expect, it } from 'vitest';
import { IO, drive } from './drive.js';
import { World, type Script } from './world.js';

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
