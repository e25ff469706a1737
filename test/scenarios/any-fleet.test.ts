/** The laws, for any fleet after any other, killed and disturbed anywhere. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadFleet } from '../../src/config/index.js';
import { domainName } from '../../src/libvirt/index.js';
import { EXIT, type ResolvedFleet } from '../../src/model/index.js';
import { attribute, type XmlElement } from '../../src/xml/index.js';
import {
  DESTROY,
  diskAt,
  editXml,
  element,
  mapChildren,
  mapDevices,
  parseXml,
  withAttribute,
  withChild,
  withDevice,
  type Lab,
} from '../fake-host/index.js';
import { inhabited } from './inhabited.js';

const disk = fc.record({
  size: fc.constantFrom('1GiB', '2GiB', '1537MiB'),
  bus: fc.constantFrom('sata', 'virtio', 'scsi'),
  pool: fc.constantFrom('default', 'fast'),
});
/** 0 and 1: a network of the fleet's own. */
const nic = fc.record({
  on: fc.constantFrom(0, 1, 'shared', 'virbr0'),
  model: fc.constantFrom('virtio', 'e1000'),
});
const vm = fc.record(
  {
    cpus: fc.integer({ min: 1, max: 3 }),
    memory: fc.constantFrom('512MiB', '1GiB'),
    disks: fc.array(disk, { maxLength: 3 }),
    firmware: fc.constantFrom('uefi', 'bios', 'uefi-secure', {
      loader: '/fw/own.fd',
      nvramTemplate: '/fw/own-vars.fd',
    }),
    tpm: fc.boolean(),
    boot: fc.constantFrom(['disk', 'network'], ['network', 'disk'], ['network']),
    nics: fc.oneof(fc.constantFrom('default', 'per-vm'), fc.array(nic, { maxLength: 3 })),
    autostart: fc.boolean(),
    power: fc.constantFrom('running', 'off', 'external'),
    bmc: fc.constantFrom('none', {
      type: 'redfish',
      credentials: { username: { env: 'BMC_USER' }, password: { env: 'BMC_WORD' } },
    }),
    title: fc.constantFrom('one', ']]> & <two>'),
    description: fc.constantFrom('', '"#{three}"\nfour'),
    graphics: fc.constantFrom('none', 'vnc'),
  },
  { requiredKeys: [] },
);
const written = fc
  .record({
    accelerator: fc.constantFrom('auto', 'kvm', 'qemu'),
    own: fc.constantFrom(['lab'], ['lab', 'dmz'], ['dmz', 'lab']),
    subnets: fc.constantFrom('auto', ...[150, 151, 152]),
    mode: fc.constantFrom('nat', 'isolated'),
    alias: fc.constantFrom('one', 'two'),
    /** What is booted over HTTP, and whether through somebody else's network as well. */
    boots: fc.constantFrom(null, 'a', 'b'),
    lent: fc.boolean(),
    vms: fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), vm), {
      minLength: 1,
      maxLength: 3,
      selector: ([name]) => name,
    }),
  })
  .map(({ accelerator, own, subnets, mode, alias, boots, lent, vms }) => {
    const source = (on: number | string): object =>
      on === 'virbr0'
        ? { bridge: on }
        : { network: typeof on === 'string' ? on : own[on % own.length] };
    const networks = own.map((name, index): [string, object] => {
      const third = typeof subnets === 'number' ? subnets + index : 0;
      return [
        name,
        third === 0
          ? { mode }
          : {
              mode,
              subnet: `192.168.${third}.0/24`,
              dns: { hosts: { [`192.168.${third}.1`]: [alias] } },
            },
      ];
    });
    return {
      apiVersion: 'ven/v1',
      fleet: 'lab',
      host: { accelerator },
      ...(boots === null ? {} : { orchestrator: { bootUrl: `http://boot.lab.test/${boots}.efi` } }),
      networks: {
        ...(Object.fromEntries(networks) as object),
        shared: { existing: 'default', httpBoot: boots !== null && lent },
      },
      vms: vms.map(([name, { nics, ...rest }]) => ({
        name,
        ...rest,
        ...(nics === undefined
          ? {}
          : {
              nics:
                typeof nics === 'string'
                  ? nics
                  : nics.map(({ on, model }) => ({ ...source(on), model })),
            }),
      })),
    };
  });
const resolved = (text: object): ResolvedFleet =>
  loadFleet(JSON.stringify(text), { file: 'fleet.yaml' });
