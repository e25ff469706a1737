/** What only one VM of a host can have is compared with the whole host. */
import { describe, expect, test } from 'vitest';
import { loadFleet } from '../../src/config/index.js';
import { EXIT, VenError, type Refusal, type ResolvedFleet } from '../../src/model/index.js';
import { Lab } from '../fake-host/index.js';

const MAC = '52:54:00:aa:00:01';
const UUID = '11111111-2222-4333-8444-555555555555';
const SHARED = { networks: { shared: { existing: 'default' } } };
const fleetOf = (vms: object[], fleet = 'lab', more: object = SHARED): ResolvedFleet =>
  loadFleet(JSON.stringify({ apiVersion: 'ven/v1', fleet, ...more, vms }), { file: 'fleet.yaml' });
const edge = (more: object): object => ({ name: 'edge', firmware: 'bios', disks: [], ...more });
const TWIN = (more: object): ResolvedFleet => fleetOf([edge({ name: 'twin', ...more })], 'other');
const NIO = { orchestrator: { bootUrl: 'http://boot.lab.test/a.efi' } };

async function beside(other: ResolvedFleet): Promise<Lab> {
  const lab = Lab.bare();
  await lab.apply(other);
  return lab;
}

async function refused(lab: Lab, fleet: ResolvedFleet): Promise<Partial<Refusal> | VenError> {
  const plan = await lab.plan(fleet).catch((error: unknown) => {
    if (error instanceof VenError) return error;
    throw error;
  });
  return plan instanceof VenError ? plan : (plan.refused[0] ?? {});
}

describe('a MAC address that another domain has', () => {
  const nics = [{ network: 'shared', mac: MAC }];

  test.each([
    ['on the same network', { nics }],
    ["on the network's bridge", { nics: [{ bridge: 'virbr0', mac: MAC }] }],
  ])('%s is refused', async (_where, twin) => {
    const lab = await beside(TWIN(twin));
    const uuid = lab.domain('other_twin');
    expect(await refused(lab, fleetOf([edge({ nics })]))).toMatchObject({
      code: 'foreign-object',
      detail: `MAC address ${MAC} on network default: domain other_twin (vm.twin of fleet other)`,
      hint: expect.stringContaining(
        'Give it another value in the fleet file (nics[].mac), or the other domain one: ' +
          `virsh -c qemu:///system edit ${uuid}.`,
      ) as string,
    });
  });

  test('elsewhere is nothing', async () => {
    const lab = await beside(
      fleetOf([edge({ nics: [{ network: 'a', mac: MAC }] })], 'other', { networks: { a: {} } }),
    );
    const { refused: found, warnings } = await lab.plan(fleetOf([edge({ nics })]));
    expect([found, warnings]).toEqual([[], []]);
  });

  test('as before is a warning: the rest of the VM goes on', async () => {
    const fleet = fleetOf([edge({ nics })]);
    const lab = await beside(fleet);
    lab.host.addForeignDomain({ name: 'theirs', networks: ['default'] });
    lab.host.edit(lab.domain('theirs'), (xml) =>
      xml.replace(/<mac address="[^"]*"/, `<mac address="${MAC.toUpperCase()}"`),
    );
    const { plan, result } = await lab.apply(fleetOf([edge({ nics, cpus: 2 })]));
    expect(plan.warnings).toEqual([
      `vm.edge has the MAC address ${MAC} on network default, and so has domain theirs`,
    ]);
    expect(result.exitCode).toBe(EXIT.done);
  });

  test('may be swapped between two VMs, and taken over from one that goes', async () => {
    const [one, two] = [MAC, '52:54:00:aa:00:02'].map((mac) => [{ network: 'shared', mac }]);
    const pair = (a: unknown, b: unknown): ResolvedFleet =>
      fleetOf([edge({ name: 'a', nics: a }), edge({ name: 'b', nics: b })]);
    const lab = await beside(pair(one, two));
    expect((await lab.plan(pair(two, one))).refused).toEqual([]);
    expect(await lab.plan(pair(two, one), { targets: ['vm.a'] }).catch((e: unknown) => e)).toEqual(
      expect.objectContaining({ code: 'foreign-object', where: 'vm.a' }),
    );
    expect((await lab.plan(fleetOf([edge({ name: 'c', nics: one })]))).refused).toEqual([]);
  });
});

describe('who a node is to an orchestrator', () => {
  test.each([
    [{ serialNumbers: ['CASE00001'] }, 'serial number CASE00001'],
    [{ smbios: { uuid: UUID } }, `SMBIOS UUID ${UUID}`],
  ])('%j is a warning without one, and refused with one', async (spec, what) => {
    const lab = await beside(TWIN(spec));
    const whose = 'domain other_twin (vm.twin of fleet other)';
    const alone = await lab.plan(fleetOf([edge(spec)]));
    expect(alone.warnings).toEqual([`vm.edge has the ${what}, and so has ${whose}`]);
    const onboarded = fleetOf([edge(spec)], 'lab', NIO);
    const registers: ResolvedFleet = {
      ...onboarded,
      orchestrator: onboarded.orchestrator && {
        ...onboarded.orchestrator,
        onboarding: 'interactive',
      },
    };
    expect(await refused(lab, registers)).toMatchObject({ detail: `${what}: ${whose}` });
  });

  test('many are one warning', async () => {
    const serialNumbers = ['CASE00001', 'CASE00002', 'CASE00003', 'CASE00004', 'CASE00005'];
    const group = (fleet: string): ResolvedFleet =>
      fleetOf([edge({ count: 5, serialNumbers })], fleet);
    const lab = await beside(group('other'));
    const { warnings } = await lab.plan(group('lab'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^vm\.edge-1 has the serial number CASE00001, .* and 2 more$/);
  });
});

describe('a fixed port', () => {
  const graphics = { type: 'vnc', port: 5950 };

  test('that is in use is refused', async () => {
    const lab = await beside(TWIN({ graphics }));
    expect(await refused(lab, fleetOf([edge({ graphics })]))).toMatchObject({
      detail: 'port 5950 for its screen: domain other_twin (vm.twin of fleet other)',
    });
  });

  test('that a domain has that is off is a warning', async () => {
    const lab = await beside(TWIN({ graphics, power: 'off' }));
    expect((await lab.plan(fleetOf([edge({ graphics })]))).warnings).toEqual([
      'vm.edge has the port 5950 for its screen, and so has domain other_twin ' +
        '(vm.twin of fleet other)',
    ]);
  });
});
