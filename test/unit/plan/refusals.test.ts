import { describe, expect, test } from 'vitest';
import {
  exitCodeOfRefusals,
  VenError,
  type DomainFacts,
  type ObservedDisk,
} from '../../../src/model/index.js';
import { variablesFile } from '../../../src/libvirt/index.js';
import { checkSomethingIsLeft, makePlan } from '../../../src/plan/index.js';
import { APPLY, DESTROY, fleetOf, World } from './world.js';

const FLEET = fleetOf(
  'networks: { lab: { mode: nat, subnet: 192.168.150.0/24 } }\n' +
    'vms: [{ name: edge, count: 2, nics: [{ network: lab }] }]\n',
);

function refusal(attempt: () => unknown): VenError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof VenError) return error;
    throw error;
  }
  throw new Error('not refused');
}

/** Of what is refused, whether something is left to do or not. */
function codesOf(world: World): string[] {
  try {
    return world.plan(FLEET).refused.map(({ code }) => code);
  } catch (error) {
    if (error instanceof VenError) return [error.code];
    throw error;
  }
}

describe('foreign things', () => {
  test('are named all at once, each with the command that shows it', () => {
    const world = new World();
    world.addDomain('lab_edge-1', '00000000-0000-4000-8000-000000000001');
    world.addDomain('mine', FLEET.vms[1]?.uuid ?? '');
    world.addNetwork('lab_lab', 'virbr7', null);
    world.addVolume('default', 'lab_edge-2-sda.qcow2', 1);
    const error = refusal(() => world.plan(FLEET));
    expect(error).toMatchObject({
      code: 'foreign-object',
      exitCode: 6,
      summary: '3 things are refused, and nothing is left to do',
      where: undefined,
    });
    expect(error.detail?.match(/look at it: virsh -c qemu:\/\/\/system /g)).toHaveLength(4);
  });

  test.each<[string, (world: World) => void]>([
    [
      'a domain named like our UUID',
      (world) =>
        world.addDomain(
          FLEET.vms[0]?.uuid.toUpperCase() ?? '',
          '00000000-0000-4000-8000-000000000001',
        ),
    ],
    [
      'a mark of another fleet on our UUID',
      (world) =>
        world.addDomain('x', FLEET.vms[0]?.uuid ?? '', {
          mark: { fleet: 'other', vm: 'edge-1', digest: '', ready: true, volumes: [], nics: [] },
        }),
    ],
    [
      'a network with our bridge',
      (world) =>
        world.addNetwork(
          'other',
          FLEET.networks[0]?.kind === 'own' ? FLEET.networks[0].bridge : '',
          null,
        ),
    ],
    [
      "a bridge of the host's",
      (world) =>
        world.bridges.set(
          FLEET.networks[0]?.kind === 'own' ? FLEET.networks[0].bridge : '',
          new Set(),
        ),
    ],
    [
      'an interface with our subnet',
      (world) => world.routes.push({ cidr: '192.168.150.0/24', device: 'eth1' }),
    ],
  ])('%s is refused', (_, byHand) => {
    const world = new World();
    byHand(world);
    expect(codesOf(world)).toContain('foreign-object');
  });

  test('a domain named 1, an overlapping subnet, and other fleets are not refused', () => {
    const world = new World();
    world.addDomain('1', '00000000-0000-4000-8000-000000000001');
    world.addDomain('other_edge-1', '00000000-0000-4000-8000-000000000002', {
      mark: { fleet: 'other', vm: 'edge-1', digest: '', ready: true, volumes: [], nics: [] },
    });
    world.routes.push({ cidr: '192.168.0.0/16', device: 'eth1' });
    expect(world.plan(FLEET).warnings).toEqual([
      expect.stringContaining('overlaps with what interface eth1 has'),
    ]);
    world.apply(FLEET);
    world.apply(FLEET, DESTROY);
    expect(world.domains.map(({ name }) => name)).toEqual(['1', 'other_edge-1']);
  });

  test('on a network that goes are named', () => {
    const world = new World();
    world.apply(FLEET);
    const edge = world.domain('lab_edge-1');
    const nic = {
      mac: '52:54:00:00:00:09',
      model: 'virtio',
      source: { kind: 'network' as const, network: 'lab_lab' },
      tap: 'vnet99',
      bridge: null,
    };
    world.addDomain('theirs', '00000000-0000-4000-8000-000000000001', {
      power: 'running',
      live: { ...edge.config, disks: [], nvram: null, nics: [nic] },
    });
    const notes = world
      .plan(FLEET, DESTROY)
      .changes.find(({ address }) => address === 'network.lab')?.notes;
    expect(notes).toEqual(["cuts off domain theirs, which is not this fleet's"]);
  });
});