const fleet = written.map(resolved);
/** The orchestrator, if it has one, knows its VMs as long as they are there. */
const registered = ({ orchestrator, ...rest }: ResolvedFleet): ResolvedFleet => ({
  ...rest,
  orchestrator: orchestrator && {
    ...orchestrator,
    onboarding: 'non-interactive',
    removeHosts: true,
  },
});

/** What a person may do to a VM of the fleet: to its definition, and to what runs. */
const DOMAIN_DEEDS: Record<string, (lab: Lab, uuid: string, running: boolean) => void> = {
  'power off': ({ host }, uuid) => {
    host.powerOff(uuid);
  },
  pause: ({ host }, uuid, running) => {
    if (running) host.pause(uuid);
  },
  crash: ({ host }, uuid, running) => {
    if (running) host.crash(uuid);
  },
  'attach a disk of theirs': (lab, uuid) => {
    editBoth(lab, uuid, (domain) =>
      withDevice(domain, diskAt('/var/lib/libvirt/images/theirs.qcow2', 'vdz')),
    );
  },
  'attach a NIC of theirs': (lab, uuid, running) => {
    const nic = element('interface', { type: 'user' }, [
      element('mac', { address: '52:54:00:11:22:33' }),
    ]);
    if (running)
      lab.host.editLive(uuid, (xml) => editXml(xml, (domain) => withDevice(domain, nic)));
  },
  'move all NICs': (lab, uuid) => {
    // A run that was killed while it gave the network back may have left it off: then nobody can
    // plug anything in.
    if (lab.host.networks.get(lab.network('default'))?.active) lab.host.plugInto(uuid, 'default');
  },
  'take the disks off': (lab, uuid) => {
    editDefinition(lab, uuid, (domain) => mapDevices(domain, 'disk', () => null));
  },
  'take the NICs off': (lab, uuid) => {
    editDefinition(lab, uuid, (domain) => mapDevices(domain, 'interface', () => null));
  },
  'another bus': (lab, uuid) => {
    const other = (target: XmlElement): XmlElement =>
      withAttribute(target, 'bus', attribute(target, 'bus') === 'sata' ? 'scsi' : 'sata');
    editDefinition(lab, uuid, (domain) =>
      mapDevices(domain, 'disk', (disk) =>
        mapChildren(disk, (part) => (part.name === 'target' ? other(part) : part)),
      ),
    );
  },
  'another target': (lab, uuid) => {
    let moved = false;
    const target = (part: XmlElement): XmlElement =>
      part.name === 'target' ? withAttribute(part, 'dev', 'sdy') : part;
    editDefinition(lab, uuid, (domain) =>
      mapDevices(domain, 'disk', (disk) => {
        if (moved) return disk;
        moved = true;
        return mapChildren(disk, target);
      }),
    );
  },
  'another firmware': (lab, uuid) => {
    editDefinition(lab, uuid, (domain) =>
      mapChildren(domain, (part) =>
        part.name === 'os' ? withChild(withChild(part, 'loader', null), 'nvram', null) : part,
      ),
    );
  },
  'fewer CPUs': (lab, uuid) => {
    editDefinition(lab, uuid, (domain) => withChild(domain, 'vcpu', element('vcpu', {}, ['1'])));
  },
};
/** What a person may do to the rest. */
const OTHER_DEEDS = [
  'lose NVRAM',
  'lose a volume',
  'grow a volume',
  'stop a network',
  'restart a network',
];
const DEEDS = [...Object.keys(DOMAIN_DEEDS), ...OTHER_DEEDS];
const which = fc.nat(5);
const handwork = fc.record({ what: fc.constantFrom(...DEEDS), which });
/**
 * Without the one that leaves a file behind: an NVRAM that a person took out of the definition is
 * none that libvirt knows of.
 */
const deed = fc.record({
  what: fc.constantFrom(...DEEDS.filter((what) => what !== 'another firmware')),
  which,
});

