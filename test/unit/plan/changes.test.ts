import { describe, expect, test } from 'vitest';
import type { Change, DomainFacts, ObservedDomain } from '../../../src/model/index.js';
import { fleetOf, World } from './world.js';

const EDGE = (more = ''): string => `vms: [{ name: edge${more} }]\n`;
const OWN = (loader = '/fw/CODE.fd', template = '/fw/VARS.fd', secure = false): string =>
  `, firmware: { loader: ${loader}, nvramTemplate: ${template}, secureBoot: ${secure} }`;

/** `path: before -> after (effect)`, or the action. */
function shown(changes: readonly Change[]): string[] {
  return changes.flatMap((change) =>
    'fields' in change && change.action === 'update'
      ? change.fields.map(
          ({ path, before, after, effect }) =>
            `${change.address} ${path}: ${before} -> ${after} (${effect})`,
        )
      : [`${change.address} ${change.action} ${change.reason}`],
  );
}

describe('from one fleet file to the next', () => {
  test.each<[string, string, string, string[]]>([
    ['cpus', EDGE(), EDGE(', cpus: 2'), ['vm.edge cpus: 4 -> 2 (restart)']],
    [
      'memory that is no whole GiB',
      EDGE(),
      EDGE(', memory: 1536MiB'),
      ['vm.edge memory: 8GiB -> 1536MiB (restart)'],
    ],
    ['tpm', EDGE(), EDGE(', tpm: false'), ['vm.edge tpm: yes -> no (restart)']],
    [
      'boot order',
      EDGE(),
      EDGE(', boot: [network, disk]'),
      ['vm.edge boot: disk, network -> network, disk (restart)'],
    ],
    [
      'graphics',
      EDGE(),
      EDGE(', graphics: vnc'),
      ['vm.edge graphics: none -> vnc on 127.0.0.1, port auto (restart)'],
    ],
    [
      'serial number',
      EDGE(', serialNumbers: [VM112M01]'),
      EDGE(', serialNumbers: [VM112M02]'),
      ['vm.edge serialNumber: VM112M01 -> VM112M02 (restart)'],
    ],
    ['description', EDGE(), EDGE(', description: "]]>"'), ['vm.edge description:  -> ]]> (live)']],
    ['autostart', EDGE(), EDGE(', autostart: true'), ['vm.edge autostart: no -> yes (live)']],
    [
      'accelerator',
      EDGE(),
      `host: { accelerator: kvm }\n${EDGE()}`,
      ['vm.edge accelerator: qemu -> kvm (restart)'],
    ],
    [
      'accelerator auto takes what is there',
      `host: { accelerator: kvm }\n${EDGE()}`,
      EDGE(),
      [expect.stringMatching(/^vm\.edge mark: /)],
    ],
    [
      'off: nothing restarts',
      EDGE(', power: off'),
      EDGE(', power: off, cpus: 2, memory: 4GiB'),
      ['vm.edge cpus: 4 -> 2 (live)', 'vm.edge memory: 8GiB -> 4GiB (live)'],
    ],
    ['power', EDGE(', power: off'), EDGE(), ['vm.edge power: off -> running (live)']],
    ['firmware', EDGE(), EDGE(', firmware: bios'), ['vm.edge replace changed']],
    ['secure boot', EDGE(), EDGE(', firmware: uefi-secure'), ['vm.edge replace changed']],
    ['secure boot no more', EDGE(', firmware: uefi-secure'), EDGE(), ['vm.edge replace changed']],
    ['firmware of one’s own', EDGE(), EDGE(OWN()), ['vm.edge replace changed']],
    ['firmware of the host’s', EDGE(OWN()), EDGE(), ['vm.edge replace changed']],
    [
      'another template',
      EDGE(OWN()),
      EDGE(OWN('/fw/CODE.fd', '/fw/OTHER.fd')),
      ['vm.edge replace changed'],
    ],
    [
      'secure boot of one’s own',
      EDGE(OWN()),
      EDGE(OWN('/fw/CODE.fd', '/fw/VARS.fd', true)),
      ['vm.edge replace changed'],
    ],
    [
      'another loader for the same variables',
      EDGE(OWN()),
      EDGE(OWN('/fw/NEW.fd')),
      ['vm.edge firmware: uefi, /fw/CODE.fd -> uefi, /fw/NEW.fd with /fw/VARS.fd (restart)'],
    ],
    ['the same firmware', EDGE(OWN()), EDGE(OWN()), []],
    [
      'sata to scsi',
      EDGE(', disks: [{ size: 1GiB }]'),
      EDGE(', disks: [{ size: 1GiB, bus: scsi }]'),
      ['vm.edge replace changed'],
    ],
    ['a fleet of nothing new', EDGE(), EDGE(), []],
  ])('%s', (_, from, to, wanted) => {
    const world = new World();
    world.apply(fleetOf(from));
    expect(shown(world.plan(fleetOf(to)).changes)).toEqual(wanted);
  });

  test('a change while the VM is off needs no stop and no start', () => {
    const world = new World();
    world.apply(fleetOf(EDGE(', power: off')));
    expect(world.plan(fleetOf(EDGE(', power: off, cpus: 2'))).steps.map(({ id }) => id)).toEqual([
      'vm.edge:define',
      'vm.edge:ready',
    ]);
  });

  test('a VM starts after the pool of its disks', () => {
    const world = new World();
    world.apply(fleetOf(EDGE(', power: off')));
    for (const pool of world.pools) pool.active = false;
    const { steps } = world.plan(fleetOf(EDGE()));
    expect(steps.find(({ kind }) => kind === 'vm-start')?.needs).toContain('pool.default:ensure');
  });

  test.each<[string, string, string]>([
    ['port', ', graphics: { type: vnc, port: 5950 }', ''],
    ['MAC', `, nics: [{ bridge: virbr0, mac: '52:54:00:AA:00:01' }]`, ''],
    [
      'port, kept by one that is replaced for another reason',
      ', graphics: { type: vnc, port: 5950 }',
      '{ name: edge, firmware: bios }, ',
    ],
  ])('who takes over a %s comes up once it is free', (_, what, rest) => {
    const world = new World();
    world.apply(fleetOf(`vms: [{ name: edge${what} }, { name: bystander }]\n`));
    const { steps } = world.plan(
      fleetOf(`vms: [${rest}{ name: renamed${what} }, { name: other }]\n`),
    );
    const needs = (id: string) => steps.find((step) => step.id === id)?.needs;
    expect(needs('vm.renamed:up')).toEqual(['vm.edge:delete']);
    expect(needs('vm.other:up')).toEqual([]);
    expect(needs('vm.edge:delete')).toEqual([]);
    if (rest !== '') expect(needs('vm.edge:up')).toEqual(['vm.edge:delete']);
  });

  test('one that was there starts with the port of one that goes after that is gone', () => {
    const world = new World();
    world.apply(
      fleetOf('vms: [{ name: old, graphics: { type: vnc, port: 5950 } }, { name: edge }]\n'),
    );
    const { steps } = world.plan(
      fleetOf('vms: [{ name: edge, graphics: { type: vnc, port: 5950 } }]\n'),
    );
    expect(steps.find(({ kind }) => kind === 'vm-stop')?.needs).toEqual([
      'vm.old:delete',
      'vm.edge:define',
    ]);
  });

  test('a disk in another pool loses the old one, and the plan says so', () => {
    const world = new World();
    world.addPool('fast');
    world.apply(fleetOf(EDGE(', disks: [{ size: 1GiB }]')));
    expect(
      world.plan(fleetOf(EDGE(', disks: [{ size: 1GiB, pool: fast }]'))).changes,
    ).toMatchObject([
      {
        action: 'replace',
        notes: ['deletes 1GiB on sda'],
        fields: [{ path: 'disks.sda.pool', before: 'default', after: 'fast' }],
      },
    ]);
  });
});

