import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadFleet } from '../../../src/config/index.js';
import { place, roomOf } from '../../../src/placement/index.js';
import type {
  Placements,
  ResolvedFleet,
  SeenHost,
  SurveyedDomain,
} from '../../../src/model/index.js';

const GIB = 1024 ** 2;

interface Machine {
  cpus: number;
  memoryGib: number;
  diskGib: number;
  labels?: Record<string, string>;
}

interface Group {
  name: string;
  count: number;
  cpus?: number;
  memoryGib?: number;
  [more: string]: unknown;
}

function fleetOf(hosts: Record<string, Machine>, groups: readonly Group[]): ResolvedFleet {
  const written = {
    apiVersion: 'ven/v1',
    fleet: 'many',
    hosts: Object.fromEntries(
      Object.entries(hosts).map(([name, { labels = {} }]) => [
        name,
        {
          uri: `qemu+ssh://root@${name}/system`,
          labels,
          overcommit: { cpus: 1, memory: 1, disk: 1 },
        },
      ]),
    ),
    vms: groups.map(({ cpus = 1, memoryGib = 1, ...group }) => ({
      firmware: 'bios',
      disks: [{ size: '1GiB' }],
      ...group,
      cpus,
      memory: `${memoryGib}GiB`,
    })),
  };
  return loadFleet(JSON.stringify(written), { file: 'fleet.yaml' });
}

/** The hosts with what is on them: VMs of the fleet, by name. */
function seenOf(
  hosts: Record<string, Machine>,
  fleet: ResolvedFleet,
  there: Readonly<Record<string, string>>,
  away: readonly string[] = [],
): SeenHost[] {
  return Object.entries(hosts).map(([name, { cpus, memoryGib, diskGib }]) => {
    if (away.includes(name)) return { name, survey: null, away: { summary: 'it does not answer' } };
    const domains = fleet.vms
      .filter(({ address }) => there[address] === name)
      .map(({ uuid, domain, cpus, memoryKiB }): SurveyedDomain => ({
        ...{ uuid, name: domain, cpus, memoryKiB },
        running: true,
      }));
    // Disks that are there have taken their space.
    const used = domains.length * GIB * 1024;
    const pool = { name: 'default', active: true, capacityBytes: diskGib * GIB * 1024 };
    return {
      name,
      survey: {
        libvirt: '9.0.0',
        cpus,
        memoryKiB: memoryGib * GIB,
        kvm: true,
        domains,
        pools: [{ ...pool, availableBytes: Math.max(0, pool.capacityBytes - used) }],
      },
    };
  });
}

function whereOf({ placed }: Placements): Record<string, string> {
  return Object.fromEntries(placed.map(({ address, host }) => [address, host]));
}

const BIG = { cpus: 8, memoryGib: 8, diskGib: 100 };

