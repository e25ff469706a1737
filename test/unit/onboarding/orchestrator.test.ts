/** What the orchestrator is told of nodes, and what is believed of it. */
import { describe, expect, it } from 'vitest';
import {
  VenError,
  type NodeRecord,
  type OrchestratorHost,
  type ResolvedVm,
} from '../../../src/model/index.js';
import { IO, PLAIN, drive } from './drive.js';
import { PROFILE, World } from './world.js';

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
        after: null,
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
