import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResolvedFleet } from '../../../src/model/index.js';
import { DESTROY, fleetOf, World } from './world.js';

const NETWORKS = ['lab', 'dmz'];
const nic = fc.oneof(
  fc.constantFrom(...NETWORKS).map((network) => ({ network })),
  fc.constant({ network: 'shared' }),
  fc.constant({ bridge: 'virbr0' }),
);
const vm = fc.record(
  {
    cpus: fc.integer({ min: 1, max: 3 }),
    memory: fc.constantFrom('512MiB', '1GiB'),
    disks: fc.array(
      fc.record({
        size: fc.constantFrom('1GiB', '2GiB'),
        bus: fc.constantFrom('sata', 'virtio', 'scsi'),
        pool: fc.constantFrom('default', 'fast'),
      }),
      { maxLength: 3 },
    ),
    firmware: fc.constantFrom('uefi', 'bios'),
    tpm: fc.boolean(),
    nics: fc.oneof(
      fc.constant('default'),
      fc.constant('per-vm'),
      fc.array(
        fc.record({ model: fc.constantFrom('virtio', 'e1000') }).chain((model) => nic.map((source) => ({ ...source, ...model }))),
        { maxLength: 3 },
      ),
    ),
    autostart: fc.boolean(),
    power: fc.constantFrom('running', 'off'),
    title: fc.constantFrom('one', 'two'),
    graphics: fc.constantFrom('none', 'vnc'),
  },
  { requiredKeys: [] },
);
/** JSON is YAML. */
const fleet = fc
  .record({
    subnets: fc.shuffledSubarray([150, 151, 152], { minLength: 2, maxLength: 2 }),
    mode: fc.constantFrom('nat', 'isolated'),
    names: fc.constantFrom('virtual', 'other'),
    vms: fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), vm), { minLength: 1, maxLength: 3, selector: ([name]) => name }),
  })
  .map(({ subnets, mode, names, vms }) => {
    const own = NETWORKS.map((name, index) => [
      name,
      { mode, subnet: `192.168.${subnets[index]}.0/24`, dns: { hosts: { [`192.168.${subnets[index]}.1`]: [`${names}.lab`] } } },
    ]);
    const text = JSON.stringify({
      networks: { ...(Object.fromEntries(own) as object), shared: { existing: 'default' } },
      vms: vms.map(([name, spec]) => ({ name, ...spec })),
    });
    return fleetOf(
      text
        .slice(1, -1)
        .replace(/^"networks":/, 'networks: ')
        .replace(/,"vms":/, '\nvms: ') + '\n',
    );
  });

function host(before: ResolvedFleet | null): World {
  const world = new World();
  world.addPool('fast');
  world.addDomain('theirs', '00000000-0000-4000-8000-000000000001');
  world.addVolume('default', 'theirs.qcow2', 1);
  if (before !== null) world.apply(before);
  return world;
}

test('from any fleet to any other, in any number of attempts: then nothing is left to do', () => {
  fc.assert(
    fc.property(fleet, fleet, fc.array(fc.nat(12), { maxLength: 3 }), (from, to, kills) => {
      const world = host(from);
      for (const after of kills) world.run(world.plan(to), after);
      world.apply(to);
      expect(world.plan(to)).toMatchObject({ changes: [], steps: [] });
      expect(
        world.domains
          .filter(({ mark }) => mark !== null)
          .map(({ name }) => name)
          .sort(),
      ).toEqual(to.vms.map(({ domain }) => domain).sort());
    }),
    { numRuns: 300 },
  );
});

test('destroy leaves what is not ours, and nothing else', () => {
  fc.assert(
    fc.property(fleet, fleet, fc.nat(12), (from, to, after) => {
      const world = host(from);
      world.run(world.plan(to), after);
      world.apply(to, DESTROY);
      expect(world.domains.map(({ name }) => name)).toEqual(['theirs']);
      expect(world.networks.map(({ name }) => name)).toEqual(['default']);
      expect(world.volumes.map(({ volume }) => volume)).toEqual(['theirs.qcow2']);
    }),
    { numRuns: 150 },
  );
});