describe('where new VMs go', () => {
  it('spreads them: each to the host with the most left, ties by name', () => {
    const hosts = { b: BIG, a: BIG };
    const fleet = fleetOf(hosts, [{ name: 'e', count: 4 }]);
    expect(whereOf(place(fleet, seenOf(hosts, fleet, {})))).toEqual({
      'vm.e-1': 'a',
      'vm.e-2': 'b',
      'vm.e-3': 'a',
      'vm.e-4': 'b',
    });
  });

  it('packs them: each to the host with the least left that is enough', () => {
    const hosts = { a: BIG, b: { ...BIG, cpus: 2 } };
    const fleet = fleetOf(hosts, [{ name: 'e', count: 3, placement: { strategy: 'pack' } }]);
    const { placed } = place(fleet, seenOf(hosts, fleet, {}));
    expect(placed.map(({ host }) => host)).toEqual(['b', 'b', 'a']);
    expect(placed.map(({ why }) => why)).toEqual([
      'the least left of 2 hosts that fit',
      'the least left of 2 hosts that fit',
      'the only one of 2 hosts that fits',
    ]);
  });

  it('keeps to labels, hosts and the host that a VM names', () => {
    const hosts = { a: { ...BIG, labels: { rack: 'r1' } }, b: BIG, c: BIG };
    const fleet = fleetOf(hosts, [
      { name: 'x', count: 2, placement: { labels: { rack: 'r1' } } },
      { name: 'y', count: 2, placement: { hosts: ['b'] } },
      { name: 'z', count: 2, host: 'c' },
    ]);
    const { placed } = place(fleet, seenOf(hosts, fleet, {}));
    expect(placed.map(({ host }) => host)).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
    expect(placed.at(-1)?.why).toBe('the fleet file says so');
  });

  it('keeps a group apart, also from those that are there', () => {
    const hosts = { a: BIG, b: BIG };
    const fleet = fleetOf(hosts, [{ name: 'e', count: 3, placement: { apart: 'g' } }]);
    const { placed, refused } = place(fleet, seenOf(hosts, fleet, { 'vm.e-2': 'a' }));
    expect(placed.map(({ address, host }) => [address, host])).toEqual([
      ['vm.e-1', 'b'],
      ['vm.e-2', 'a'],
    ]);
    expect(refused).toMatchObject([{ address: 'vm.e-3', code: 'no-room' }]);
    expect(refused[0]?.detail).toBe(
      'a lacks a place without a VM of the group g\nb lacks a place without a VM of the group g',
    );
  });

  it('says of each host how much is missing', () => {
    const hosts = { a: { ...BIG, cpus: 1 }, b: { ...BIG, memoryGib: 2 } };
    const fleet = fleetOf(hosts, [{ name: 'e', count: 1, cpus: 3, memoryGib: 4 }]);
    const [refusal] = place(fleet, seenOf(hosts, fleet, {})).refused;
    expect(refusal?.detail).toBe('a lacks 2 CPUs more\nb lacks 2.0 GiB more of memory');
  });

  it('asks for firmware, KVM and the storage pool', () => {
    const fleet = loadFleet(
      JSON.stringify({
        apiVersion: 'ven/v1',
        fleet: 'many',
        hosts: { a: { uri: 'qemu:///system', accelerator: 'kvm', storagePool: 'fast' } },
        vms: [{ name: 'e', cpus: 1, memory: '1GiB' }],
      }),
      { file: 'fleet.yaml' },
    );
    const [seen] = seenOf({ a: BIG }, fleet, {});
    const survey = seen?.survey ? { ...seen.survey, kvm: false } : null;
    const lacks = { '["uefi",false,false]': 'UEFI firmware' };
    const [refusal] = place(fleet, [{ name: 'a', survey, lacks }]).refused;
    expect(refusal?.detail).toBe('a lacks an active storage pool fast, KVM, UEFI firmware');
  });
});

describe('VMs that are there', () => {
  const hosts = { a: BIG, b: BIG };

  it('names both hosts of a VM that is on two', () => {
    const fleet = fleetOf(hosts, [{ name: 'e', count: 1 }]);
    const seen = seenOf(hosts, fleet, { 'vm.e-1': 'a' });
    const [a] = seen;
    const both = seen.map(({ name }) => ({ name, survey: a?.survey ?? null }));
    const { placed, refused } = place(fleet, both);
    expect(placed).toEqual([]);
    expect(refused).toMatchObject([
      {
        address: 'vm.e-1',
        code: 'on-two-hosts',
        summary: 'vm.e-1 is on a and on b',
        on: ['a', 'b'],
      },
    ]);
  });

  it('refuses one that is elsewhere than the file says', () => {
    const fleet = fleetOf(hosts, [{ name: 'e', count: 1, host: 'b' }]);
    const { placed, refused } = place(fleet, seenOf(hosts, fleet, { 'vm.e-1': 'a' }));
    expect(placed).toEqual([]);
    expect(refused).toMatchObject([{ code: 'wrong-host', on: ['a'] }]);
  });

  it('leaves one where it is when its placement has changed, and says so', () => {
    const fleet = fleetOf(hosts, [{ name: 'e', count: 1, placement: { hosts: ['b'] } }]);
    const { placed, warnings } = place(fleet, seenOf(hosts, fleet, { 'vm.e-1': 'a' }));
    expect(placed).toMatchObject([{ host: 'a', isThere: true }]);
    expect(warnings).toEqual(['vm.e-1 is on a, and its placement asks for another host: it stays']);
  });
});