describe('firmware files of the host’s choice', () => {
  test.each(['uefi', 'uefi-secure'])(
    'move with its packages, and that is no change of %s',
    (kind) => {
      const world = new World();
      const fleet = fleetOf(EDGE(`, firmware: ${kind}`));
      world.apply(fleet);
      const { config, live } = world.domain('lab_edge');
      config.loader = null;
      if (live) live.loader = '/usr/share/firmware-of-next-year/CODE.qcow2';
      expect(world.plan(fleet).changes).toEqual([]);
    },
  );

  test('the variables of secure boot are missed as well', () => {
    const world = new World();
    const fleet = fleetOf(EDGE(', firmware: uefi-secure'));
    world.apply(fleet);
    world.domain('lab_edge').nvramMissing = true;
    expect(shown(world.plan(fleet).changes)).toEqual([
      'vm.edge nvram: missing -> from its template (restart)',
    ]);
  });
});

describe('what a person did by hand', () => {
  const both = (domain: ObservedDomain, change: (facts: DomainFacts) => void): void => {
    change(domain.config);
    if (domain.live) change(domain.live);
  };
  test.each<[string, (domain: ObservedDomain, world: World) => void, string[]]>([
    ['nothing', () => undefined, []],
    [
      'only the definition',
      ({ config }) => (config.cpus = config.maxCpus = 1),
      ['vm.edge cpus: 1 -> 4 (live)'],
    ],
    [
      'only what runs',
      ({ live }) => {
        if (live) live.memoryKiB = live.currentMemoryKiB = 4 * 1024 * 1024;
      },
      ['vm.edge memory: 4GiB -> 8GiB (restart)'],
    ],
    [
      'secure boot switched on costs no disk',
      (domain) => both(domain, (facts) => (facts.firmware = 'uefi-secure')),
      ['vm.edge firmware: uefi-secure -> uefi (restart)'],
    ],
    [
      'another firmware costs no disk',
      (domain) => both(domain, (facts) => (facts.firmware = 'bios')),
      ['vm.edge firmware: bios -> uefi (restart)'],
    ],
    [
      'another bus costs no disk',
      (domain) => both(domain, ({ disks }) => disks[0] && (disks[0].bus = 'scsi')),
      ['vm.edge disks.sda: sda scsi -> sda sata (restart)'],
    ],
    [
      'a disk taken off is put back',
      (domain) => both(domain, (facts) => (facts.disks = [])),
      ['vm.edge disks.sda: null -> sda sata (restart)'],
    ],
    [
      'the console log taken away',
      (domain) => both(domain, (facts) => (facts.console = { pty: null, log: null })),
      ['vm.edge console: without a log -> with a log (restart)'],
    ],
    [
      'NICs of their own',
      (domain) =>
        both(domain, ({ nics }) =>
          nics.push({
            mac: '52:54:00:11:22:33',
            model: 'e1000',
            source: { kind: 'other' },
            tap: null,
            bridge: null,
          }),
        ),
      [],
    ],
    [
      'undefined while it runs',
      (domain) => (domain.persistent = false),
      ['vm.edge persistent: no -> yes (live)'],
    ],
    ['a rename', (domain) => (domain.name = 'mine'), []],
    [
      'a lost NVRAM while it is off, wanted off or not, is made at the next start',
      (domain, world) => {
        world.powerOff(domain);
        domain.nvramMissing = true;
      },
      ['vm.edge power: off -> running (live)'],
    ],
    [
      'a mark that names no NICs',
      ({ mark }) => mark && (mark.nics = []),
      [expect.stringMatching(/^vm\.edge mark: .* \(live\)$/)],
    ],
    [
      'a mark that names a NIC too many',
      ({ mark }) => mark?.nics.push('52:00:00:00:00:99'),
      [expect.stringMatching(/^vm\.edge mark: .* \(live\)$/)],
    ],
    ['half a mark', ({ mark }) => mark && (mark.ready = false), ['vm.edge replace half-made']],
  ])('%s', (_, byHand, wanted) => {
    const world = new World();
    const fleet = fleetOf(EDGE());
    world.apply(fleet);
    byHand(world.domain('lab_edge'), world);
    const plan = world.plan(fleet);
    expect(shown(plan.changes)).toEqual(wanted);
    world.run(plan);
    expect(world.plan(fleet).changes).toEqual([]);
  });

  test('a NIC is moved back without a restart, and one pulled out comes with a restart', () => {
    const world = new World();
    const fleet = fleetOf(
      'networks: { lab: { mode: nat, subnet: 192.168.150.0/24 } }\n' +
        'vms: [{ name: edge, nics: [{ network: lab }, { bridge: virbr0 }] }]\n',
    );
    world.apply(fleet);
    const { live } = world.domain('lab_edge');
    const [first] = live?.nics ?? [];
    if (first) first.source = { kind: 'network', network: 'default' };
    expect(world.plan(fleet).steps.map(({ kind }) => kind)).toEqual(['vm-nics']);
    live?.nics.splice(1);
    expect(world.plan(fleet).steps.map(({ kind }) => kind)).toEqual(['vm-stop', 'vm-start']);
  });

  test('what was undefined is defined again before anything else is done to it', () => {
    const world = new World();
    world.apply(fleetOf(EDGE()));
    world.domain('lab_edge').persistent = false;
    const plan = world.plan(
      fleetOf(EDGE(', cpus: 2, autostart: true, disks: [{ size: 110GiB }, { size: 1GiB }]')),
    );
    expect(plan.steps.map(({ id, needs }) => [id, needs.length])).toEqual([
      ['vm.edge:persist', 0],
      ['vm.edge:volumes', 1],
      ['vm.edge:define', 1],
      ['vm.edge:stop', 1],
      ['vm.edge:start', 1],
      ['vm.edge:settings', 1],
      ['vm.edge:ready', 1],
    ]);
    expect(plan.steps[0]).toMatchObject({ kind: 'vm-define', fields: [] });
    world.run(plan);
    expect(world.domain('lab_edge').persistent).toBe(true);
  });

  test('an unwanted disk of a killed run costs no other disk and goes with the VM', () => {
    const world = new World();
    const before = fleetOf(EDGE(', disks: [{ size: 1GiB }]'));
    world.apply(before);
    world.run(world.plan(fleetOf(EDGE(', disks: [{ size: 1GiB }, { size: 2GiB }]'))), 1);
    expect(world.volumes).toHaveLength(2);
    expect(world.apply(before).summary).toMatchObject({ replace: 0 });
    expect(world.plan(before)).toMatchObject({
      changes: [],
      warnings: [expect.stringContaining('lab_edge-sdb.qcow2')],
    });
    world.apply(before, { mode: 'destroy' });
    expect(world.volumes).toEqual([]);
  });
});