/** Does it to the `which`-th of the fleet's things that it can be done to. */
function disturb(lab: Lab, { what, which }: { what: string; which: number }): void {
  const { host } = lab;
  const pick = <T>(things: T[]): T | undefined => things[which % Math.max(1, things.length)];
  const ours = (xml: string | null): boolean =>
    domainName(parseXml(xml ?? '<none/>')).startsWith('lab_');
  const domain = pick([...host.domains].filter(([, { config }]) => ours(config)));
  if (domain) DOMAIN_DEEDS[what]?.(lab, domain[0], domain[1].live !== null);
  const network = pick(
    [...host.networks].filter(([, { xml, active }]) => active && ours(xml)),
  )?.[0];
  if (what === 'stop a network' && network !== undefined) host.switchNetworkOff(network);
  if (what === 'restart a network' && network !== undefined) {
    try {
      host.restartNetwork(network);
    } catch {
      // What it was defined as by then is in use: a person has just stopped it.
    }
  }
  if (what === 'lose NVRAM')
    host.nvrams.delete(pick([...host.nvrams].filter((path) => path.includes('/lab_'))) ?? '');
  const [volume, bytes] = pick(
    [...(host.storage.pools.get('default')?.volumes ?? [])].filter(([name]) =>
      name.startsWith('lab_'),
    ),
  ) ?? ['', 0];
  if (what === 'lose a volume') host.storage.delete('default', volume);
  if (what === 'grow a volume' && volume !== '') host.storage.add('default', volume, bytes * 2);
}

function editDefinition(
  { host }: Lab,
  uuid: string,
  edit: (domain: XmlElement) => XmlElement,
): void {
  host.edit(uuid, (xml) => editXml(xml, edit));
}

function editBoth(lab: Lab, uuid: string, edit: (domain: XmlElement) => XmlElement): void {
  editDefinition(lab, uuid, edit);
  if (lab.host.domains.get(uuid)?.live !== null)
    lab.host.editLive(uuid, (xml) => editXml(xml, edit));
}

async function start(): Promise<Lab> {
  const lab = await inhabited();
  lab.host.storage.addPool('fast');
  lab.host.addForeignVolume('fast', 'theirs.qcow2');
  return lab;
}

type Kill = [back: boolean, n: number, { what: string; which: number } | null];
const small = (vms: object[], networks: object = {}): ResolvedFleet =>
  resolved({ apiVersion: 'ven/v1', fleet: 'lab', networks, vms });
const onPool = (pool: string): ResolvedFleet =>
  small([{ name: 'a', firmware: 'bios', disks: [{ size: '1GiB', bus: 'sata', pool }] }]);
const upTo = (most: number): number[] => Array.from({ length: most }, (_, index) => index + 1);
/** What was wrong once. */
const MET: [ResolvedFleet, ResolvedFleet, Kill[]][] = [
  // A volume of a killed run's hangs where another of the same VM is wanted.
  ...upTo(8).flatMap((n) =>
    upTo(5).map((m): (typeof MET)[number] => [
      onPool('default'),
      onPool('fast'),
      [
        [false, n, { what: 'take the disks off', which: 0 }],
        [true, m, null],
      ],
    ]),
  ),
  // One is gone that a killed run hung there, and that nobody wants.
  ...upTo(16).map((n): (typeof MET)[number] => [
    small([{ name: 'a', firmware: 'bios', nics: [] }]),
    small([{ name: 'a', firmware: 'bios', nics: [], disks: [] }]),
    [
      [false, 30, null],
      [true, n, { what: 'lose a volume', which: 0 }],
    ],
  ]),
  // A NIC has left the definition of a VM that runs, on another network than it should.
  [
    small([{ name: 'c', nics: [{ network: 'lab' }] }], { lab: {} }),
    small(
      [
        { name: 'c', power: 'external', nics: [{ network: 'shared' }] },
        { name: 'a', nics: [] },
      ],
      { lab: {}, shared: { existing: 'default' } },
    ),
    [[false, 1, { what: 'take the NICs off', which: 0 }]],
  ],
  // One was moved to a target that nobody wants.
  [onPool('default'), onPool('default'), [[true, 1, { what: 'another target', which: 0 }]]],
];

test('from any fleet to any other, killed and disturbed: one whole apply does it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fleet,
      fleet,
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 30 }), fc.option(deed)), {
        maxLength: 3,
      }),
      async (a, b, kills) => {
        const lab = await start();
        const foreign = lab.foreign(a);
        await lab.apply(a);
        for (const [back, n, byHand] of kills) {
          await lab.applyKilled(n, back ? a : b);
          if (byHand !== null) disturb(lab, byHand);
        }
        expect((await lab.apply(b)).result.exitCode).toBe(EXIT.done);
        const { changes } = lab.host;
        expect(await lab.plan(b)).toMatchObject({ changes: [], steps: [] });
        await lab.apply(b);
        expect(lab.host.changes).toBe(changes);
        expect(lab.foreign(b)).toEqual(foreign);
        const made = [...lab.host.domains.values()].map(({ config }) =>
          domainName(parseXml(config ?? '')),
        );
        expect(made.filter((name) => name.startsWith('lab_')).sort()).toEqual(
          b.vms.map(({ domain }) => domain).sort(),
        );
      },
    ),
    { numRuns: 100 + MET.length, examples: MET },
  );
}, 60_000);