describe('a pool that is not the default one', () => {
  const fleet = fleetOf('vms: [{ name: edge, disks: [{ size: 1GiB, pool: fast }] }]\n');
  const unready = (world: World, active: boolean | null): void => {
    world.pools = world.pools.filter(({ name }) => name !== 'fast');
    if (active !== null) {
      world.addPool('fast');
      for (const pool of world.pools) if (pool.name === 'fast') pool.active = active;
    }
  };
  test('is not started: the plan says what to type', () => {
    const world = new World();
    unready(world, false);
    const error = refusal(() => world.plan(fleet));
    expect(error).toMatchObject({
      code: 'host-not-ready',
      exitCode: 7,
      where: 'pool.fast',
      summary: 'Storage pool fast is not active',
    });
    expect(error.hint).toContain('virsh -c qemu:///system pool-start fast');
    expect(error.hint).not.toContain('pool-define-as');
  });

  test('is not made', () => {
    const error = refusal(() => new World().plan(fleet));
    expect(error).toMatchObject({
      code: 'host-not-ready',
      where: 'pool.fast',
      summary: 'This host has no storage pool fast',
    });
    expect(error.hint).toMatch(/pool-define-as fast .* pool-start fast/);
  });

  test('has to be active for its disks to go, but need not be there', () => {
    const world = new World();
    unready(world, true);
    world.apply(fleet);
    unready(world, false);
    const none = fleetOf('vms: [{ name: other }]\n');
    expect(world.plan(none)).toMatchObject({
      changes: [{ address: 'vm.other', action: 'create' }],
      refused: [
        { address: 'pool.fast', code: 'host-not-ready' },
        { address: 'vm.edge', code: 'host-not-ready', because: 'pool.fast' },
      ],
    });
    expect(refusal(() => world.plan(fleet, DESTROY)).code).toBe('host-not-ready');
    expect(world.plan(fleet, { ...DESTROY, keepDisks: true }).summary.delete).toBe(1);
    expect(world.plan(fleet, { excludes: ['pool.fast'] }).warnings).toContainEqual(
      expect.stringMatching(/^pool.fast is excluded/),
    );
    unready(world, null);
    expect(world.plan(fleet, DESTROY)).toMatchObject({
      summary: { delete: 1 },
      warnings: [expect.stringContaining('fast is gone')],
    });
  });
});

test('a destroy names volumes of its VMs that no VM lists, and leaves them', () => {
  const world = new World();
  world.apply(FLEET);
  expect(world.plan(FLEET, DESTROY).warnings).toEqual([]);
  world.domains = world.domains.filter(({ name }) => !name.endsWith('edge-1'));
  const { summary, warnings, steps } = world.plan(FLEET, DESTROY);
  expect(summary.delete).toBe(2);
  expect(JSON.stringify(steps)).not.toContain('edge-1-sda');
  expect(warnings).toContainEqual(
    expect.stringMatching(
      /^volume \S*edge-1-sda\S* in pool default stays: .*vol-delete --pool default \S*edge-1-sda/,
    ),
  );
});