describe('what a person did by hand, and then another change of the fleet file', () => {
  const GROWN = ', disks: [{ size: 20GiB }]';
  const handwork: [string, (domain: ObservedDomain, world: World) => void][] = [
    [
      'a disk grown',
      (_, world) => Object.assign(world.volumes[0] ?? {}, { capacityBytes: 40 * 1024 ** 3 }),
    ],
    ['another firmware', ({ config }) => (config.firmware = 'bios')],
    ['another bus', ({ config }) => config.disks[0] && (config.disks[0].bus = 'scsi')],
    [
      'a disk of a run that was killed',
      (domain, world) => {
        const volume = 'lab_edge-sdc.qcow2';
        world.addVolume('default', volume, 1024 ** 3);
        domain.mark?.volumes.push({ pool: 'default', volume });
        domain.config.disks.push({
          target: 'sdc',
          bus: 'sata',
          path: null,
          volume: { pool: 'default', volume },
          device: 'disk',
        });
      },
    ],
  ];
  const changes: [string, string][] = [
    ['the title', `${GROWN}, title: new`],
    ['a restart', `${GROWN}, cpus: 2`],
    ['a disk more', ', disks: [{ size: 20GiB }, { size: 1GiB }]'],
    ['a disk that grows less', ', disks: [{ size: 30GiB }]'],
  ];
  test.each(
    handwork.flatMap(([what, byHand]) =>
      changes.map(([change, to]) => [what, change, byHand, to] as const),
    ),
  )('%s, then %s: costs no disk', (_what, _change, byHand, to) => {
    const world = new World();
    world.apply(fleetOf(EDGE(GROWN)));
    byHand(world.domain('lab_edge'), world);
    const fleet = fleetOf(EDGE(to));
    expect(world.apply(fleet).summary).toMatchObject({ update: 1, replace: 0 });
    expect(world.deleted).toEqual([]);
    expect(world.plan(fleet).changes).toEqual([]);
  });

  test('what an old mark does not say costs no disk either; once applied, the mark says it', () => {
    const world = new World();
    world.apply(fleetOf(EDGE(GROWN)));
    const { mark } = world.domain('lab_edge');
    if (mark) {
      delete mark.firmware;
      mark.volumes = mark.volumes.map(({ pool, volume }) => ({ pool, volume }));
    }
    const smaller = fleetOf(EDGE(', disks: [{ size: 10GiB }], firmware: bios'));
    expect(world.apply(smaller)).toMatchObject({
      summary: { update: 1, replace: 0 },
      warnings: [expect.stringContaining("can't shrink")],
    });
    expect(world.plan(smaller).changes).toEqual([]);
    expect(
      shown(world.plan(fleetOf(EDGE(', disks: [{ size: 5GiB }], firmware: bios'))).changes),
    ).toEqual(['vm.edge replace changed']);
  });
});

