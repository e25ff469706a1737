import { describe, expect, test } from 'vitest';
import { formatBytes, formatKiB } from '../../../src/libvirt/units.js';
import { compareNaturally } from '../../../src/plan/format.js';
import {
  blockOf,
  defaultDhcpRange,
  subnetAround,
  type Ipv4Range,
} from '../../../src/model/index.js';
import { fleetOf, World } from './world.js';

const PER_VM = fleetOf('vms: [{ name: edge, count: 3, nics: per-vm }]\n');
const rangeIn = (cidr: string): Ipv4Range | null => {
  const block = blockOf(cidr);
  return block && defaultDhcpRange(block);
};
const subnets = (world: World): string[] =>
  world
    .plan(PER_VM)
    .steps.flatMap((step) => (step.kind === 'network-create' ? [step.network.subnet.cidr] : []));

describe('subnet: auto', () => {
  test('gives the same for the same, each its own', () => {
    const first = subnets(new World());
    expect(new Set(first).size).toBe(3);
    expect(subnets(new World())).toEqual(first);
  });

  test('avoids networks and routes, active or not, but not the default route', () => {
    const taken = subnets(new World())[0] ?? '';
    const world = new World();
    world.addNetwork('theirs', 'virbr5', taken.replace('.0/24', '.129/25'), { active: false });
    expect(subnets(world)).not.toContain(taken);
    expect(subnets(world)).toHaveLength(3);
  });

  test('goes around broad routes, and into them rather than nowhere', () => {
    const world = new World();
    world.routes.push({ cidr: '192.168.0.0/16', device: 'eth1' });
    for (const cidr of subnets(world)) expect(cidr).toMatch(/^10\.213\.\d+\.0\/24$/);
    world.routes.push({ cidr: '10.0.0.0/8', device: 'eth2' });
    const first = subnets(world);
    expect(first).toEqual(subnets(new World()));
    // A VPN that takes all, and the network that it is reached through.
    const vpn = new World();
    for (const cidr of ['0.0.0.0/1', '128.0.0.0/1', '10.8.0.0/24'])
      vpn.routes.push({ cidr, device: 'tun0' });
    expect(subnets(vpn)).toEqual(first);
    vpn.routes.push({ cidr: first[0] ?? '', device: 'docker0' });
    expect(subnets(vpn)).not.toContain(first[0]);
  });

  test('says what to do when all are really in use', () => {
    const world = new World();
    for (let third = 100; third <= 220; third++)
      world.routes.push({ cidr: `192.168.${third}.0/24`, device: 'eth1' });
    for (let third = 0; third < 256; third++)
      world.routes.push({ cidr: `10.213.${third}.0/24`, device: 'eth1' });
    expect(() => subnets(world)).toThrow(/No free subnet/);
  });

  test('is chosen anew for a network that is off, and whose subnet another one has', () => {
    const world = new World();
    world.apply(PER_VM);
    const mine = world.networks.find(({ mark }) => mark?.network === 'edge-1');
    const cidr = subnetAround(mine?.gateway ?? '');
    world.routes.push({ cidr, device: 'docker0' });
    expect(world.plan(PER_VM).changes).toEqual([]);
    world.stopNetwork(mine?.name ?? '');
    const [change] = world.apply(PER_VM).changes;
    expect(change).toMatchObject({ address: 'network.edge-1', action: 'replace' });
    expect(subnetAround(mine?.gateway ?? '')).not.toBe(cidr);
    expect(world.plan(PER_VM).changes).toEqual([]);
  });

  test('names others to take, should it be in use by then', () => {
    const [step] = new World().plan(PER_VM).steps;
    const network = step?.kind === 'network-create' ? step.network : null;
    const others = network?.otherwise ?? [];
    expect(others).toHaveLength(3);
    expect(new Set([network, ...others].map((each) => each?.subnet.cidr)).size).toBe(4);
    for (const { subnet, dhcp } of others) expect(dhcp).toEqual(rangeIn(subnet.cidr));
  });

  test('is kept once chosen, whatever comes to the host', () => {
    const world = new World();
    world.apply(PER_VM);
    world.routes.push({ cidr: '192.168.0.0/16', device: 'eth1' });
    expect(world.plan(PER_VM).changes).toEqual([]);
  });
});

test.each([
  ['192.168.1.0/24', { start: '192.168.1.3', end: '192.168.1.155' }],
  ['192.168.1.0/28', { start: '192.168.1.3', end: '192.168.1.14' }],
  ['192.168.1.0/30', { start: '192.168.1.2', end: '192.168.1.2' }],
  ['192.168.1.0/31', null],
  ['10.0.0.0/16', { start: '10.0.0.3', end: '10.0.0.155' }],
])('dhcp: auto in %s', (cidr, range) => {
  expect(rangeIn(cidr)).toEqual(range);
});

test('sizes are said exactly, in the largest unit that can', () => {
  expect(
    [0, 1000, 1024, 1024 ** 2 * 1536, 110 * 1024 ** 3, 2 * 1024 ** 4].map(formatBytes),
  ).toEqual(['0B', '1000B', '1KiB', '1536MiB', '110GiB', '2TiB']);
  expect(formatKiB(8 * 1024 * 1024)).toBe('8GiB');
});

test('addresses are in the order that people count', () => {
  expect(['vm.edge-10', 'vm.edge-2', 'vm.edge', 'vm.a1b'].sort(compareNaturally)).toEqual([
    'vm.a1b',
    'vm.edge',
    'vm.edge-2',
    'vm.edge-10',
  ]);
});
