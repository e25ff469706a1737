/**
 * Somebody else's networks that are lent to a fleet to boot through: what the scenarios do not
 * tell.
 */
import { describe, expect, test } from 'vitest';
import { VenError, type ObservedNetwork } from '../../../src/model/index.js';
import { DESTROY, fleetOf, World } from './world.js';

const URL = 'http://boot.lab.test/a.efi';
const FLEET = fleetOf(`orchestrator: { bootUrl: "${URL}" }
networks: { shared: { existing: default, httpBoot: true } }
vms: [{ name: edge, nics: [{ network: shared }] }]
`);
const OTHER = { url: URL, fleets: [{ fleet: 'other', network: 'common' }] };

function worldWith(more: Partial<ObservedNetwork> = {}): {
  world: World;
  network: ObservedNetwork;
} {
  const world = new World();
  const network = world.network('default');
  Object.assign(network, { ranges: [{ start: '192.168.122.2', end: '192.168.122.254' }] }, more);
  return { world, network };
}

function refusal(world: World): VenError {
  try {
    world.plan(FLEET);
  } catch (error) {
    if (error instanceof VenError) return error;
    throw error;
  }
  throw new Error('not refused');
}

const notes = (world: World): string[] =>
  world.plan(FLEET).changes.find(({ address }) => address === 'network.shared')?.notes ?? [];

describe('what is said beforehand', () => {
  test('who is cut off, since no libvirt can attach it again', () => {
    const { world } = worldWith();
    world.bridges.get('virbr0')?.add('veth0');
    expect(notes(world)).toContainEqual(
      expect.stringMatching(/^cuts off veth0, .* ip link set veth0 master virbr0$/),
    );
  });

  test('but not the port that libvirt gives its bridge, which comes again with it', () => {
    const { world } = worldWith();
    world.bridges.get('virbr0')?.add('virbr0-nic').add('lab-nic');
    expect(notes(world).filter((note) => note.startsWith('cuts off'))).toEqual([
      expect.stringMatching(/^cuts off lab-nic,/),
    ]);
  });

  test('what was changed in the running network only, and is lost', () => {
    const { world } = worldWith({ unsaved: true });
    expect(notes(world)).toContainEqual(
      expect.stringMatching(/^what runs differs .* net-dumpxml default /),
    );
  });

  test('nothing of the kind, where another fleet offers the same already', () => {
    const { world } = worldWith({ unsaved: true, boot: OTHER, bootUrl: URL });
    world.bridges.get('virbr0')?.add('veth0');
    expect(notes(world)).toHaveLength(1);
    world.apply(FLEET);
    expect(world.network('default').boot?.fleets.map(({ fleet }) => fleet)).toEqual([
      'other',
      'lab',
    ]);
    const back = world
      .plan(FLEET, DESTROY)
      .changes.find(({ address }) => address === 'network.shared');
    expect(back?.notes).toEqual(['a foreign network: it keeps the boot options for fleet other']);
    world.apply(FLEET, DESTROY);
    expect(world.network('default')).toMatchObject({ boot: OTHER, bootUrl: URL });
  });
});

describe('a network that stopped', () => {
  test('with our mark is started again, and with it come the VMs', () => {
    const { world } = worldWith();
    world.apply(FLEET);
    world.stopNetwork('default');
    const plan = world.plan(FLEET);
    expect(plan.changes[0]).toMatchObject({
      address: 'network.shared',
      reason: 'drift',
      fields: [{ path: 'active', before: 'no', after: 'yes' }],
    });
    expect(plan.steps[0]).toMatchObject({ kind: 'network-boot', bootUrl: URL, start: true });
  });

  test('without it is its owner’s to start', () => {
    const { world } = worldWith();
    world.stopNetwork('default');
    expect(refusal(world)).toMatchObject({
      code: 'host-not-ready',
      summary: expect.stringContaining('not active') as unknown,
    });
  });

  test('and is to be given back, stays so', () => {
    const { world } = worldWith();
    world.apply(FLEET);
    world.stopNetwork('default');
    expect(
      world.plan(FLEET, DESTROY).steps.find(({ kind }) => kind === 'network-boot'),
    ).toMatchObject({ bootUrl: null, start: false });
  });
});