describe('after a failure', () => {
  test('a VM that could not start without its bridge is recreated once there is one', () => {
    const world = new World();
    const fleet = fleetOf('vms: [{ name: edge, nics: [{ bridge: br0 }] }]\n');
    const plan = world.plan(fleet);
    expect(plan.warnings).toEqual([expect.stringContaining('no bridge br0')]);
    expect(() => world.run(plan)).toThrow('no bridge br0');
    world.bridges.set('br0', new Set());
    expect(shown(world.apply(fleet).changes)).toEqual(['vm.edge replace half-made']);
    expect(world.plan(fleet)).toMatchObject({ changes: [], warnings: [] });
  });

  test('a protected VM that was never ready is finished, and not made again', () => {
    const world = new World();
    const fleet = fleetOf(EDGE(', protect: true'));
    world.run(world.plan(fleet), 1);
    expect(shown(world.plan(fleet).changes)).toEqual(['vm.edge ready: no -> yes (live)']);
  });
});

test('a plan shows the fixed address of a NIC that is created', () => {
  const nics = 'nics: [{ network: lab, address: 192.168.150.10 }, { network: lab }]';
  const networks = 'networks: { lab: { subnet: 192.168.150.0/24 } }';
  const plan = new World().plan(fleetOf(`${networks}\nvms: [{ name: edge, ${nics} }]\n`));
  expect(plan.changes.find(({ address }) => address === 'vm.edge')).toMatchObject({
    after: { nics: 'network lab_lab virtio 192.168.150.10, network lab_lab virtio' },
  });
});
