import { expect, test } from 'vitest';
import { networkUuid, vmUuid } from '../../../src/model/index.js';
import { fleetOf, World } from './world.js';

const FLEET = fleetOf('vms: [{ name: edge, count: 2, graphics: vnc, nics: per-vm }]\n');

function applied(): World {
  const world = new World();
  world.apply(FLEET);
  return world;
}

test.each<[string, (world: World) => void]>([
  ['a tty', (world) => (world.domain('lab_edge-1').config.console.pty = '/dev/pts/7')],
  [
    'the port that libvirt chose',
    (world) => Object.assign(world.domain('lab_edge-1').live?.graphics ?? {}, { port: 5907 }),
  ],
  [
    "other people's domains",
    (world) => world.addDomain('theirs', '00000000-0000-4000-8000-000000000001'),
  ],
  ['free space', (world) => world.pools.forEach((pool) => (pool.availableBytes = 7))],
  ['the order that libvirt lists in', (world) => world.domains.reverse()],
])('%s makes no plan stale', (_, byHand) => {
  const world = applied();
  const before = world.plan(FLEET).observedDigest;
  byHand(world);
  expect(world.plan(FLEET).observedDigest).toBe(before);
});

test.each<[string, (world: World) => void]>([
  ['power', (world) => world.powerOff(world.domain('lab_edge-1'))],
  ['an undefined VM', (world) => (world.domain('lab_edge-1').persistent = false)],
  ['memory', (world) => (world.domain('lab_edge-1').config.memoryKiB = 1)],
  ['a network', (world) => world.stopNetwork('lab_edge-1')],
  ['a disk', (world) => (world.volumes = world.volumes.slice(1))],
  ['a tap off its bridge', (world) => [...world.bridges.values()].forEach((taps) => taps.clear())],
])('%s makes a plan stale', (_, byHand) => {
  const world = applied();
  const before = world.plan(FLEET).observedDigest;
  byHand(world);
  expect(world.plan(FLEET).observedDigest).not.toBe(before);
});

test('the UUIDs that ownership is judged by are those that the fleet file gives', () => {
  for (const vm of FLEET.vms) expect(vmUuid(FLEET.name, vm.name)).toBe(vm.uuid);
  const own = FLEET.networks.filter((network) => network.kind === 'own');
  expect(own).toHaveLength(2);
  for (const network of own) expect(networkUuid(FLEET.name, network.name)).toBe(network.uuid);
});