describe('what can be named', () => {
  test.each<[string, string]>([
    ['vm.egde-1', 'Did you mean vm.edge-1?'],
    ['edge-22', 'Did you mean vm.edge-2?'],
    ['vm.edge', 'vm.edge stands for 2 VMs: vm.edge-* names them.'],
    ['network.la', 'Did you mean network.lab?'],
    ['VM.EDGE2', 'Did you mean vm.edge-2?'],
    ['vm.x*', 'Addresses look like'],
  ])('%s matches nothing', (pattern, hint) => {
    for (const flag of ['targets', 'excludes', 'replace'] as const) {
      const error = refusal(() => new World().plan(FLEET, { [flag]: [pattern] }));
      expect(error.code).toBe('not-found');
      expect(error.hint).toContain(hint);
    }
  });

  test('flags that together select nothing are told', () => {
    for (const mode of ['apply', 'destroy'] as const) {
      const world = new World();
      world.apply(FLEET);
      const all = { mode, targets: ['vm.*'], excludes: ['vm.*'] };
      expect(refusal(() => world.plan(FLEET, all))).toMatchObject({
        code: 'not-found',
        summary: 'Nothing is selected: --exclude vm.* leaves nothing of --target vm.*',
      });
      const excludes = ['*.*'];
      expect(refusal(() => world.plan(FLEET, { mode, excludes })).summary).toBe(
        'Nothing is selected: --exclude *.* leaves nothing of the fleet',
      );
    }
    const other = { targets: ['vm.edge-1'], replace: ['vm.edge-2'] };
    expect(refusal(() => new World().plan(FLEET, other)).summary).toBe(
      'Nothing that --replace vm.edge-2 names is selected by --target vm.edge-1',
    );
  });

  test('what the file no longer has can still be named', () => {
    const world = new World();
    world.apply(FLEET);
    const empty = fleetOf('vms: [{ name: new }]\n');
    expect(world.plan(empty, { targets: ['vm.edge-1'] }).changes).toMatchObject([
      { address: 'vm.edge-1', action: 'delete', reason: 'removed' },
    ]);
  });

  test('a VM by its name alone, and a thing of another kind by its address', () => {
    const addresses = (targets: string[], excludes: string[] = []): string[] =>
      new World().plan(FLEET, { targets, excludes }).changes.map(({ address }) => address);
    expect(addresses(['edge-2'])).toEqual(['network.lab', 'vm.edge-2']);
    expect(addresses([], ['edge-*'])).toEqual(['network.lab']);
    expect(refusal(() => addresses(['lab'])).hint).toBe('Did you mean network.lab?');
  });

  test('a star stands for any part, and excludes win', () => {
    const plan = new World().plan(FLEET, {
      targets: ['vm.*'],
      excludes: ['vm.edge-2', 'network.lab'],
    });
    expect(plan.changes.map(({ address }) => address)).toEqual(['vm.edge-1']);
    expect(plan.warnings).toEqual(['vm.edge-1 needs network.lab, which is excluded and missing']);
  });
});

describe('protect', () => {
  const guarded = (more: string) => fleetOf(`vms: [{ name: edge, protect: true${more} }]\n`);
  test('refuses a replacement and a destroy, and nothing less', () => {
    const world = new World();
    world.apply(guarded(''));
    expect(refusal(() => world.plan(guarded(', firmware: bios')))).toMatchObject({
      code: 'protected',
      where: 'vm.edge',
    });
    expect(refusal(() => world.plan(guarded(''), { replace: ['vm.edge'] })).code).toBe('protected');
    expect(refusal(() => world.plan(guarded(''), DESTROY)).code).toBe('protected');
    expect(world.plan(guarded(', cpus: 1')).summary.update).toBe(1);
    expect(world.plan(guarded(''), { ...DESTROY, excludes: ['vm.edge'] }).changes).toEqual([]);
  });
});