test('destroy leaves only what is foreign, wherever the runs before it ended', async () => {
  const nio = fleet.filter(({ orchestrator }) => orchestrator !== null).map(registered);
  const some = fc.oneof(fc.tuple(fleet, fleet), fc.tuple(nio, nio));
  await fc.assert(
    fc.asyncProperty(
      some,
      fc.integer({ min: 1, max: 30 }),
      fc.option(deed),
      fc.integer({ min: 1, max: 12 }),
      async ([a, b], n, byHand, m) => {
        const lab = await start();
        const before = lab.everything();
        await lab.apply(a);
        await lab.applyKilled(n, b);
        if (byHand !== null) disturb(lab, byHand);
        await lab.applyKilled(m, b, DESTROY);
        expect((await lab.apply(b, DESTROY)).result.exitCode).toBe(EXIT.done);
        expect(lab.everything()).toEqual(before);
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

test('an apply after a killed destroy: all are registered, what was left the same', async () => {
  const text = {
    apiVersion: 'ven/v1',
    fleet: 'lab',
    orchestrator: { bootUrl: 'http://boot.lab.test/a.efi' },
    vms: [{ name: 'a', count: 2 }],
  };
  const nio = registered(resolved(text));
  const whole = await start();
  await whole.apply(nio);
  const [end, made] = [await whole.things(nio), whole.host.changes];
  await whole.apply(nio, DESTROY);
  const ends = whole.host.faults.changes.slice(made);
  expect(ends.filter((change) => change.startsWith('unregister '))).toHaveLength(2);
  for (let n = 1; n <= ends.length; n++) {
    const lab = await start();
    await lab.apply(nio);
    await lab.applyKilled(n, nio, DESTROY);
    const done = lab.host.changes;
    const there = lab.host.domains.size;
    const { plan, result } = await lab.apply(nio);
    const at = `killed before ${ends[n - 1] ?? ''}`;
    expect(result.exitCode, at).toBe(EXIT.done);
    expect(plan.summary, at).toMatchObject({
      replace: 0,
      delete: 0,
      create: whole.host.domains.size + 2 - there,
    });
    expect(
      lab.host.faults.changes
        .slice(done)
        .filter((change) => /^(undefine|vol-delete|unregister) /.test(change)),
      at,
    ).toEqual([]);
    expect(await lab.things(nio), at).toEqual(end);
    expect(await lab.plan(nio), at).toMatchObject({ changes: [], steps: [] });
  }
});

async function editedByHand(
  text: object & { vms: readonly { name: string; cpus?: number }[] },
  deeds: readonly { what: string; which: number }[],
  changed: boolean,
): Promise<void> {
  const lab = await start();
  await lab.apply(resolved(text));
  for (const each of deeds) disturb(lab, each);
  const vms = text.vms.map((each) => ({ ...each, title: 'another', cpus: (each.cpus ?? 4) + 1 }));
  const now = resolved(changed ? { ...text, vms } : text);
  const done = lab.host.changes;
  expect((await lab.apply(now)).result.exitCode).toBe(EXIT.done);
  expect(
    lab.host.faults.changes.slice(done).filter((change) => /^(undefine|vol-delete) /.test(change)),
  ).toEqual([]);
  expect(await lab.plan(now)).toMatchObject({ changes: [], steps: [] });
}

test('edits by hand cost no disk, neither alone nor with a change that costs none', async () => {
  const deeds = fc.array(handwork, { minLength: 1, maxLength: 3 });
  await fc.assert(fc.asyncProperty(written, deeds, fc.boolean(), editedByHand), { numRuns: 60 });
}, 60_000);

test('a firmware that comes back has its variables, which were lost with it', async () => {
  const credentials = { username: { env: 'A' }, password: { env: 'B' } };
  const text = {
    ...{ apiVersion: 'ven/v1', fleet: 'lab' },
    vms: [{ name: 'b', power: 'off', bmc: { type: 'redfish', credentials } }],
  };
  const lost = ['another firmware', 'lose a volume'].map((what) => ({ what, which: 1 }));
  await editedByHand(text, lost, false);
});