describe('a host that is away', () => {
  const hosts = { a: BIG, b: BIG };

  it('makes unknown what may be on it, and nothing else', () => {
    const fleet = fleetOf(hosts, [
      { name: 'any', count: 2 },
      { name: 'here', count: 1, host: 'a' },
      { name: 'there', count: 1, host: 'b' },
    ]);
    const { placed, unknown } = place(
      fleet,
      seenOf(hosts, fleet, { 'vm.any-1': 'a', 'vm.any-2': 'b' }, ['b']),
    );
    expect(placed.map(({ address, host }) => [address, host])).toEqual([
      ['vm.any-1', 'a'],
      ['vm.here-1', 'a'],
    ]);
    expect(unknown).toEqual([
      { address: 'vm.any-2', hosts: ['b'] },
      { address: 'vm.there-1', hosts: ['b'] },
    ]);
  });
});

describe('any fleet', () => {
  const machine = fc.record({
    cpus: fc.integer({ min: 1, max: 16 }),
    memoryGib: fc.integer({ min: 1, max: 32 }),
    diskGib: fc.integer({ min: 1, max: 64 }),
    labels: fc.constantFrom<Record<string, string>>({}, { rack: 'r1' }, { rack: 'r2' }),
  });
  const hostsOf = fc.array(machine, { minLength: 1, maxLength: 6 }).map((machines) =>
    // A rack that nobody has would be a finding.
    Object.fromEntries([
      ...machines.map((each, at) => [`h${at}`, each] as const),
      ['r1', { cpus: 2, memoryGib: 2, diskGib: 8, labels: { rack: 'r1' } }],
      ['r2', { cpus: 2, memoryGib: 2, diskGib: 8, labels: { rack: 'r2' } }],
    ]),
  );
  const placement = fc.constantFrom<Record<string, unknown>>(
    {},
    { placement: { strategy: 'pack' } },
    { placement: { labels: { rack: 'r1' } } },
    { placement: { hosts: ['h0', 'r2'] } },
    { placement: { apart: 'g' } },
    { placement: { strategy: 'pack', apart: 'h', labels: { rack: 'r2' } } },
    { host: 'r1' },
  );
  const groups = fc
    .array(
      fc.record({
        count: fc.integer({ min: 1, max: 6 }),
        cpus: fc.integer({ min: 1, max: 4 }),
        memoryGib: fc.integer({ min: 1, max: 8 }),
        placement,
      }),
      { minLength: 1, maxLength: 5 },
    )
    .map((list) =>
      list.map(({ placement: more, ...group }, at) => ({ name: `g${at}`, ...group, ...more })),
    );
  const RUNS = { numRuns: 250 };

  it('is never over capacity, and keeps groups apart', () => {
    fc.assert(
      fc.property(hostsOf, groups, (hosts, list) => {
        const fleet = fleetOf(hosts, list);
        const seen = seenOf(hosts, fleet, {});
        const result = place(fleet, seen);
        const where = whereOf(result);
        const ours = new Set(fleet.vms.map(({ uuid }) => uuid));
        for (const host of fleet.hosts ?? []) {
          const survey = seen.find(({ name }) => name === host.name)?.survey;
          if (!survey) continue;
          const { total } = roomOf(host, survey, ours);
          const here = fleet.vms.filter(({ address }) => where[address] === host.name);
          const sum = (of: 'cpus' | 'memoryKiB') => here.reduce((all, vm) => all + vm[of], 0);
          expect(sum('cpus')).toBeLessThanOrEqual(total.cpus);
          expect(sum('memoryKiB')).toBeLessThanOrEqual(total.memoryKiB);
          expect(here.length * GIB * 1024).toBeLessThanOrEqual(total.pools.get('default') ?? 0);
          const apart = here.flatMap(({ placement }) => placement?.apart ?? []);
          expect(new Set(apart).size).toBe(apart.length);
        }
        const all = [...result.placed, ...result.refused, ...result.unknown];
        expect(all.map(({ address }) => address).sort()).toEqual(
          fleet.vms.map(({ address }) => address).sort(),
        );
      }),
      RUNS,
    );
  });

  it('is the same again after it was done', () => {
    fc.assert(
      fc.property(hostsOf, groups, (hosts, list) => {
        const fleet = fleetOf(hosts, list);
        const first = place(fleet, seenOf(hosts, fleet, {}));
        const there = whereOf(first);
        const again = place(fleet, seenOf(hosts, fleet, there));
        expect(whereOf(again)).toEqual(there);
        expect(again.placed.every(({ isThere }) => isThere)).toBe(true);
        expect(again.refused.map(({ address }) => address)).toEqual(
          first.refused.map(({ address }) => address),
        );
      }),
      RUNS,
    );
  });

  it('moves nothing when a count changes', () => {
    fc.assert(
      fc.property(hostsOf, groups, fc.integer({ min: 0, max: 6 }), (hosts, list, more) => {
        const before = fleetOf(hosts, list);
        const there = whereOf(place(before, seenOf(hosts, before, {})));
        const changed = list.map((group) => ({ ...group, count: Math.max(1, more) }));
        const fleet = fleetOf(hosts, changed);
        const after = whereOf(place(fleet, seenOf(hosts, fleet, there)));
        for (const { address } of fleet.vms)
          if (there[address] !== undefined) expect(after[address]).toBe(there[address]);
      }),
      RUNS,
    );
  });

  it('makes nothing twice while a host is away, and moves nothing', () => {
    fc.assert(
      fc.property(hostsOf, groups, fc.nat(), (hosts, list, which) => {
        const fleet = fleetOf(hosts, list);
        const there = whereOf(place(fleet, seenOf(hosts, fleet, {})));
        const names = Object.keys(hosts);
        const lost = names[which % names.length] ?? '';
        const { placed, unknown } = place(fleet, seenOf(hosts, fleet, there, [lost]));
        const after = Object.fromEntries(placed.map(({ address, host }) => [address, host]));
        const known = new Set(unknown.map(({ address }) => address));
        for (const [address, host] of Object.entries(there)) {
          if (host === lost) expect(known.has(address)).toBe(true);
          else expect(after[address]).toBe(host);
        }
        expect(placed.some(({ host }) => host === lost)).toBe(false);
      }),
      RUNS,
    );
  });

  it('an evacuation is never over capacity, touches nothing elsewhere, moves all it may', () => {
    fc.assert(
      fc.property(hostsOf, groups, fc.nat(), fc.option(fc.nat()), (hosts, list, which, more) => {
        const fleet = fleetOf(hosts, list);
        const there = whereOf(place(fleet, seenOf(hosts, fleet, {})));
        const names = Object.keys(hosts);
        const dead = names[which % names.length] ?? '';
        const away = [dead, ...(more === null ? [] : [names[more % names.length] ?? ''])];
        const seen = seenOf(hosts, fleet, there, away);
        const before = place(fleet, seen);
        const after = place(fleet, seen, { evacuates: dead });
        const where = whereOf(after);
        // Who is where stays; nobody is placed on a host that is away.
        for (const [address, host] of Object.entries(whereOf(before)))
          expect(where[address]).toBe(host);
        expect(after.placed.some(({ host }) => away.includes(host))).toBe(false);
        // Only what may be on the dead host, and on no other that is away, is made anew.
        const unknown = new Map(before.unknown.map(({ address, hosts }) => [address, hosts]));
        const anew = after.placed.filter(({ evacuatedFrom }) => evacuatedFrom !== undefined);
        for (const { address, evacuatedFrom, isThere } of anew) {
          expect(unknown.get(address)).toEqual([dead]);
          expect([evacuatedFrom, isThere]).toEqual([dead, false]);
        }
        expect(after.unknown).toEqual(
          before.unknown.filter(({ hosts }) => hosts.some((name) => name !== dead)),
        );
        for (const host of fleet.hosts ?? []) {
          const survey = seen.find(({ name }) => name === host.name)?.survey;
          if (!survey) continue;
          const here = fleet.vms.filter(({ address }) => where[address] === host.name);
          const sum = (of: 'cpus' | 'memoryKiB') => here.reduce((all, vm) => all + vm[of], 0);
          expect(sum('cpus')).toBeLessThanOrEqual(hosts[host.name]?.cpus ?? 0);
          expect(sum('memoryKiB')).toBeLessThanOrEqual((hosts[host.name]?.memoryGib ?? 0) * GIB);
          expect(here.length).toBeLessThanOrEqual(hosts[host.name]?.diskGib ?? 0);
          const apart = here.flatMap(({ placement }) => placement?.apart ?? []);
          expect(new Set(apart).size).toBe(apart.length);
        }
        const all = [...after.placed, ...after.refused, ...after.unknown];
        expect(all.map(({ address }) => address).sort()).toEqual(
          fleet.vms.map(({ address }) => address).sort(),
        );
      }),
      RUNS,
    );
  });
});