describe('one obstacle', () => {
  const RENAMED = 'ac:de:48:00:11:22';
  const vmsOf = (...vms: string[]) => fleetOf(`vms:\n${vms.map((vm) => `  - ${vm}\n`).join('')}`);

  test('stops one VM: the others are made', () => {
    const world = new World();
    world.addVolume('default', 'lab_edge-2-sda.qcow2', 1);
    const plan = world.apply(fleetOf('vms: [{ name: edge, count: 3 }]\n'));
    expect(plan.changes.map(({ address }) => address)).toEqual(['vm.edge-1', 'vm.edge-3']);
    expect(plan.steps.map(({ address }) => address)).not.toContain('vm.edge-2');
    expect(plan.refused).toMatchObject([{ address: 'vm.edge-2', code: 'foreign-object' }]);
    expect(exitCodeOfRefusals(plan.refused)).toBe(6);
  });

  test('of a network stops the VMs that need it, and no target elsewhere', () => {
    const world = new World();
    world.addNetwork('lab_lab', 'virbr7', null);
    const fleet = fleetOf(
      'networks: { lab: { subnet: 192.168.150.0/24 } }\n' +
        'vms: [{ name: edge, nics: [{ network: lab }] }, { name: other }]\n',
    );
    expect(world.plan(fleet)).toMatchObject({
      changes: [{ address: 'vm.other' }],
      refused: [
        { address: 'network.lab' },
        { address: 'vm.edge', code: 'foreign-object', because: 'network.lab' },
      ],
    });
    expect(world.plan(fleet, { targets: ['vm.other'] }).refused).toEqual([]);
  });

  test('of a VM whose place another takes, stops both', () => {
    const world = new World();
    world.apply(vmsOf(`{ name: old, nics: [{ bridge: virbr0, mac: '${RENAMED}' }] }`));
    world.addPool('fast');
    const old = world.domain('lab_old');
    if (old.mark) old.mark.volumes = [{ pool: 'fast', volume: 'lab_old-sda.qcow2' }];
    for (const pool of world.pools) if (pool.name === 'fast') pool.active = false;
    const plan = world.plan(
      vmsOf(`{ name: new, nics: [{ bridge: virbr0, mac: '${RENAMED}' }] }`, '{ name: b }'),
    );
    expect(plan.changes.map(({ address }) => address)).toEqual(['vm.b']);
    expect(plan.refused).toMatchObject([
      { address: 'pool.fast', code: 'host-not-ready' },
      { address: 'vm.new', code: 'host-not-ready', because: 'vm.old' },
      { address: 'vm.old', code: 'host-not-ready', because: 'pool.fast' },
    ]);
    expect(exitCodeOfRefusals(plan.refused)).toBe(7);
  });

  test('in a destroy leaves the VM with its network, and takes the rest away', () => {
    const world = new World();
    const fleet = fleetOf(
      'networks: { lab: { subnet: 192.168.150.0/24 }, more: { subnet: 192.168.151.0/24 } }\n' +
        'vms:\n  - { name: edge, protect: true, nics: [{ network: lab }] }\n' +
        '  - { name: other, nics: [{ network: lab }, { network: more }] }\n',
    );
    world.apply(fleet);
    const plan = world.apply(fleet, DESTROY);
    expect(plan.refused).toMatchObject([{ address: 'vm.edge', code: 'protected' }]);
    expect(plan.warnings).toEqual(['network.lab stays: vm.edge is still on it']);
    expect(world.domains.map(({ name }) => name)).toEqual(['lab_edge']);
    expect(world.networks.map(({ name }) => name)).toEqual(['default', 'lab_lab']);
    expect(world.volumes.map(({ volume }) => volume)).toEqual(['lab_edge-sda.qcow2']);
  });

  test('that comes up after the plan makes it another plan', () => {
    const world = new World();
    const fleet = vmsOf('{ name: a }', '{ name: b }');
    const before = world.plan(fleet);
    world.addDomain('lab_a', '00000000-0000-4000-8000-000000000001');
    expect(world.plan(fleet).observedDigest).not.toBe(before.observedDigest);
  });
});

test('a plan of nothing but refusals is a plan; an apply of it is not', () => {
  const world = new World();
  const fleet = fleetOf('vms: [{ name: a, disks: [{ size: 1GiB, pool: far }] }]\n');
  const render = { written: () => '' };
  const plan = makePlan(fleet, world.observe(), APPLY, render);
  expect(plan).toMatchObject({ changes: [], steps: [], summary: { create: 0, noop: 0 } });
  expect(plan.refused.map(({ address }) => address)).toEqual(['pool.far', 'vm.a']);
  expect(refusal(() => checkSomethingIsLeft(plan)).where).toBe('pool.far');
});

describe("a VM's firmware variables that another domain has", () => {
  const fleet = fleetOf('vms: [{ name: edge }]\n');
  const [vm] = fleet.vms;

  test('are not deleted with the VM, nor taken by a new one', () => {
    if (vm === undefined) throw new Error('the fleet has a VM');
    const nvram = variablesFile(vm, 'fd');
    const theirs = '00000000-0000-4000-8000-000000000001';
    const world = new World();
    world.addDomain('theirs', theirs).config.nvram = nvram;
    expect(refusal(() => world.plan(fleet))).toMatchObject({
      code: 'foreign-object',
      detail: expect.stringContaining(nvram) as string,
    });

    world.domains = [];
    world.apply(fleet);
    world.domain('lab_edge').config.nvram = nvram;
    world.addDomain('theirs', theirs).config.nvram = nvram;
    expect(refusal(() => world.plan(fleet, { ...DESTROY, keepDisks: true }))).toMatchObject({
      summary: 'Its disks are in use by domain theirs',
      detail: expect.stringContaining(nvram) as string,
    });
  });
});