describe('a run that was killed while the network was started anew', () => {
  const killed = (fleet: string, atWork = false): World => {
    const { world } = worldWith();
    world.apply(FLEET);
    const temporaryFor = { network: 'uuid-of-default', user: { fleet, network: 'shared' }, atWork };
    world.addNetwork('ven-stand-in', 'vns0', null, { temporaryFor });
    const nic = world.domain('lab_edge').live?.nics[0];
    if (!nic) throw new Error('no NIC');
    nic.source = { kind: 'network', network: 'ven-stand-in' };
    world.bridges.get('virbr0')?.delete(nic.tap ?? '');
    world.bridges.get('vns0')?.add(nic.tap ?? '');
    return world;
  };

  test('is ended by the next one, and the VMs themselves need nothing', () => {
    const { changes, steps } = killed('lab').plan(FLEET);
    expect(changes).toMatchObject([
      { address: 'network.shared', reason: 'half-made', fields: [{ path: 'attached' }] },
    ]);
    expect(steps).toMatchObject([{ kind: 'network-boot', restart: false }]);
  });

  test('of another fleet is ended by every fleet that uses the network', () => {
    const world = killed('other');
    const { changes, steps } = world.plan(FLEET);
    expect(changes).toMatchObject([
      {
        address: 'network.shared',
        reason: 'half-made',
        notes: ['a foreign network: nothing else is changed in it', 'reconnects domain lab_edge'],
        fields: [{ path: 'attached', why: expect.stringContaining('fleet other') as unknown }],
      },
    ]);
    expect(steps).toMatchObject([{ kind: 'network-settle', uuid: 'uuid-of-default' }]);
  });

  test('is no matter while that run is at work', () => {
    const { changes, warnings } = killed('other', true).plan(FLEET);
    expect([changes, warnings]).toEqual([[], []]);
  });
});

test('a transient network would be gone, so it is not touched', () => {
  expect(refusal(worldWith({ persistent: false }).world)).toMatchObject({
    code: 'host-not-ready',
    where: 'network.shared',
  });
});

describe('nodes that can boot from nowhere', () => {
  const fleet = (nics: string, more = ''): ReturnType<typeof fleetOf> =>
    fleetOf(
      `orchestrator: { bootUrl: "${URL}" }\n` +
        'networks: { lab: {}, quiet: { httpBoot: false } }\n' +
        `vms: [{ name: edge, count: 5, nics: ${nics}${more} }]\n`,
    );
  const warnings = (...args: Parameters<typeof fleet>): string[] =>
    worldWith().world.plan(fleet(...args)).warnings;

  test('are warned of, with what to write', () => {
    expect(warnings('default')).toEqual([
      'Network default offers no boot file, and vm.edge-1, vm.edge-2, vm.edge-3 and 2 more ' +
        'can boot from no other network: let ven add it with ' +
        'networks: { default: { existing: default, httpBoot: true } }',
    ]);
  });

  test.each([
    // Said in the file.
    ['[{ network: quiet }]', ''],
    ['[{ network: lab }]', ''],
    ['per-vm', ''],
    ['default', ', firmware: bios'],
    ['default', ', boot: [disk]'],
    // What a bridge leads to, ven can't know.
    ['[{ bridge: br0 }]', ''],
  ])('%s%s is none', (nics, more) => {
    expect(warnings(nics, more).filter((warning) => warning.includes('boot file'))).toEqual([]);
  });

  test('nor is one on a network whose owner boots something', () => {
    const { world } = worldWith({ otherBoot: ['dhcp-boot=x,http://y'] });
    expect(world.plan(fleet('default')).warnings).toEqual([]);
  });
});
