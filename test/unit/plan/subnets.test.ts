import { describe, expect, test } from 'vitest';
import { formatBytes, formatKiB } from '../../../src/libvirt/units.js';
import { compareNaturally } from '../../../src/plan/format.js';
import { blockOf, defaultDhcpRange } from '../../../src/model/index.js';
import { fleetOf, World } from './world.js';

const PER_VM = fleetOf('vms: [{ name: edge, count: 3, nics: per-vm }]\n');
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

  test('falls back to 10.213.0.0/16, then says what to do', () => {
    const world = new World();
    world.routes.push({ cidr: '192.168.0.0/16', device: 'eth1' });
    for (const cidr of subnets(world)) expect(cidr).toMatch(/^10\.213\.\d+\.0\/24$/);
    world.routes.push({ cidr: '10.0.0.0/8', device: 'eth2' });
    expect(() => subnets(world)).toThrow(/No free subnet/);
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
  const block = blockOf(cidr);
  expect(block && defaultDhcpRange(block)).toEqual(range);
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