describe('disks in use by another domain', () => {
  const fleet = fleetOf('vms: [{ name: edge, count: 2, disks: [{ size: 1GiB }] }]\n');
  const OURS = '/pools/default/lab_edge-1-sda.qcow2';
  const disk = (more: Partial<ObservedDisk>): ObservedDisk => ({
    ...{ target: 'sda', bus: 'sata', path: null, volume: null, device: 'disk', ...more },
  });
  const REF = { pool: 'default', volume: 'lab_edge-1-sda.qcow2' };

  test.each<[how: string, where: 'config' | 'live', what: Partial<DomainFacts>]>([
    ['as its disk', 'config', { disks: [disk({ path: OURS })] }],
    ['as it runs', 'live', { disks: [disk({ path: OURS })] }],
    ['by pool and volume', 'config', { disks: [disk({ volume: REF })] }],
    ['beneath its disk', 'config', { disks: [disk({ path: '/srv/two.qcow2' })] }],
    [
      'beneath its volume',
      'config',
      { disks: [disk({ volume: { pool: 'default', volume: 'two.qcow2' } })] },
    ],
    ['as its firmware variables', 'config', { nvram: OURS }],
  ])('%s are not deleted, whether it is a fleet or not', (_, where, what) => {
    const world = new World();
    world.apply(fleet);
    world.backing = {
      ...{ '/srv/two.qcow2': '/srv/one.qcow2', '/srv/one.qcow2': OURS },
      '/pools/default/two.qcow2': OURS,
    };
    const theirs = world.addDomain('theirs', '00000000-0000-4000-8000-000000000001', {
      mark: { fleet: 'other', vm: 'x', digest: '', ready: true, volumes: [], nics: [] },
    });
    if (where === 'live') theirs.live = { ...theirs.config, ...what };
    else theirs.config = { ...theirs.config, ...what };
    for (const options of [DESTROY, { replace: ['vm.edge-*'] }]) {
      const plan = world.plan(fleet, options);
      expect(plan.changes.map(({ address }) => address)).toEqual(['vm.edge-2']);
      expect(plan.refused).toMatchObject([
        { address: 'vm.edge-1', summary: 'Its disks are in use by domain theirs' },
      ]);
    }
    expect(world.plan(fleet, { ...DESTROY, keepDisks: true }).refused).toEqual([]);
    expect(world.plan(fleet).refused).toEqual([]);
  });

  test('of the same fleet: both go together, and not the one alone', () => {
    const world = new World();
    world.apply(fleet);
    const second = world.domain('lab_edge-2').config.disks[0];
    if (second) second.path = '/pools/default/overlay.qcow2';
    world.backing = { '/pools/default/overlay.qcow2': OURS };
    expect(refusal(() => world.plan(fleet, { ...DESTROY, targets: ['vm.edge-1'] }))).toMatchObject({
      summary: 'Its disks are in use by vm.edge-2',
    });
    expect(world.plan(fleet, DESTROY)).toMatchObject({ refused: [], summary: { delete: 2 } });
  });

  test('snapshots go from the top; one that no pool has stays, with its VM', () => {
    const world = new World();
    world.apply(fleet);
    const [first] = world.domain('lab_edge-1').config.disks;
    if (!first) throw new Error('no disk');
    first.path = '/pools/default/two';
    world.backing = { '/pools/default/two': '/pools/default/one', '/pools/default/one': OURS };
    const [deletion] = world.plan(fleet, DESTROY).steps;
    expect(deletion).toMatchObject({
      volumes: [{ volume: 'two' }, { volume: 'one' }, { volume: 'lab_edge-1-sda.qcow2' }],
    });
    const [kept] = world.plan(fleet, { ...DESTROY, keepDisks: true }).changes;
    expect(kept?.notes[0]).toMatch(/^keeps sda .*written since in .*\/two, .*\/one/);
    first.path = '/root/two';
    world.backing = { '/root/two': OURS };
    expect(world.plan(fleet, DESTROY).refused).toMatchObject([
      { address: 'vm.edge-1', summary: expect.stringContaining('/root/two') as unknown },
    ]);
  });
});
