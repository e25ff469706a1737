import {
  deletionOf,
  type HostOfFleet,
  type Placements,
  type PlacedVm,
  type ResolvedFleet,
  type ResolvedPlacement,
  type ResolvedVm,
  type SeenHost,
} from '../model/index.js';
import { disksOf, roomOf, type Room } from './room.js';

/** libvirt's own pool, which ven makes where it is missing. */
const MADE_POOL = 'default';

/** A host that answers. */
interface Open {
  host: HostOfFleet;
  seen: SeenHost;
  total: Room;
  left: Room;
  kvm: boolean | null;
  /** Groups of which a VM is there. */
  apart: Set<string>;
}

/**
 * Where each VM of the fleet is, or is to be, and what fits nowhere. In this order: VMs that are
 * there stay; then those that only one host may take; then the others, as the file has them. So
 * VMs that are added to the end of the file change nothing for those before.
 * Time is linear in VMs times hosts, for VMs that are new.
 * `destroys`: only what is there counts, wherever it should be; nothing new is placed.
 * `evacuates`: a host that is away, and taken for dead. VMs that no other host has or may have are
 * placed on the others. It has not answered: what it has is not known.
 */
export function place(
  fleet: ResolvedFleet,
  seen: readonly SeenHost[],
  { destroys = false, evacuates }: { destroys?: boolean; evacuates?: string | undefined } = {},
): Placements {
  const hosts = fleet.hosts ?? [];
  const ours = new Set(fleet.vms.map(({ uuid }) => uuid));
  const bySeen = new Map(seen.map((each) => [each.name, each]));
  const open = hosts.flatMap((host): Open[] => {
    const found = bySeen.get(host.name);
    if (!found?.survey || found.away) return [];
    const { survey } = found;
    const room = roomOf(host, survey, ours);
    return [{ host, seen: found, ...room, kvm: survey.kvm, apart: new Set() }];
  });
  const byName = new Map(open.map((each) => [each.host.name, each]));
  const away = hosts.filter(({ name }) => !byName.has(name));
  const candidates = candidatesOf(hosts);
  const result: Placements = {
    ...{ placed: [], refused: [], unknown: [], left: [], warnings: [] },
  };

  const on = new Map<string, string[]>();
  for (const { host, seen } of open)
    for (const { uuid } of seen.survey?.domains ?? [])
      on.set(uuid, [...(on.get(uuid) ?? []), host.name]);

  /** On hosts that were lost after they had told it. */
  const lost = new Map(
    seen.flatMap(({ name, survey, away }) =>
      away && survey ? survey.domains.map(({ uuid }) => [uuid, name] as const) : [],
    ),
  );
  const fresh: Fresh[] = [];
  for (const vm of fleet.vms) {
    const there = on.get(vm.uuid) ?? [];
    const [first] = there;
    const wanted = candidates(placementOf(vm));
    if (first !== undefined) {
      for (const name of there) group(vm, byName.get(name));
      if (there.length > 1) result.refused.push(doubled(vm, there));
      else if (!wanted.has(first) && placementOf(vm).pinned && !destroys)
        result.refused.push(elsewhere(vm, first));
      else {
        result.placed.push({ address: vm.address, host: first, why: 'it is there', isThere: true });
        if (!wanted.has(first) && !destroys)
          result.warnings.push(
            `${vm.address} is on ${first}, and its placement asks for another host: it stays`,
          );
      }
      continue;
    }
    const known = lost.get(vm.uuid);
    const perhaps =
      known === undefined
        ? away.filter(({ name }) => wanted.has(name)).map(({ name }) => name)
        : [known];
    const isLost = perhaps.length === 1 && perhaps[0] === evacuates && known === undefined;
    if (isLost && wanted.size === 1) result.refused.push(onlyThere(vm, perhaps[0] ?? ''));
    else if (perhaps.length > 0 && !isLost)
      result.unknown.push({ address: vm.address, hosts: perhaps });
    else if (!destroys) fresh.push({ vm, ...(isLost && { evacuatedFrom: perhaps[0] ?? '' }) });
  }
  const settled: Settled = new Map(result.placed.map((each) => [each.address, each]));
  const reachable = candidatesOf(open.map(({ host }) => host));
  const isTied = ({ vm }: Fresh): boolean => reachable(placementOf(vm)).size === 1;
  for (const each of [...fresh.filter(isTied), ...fresh.filter((other) => !isTied(other))]) {
    const { vm } = each;
    const among = open.filter(({ host }) => reachable(placementOf(vm)).has(host.name));
    const chosen = choose(vm, among);
    if ('refused' in chosen) result.refused.push(chosen.refused);
    else {
      take(vm, chosen.host);
      settled.set(vm.address, placed(each, chosen));
    }
  }
  const order = fleet.vms.flatMap(({ address }) => settled.get(address) ?? []);
  return { ...result, placed: order };
}

type Settled = Map<string, PlacedVm>;

/** A VM that is on no host that answers, and is to be made on one. */
interface Fresh extends Pick<PlacedVm, 'evacuatedFrom'> {
  vm: ResolvedVm;
}

/** Whether the file lets a VM be on a host. */
export function mayBeOn(
  { hosts, labels = {} }: ResolvedPlacement,
  host: Pick<HostOfFleet, 'name' | 'labels'>,
): boolean {
  if (hosts && !hosts.includes(host.name)) return false;
  return Object.entries(labels).every(([key, value]) => host.labels[key] === value);
}

/** What a VM needs of a host's firmware; null: nothing. */
export function firmwareKey({ firmware, nvram }: ResolvedVm): string | null {
  if (firmware === 'bios') return null;
  return JSON.stringify([firmware, nvram !== null, nvram?.keys !== undefined]);
}

const ANYWHERE: ResolvedPlacement = { strategy: 'spread' };

function placementOf({ placement = ANYWHERE }: ResolvedVm): ResolvedPlacement {
  return placement;
}

/** Alike placements are looked at once. */
function candidatesOf(
  hosts: readonly HostOfFleet[],
): (placement: ResolvedPlacement) => ReadonlySet<string> {
  const known = new Map<string, ReadonlySet<string>>();
  return (placement) => {
    const key = JSON.stringify([placement.hosts, placement.labels]);
    const found =
      known.get(key) ??
      new Set(hosts.filter((host) => mayBeOn(placement, host)).map(({ name }) => name));
    known.set(key, found);
    return found;
  };
}

function group(vm: ResolvedVm, on: Open | undefined): void {
  const { apart } = placementOf(vm);
  if (apart !== undefined) on?.apart.add(apart);
}

function take(vm: ResolvedVm, on: Open): void {
  group(vm, on);
  on.left.cpus -= vm.cpus;
  on.left.memoryKiB -= vm.memoryKiB;
  for (const [pool, bytes] of disksOf(vm, on.host.storagePool))
    on.left.pools.set(pool, (on.left.pools.get(pool) ?? 0) - bytes);
}

interface Chosen {
  host: Open;
  fits: number;
  of: number;
}

function choose(
  vm: ResolvedVm,
  among: readonly Open[],
): Chosen | { refused: Placements['refused'][number] } {
  const disks = new Map<string, ReturnType<typeof disksOf>>();
  const disksIn = ({ storagePool }: HostOfFleet): ReturnType<typeof disksOf> => {
    const found = disks.get(storagePool) ?? disksOf(vm, storagePool);
    disks.set(storagePool, found);
    return found;
  };
  const shortages = among.map((each) => ({
    name: each.host.name,
    missing: missing(vm, each, disksIn(each.host)),
  }));
  const fitting = among.filter((_, at) => shortages[at]?.missing.length === 0);
  if (fitting.length === 0) return { refused: nowhere(vm, shortages) };
  const sign = placementOf(vm).strategy === 'pack' ? 1 : -1;
  const [host] = fitting
    .map((each) => ({ each, left: leftAfter(vm, each) }))
    .sort((a, b) => sign * (a.left - b.left) || byName(a.each, b.each))
    .map(({ each }) => each);
  if (host === undefined) throw new RangeError('no host fits');
  return { host, fits: fitting.length, of: among.length };
}

function byName(a: Open, b: Open): number {
  return a.host.name < b.host.name ? -1 : 1;
}

/** The part that stays free of what is scarcest then, CPUs or memory. */
function leftAfter(vm: ResolvedVm, { left, total }: Open): number {
  return Math.min(
    (left.cpus - vm.cpus) / Math.max(total.cpus, 1),
    (left.memoryKiB - vm.memoryKiB) / Math.max(total.memoryKiB, 1),
  );
}

/** What a host lacks for a VM, in words; empty: it fits. */
function missing(
  vm: ResolvedVm,
  { host, seen, left, kvm, apart }: Open,
  disks: ReadonlyMap<string, number>,
): string[] {
  const lacks: string[] = [];
  if (vm.cpus > left.cpus) lacks.push(`${amount(vm.cpus - left.cpus)} CPUs more`);
  if (vm.memoryKiB > left.memoryKiB)
    lacks.push(`${gib((vm.memoryKiB - left.memoryKiB) * 1024)} more of memory`);
  for (const [pool, bytes] of disks) {
    const room = left.pools.get(pool);
    if (room === undefined) {
      if (pool !== MADE_POOL) lacks.push(`an active storage pool ${pool}`);
    } else if (bytes > room) lacks.push(`${gib(bytes - room)} more in storage pool ${pool}`);
  }
  if (host.accelerator === 'kvm' && kvm === false) lacks.push('KVM');
  const firmware = seen.lacks?.[firmwareKey(vm) ?? ''];
  if (firmware !== undefined) lacks.push(firmware);
  const group = placementOf(vm).apart;
  if (group !== undefined && apart.has(group))
    lacks.push(`a place without a VM of the group ${group}`);
  return lacks;
}

function placed({ vm, ...from }: Fresh, { host, fits, of }: Chosen): PlacedVm {
  const { pinned, strategy } = placementOf(vm);
  const other = from.evacuatedFrom === undefined ? '' : 'other ';
  let why = strategy === 'pack' ? 'the least left' : 'the most left';
  why = `${why} of ${fits} hosts that fit`;
  if (of === 1) why = `the only ${other}one that it may be on`;
  else if (fits === 1) why = `the only one of ${of} hosts that fits`;
  if (pinned) why = 'the fleet file says so';
  return { address: vm.address, host: host.host.name, why, isThere: false, ...from };
}

function nowhere(
  { address }: ResolvedVm,
  shortages: readonly { name: string; missing: string[] }[],
): Placements['refused'][number] {
  const lines = shortages.map(({ name, missing }) => `${name} lacks ${missing.join(', ')}`);
  return {
    address,
    code: 'no-room',
    summary: `No host has room for ${address}`,
    detail: lines.join('\n'),
    hint: 'Add a host, ask for less, or let the hosts give more (overcommit); see ven hosts.',
    on: [],
  };
}

function onlyThere({ address, placement }: ResolvedVm, on: string): Placements['refused'][number] {
  const key = placement?.pinned ? '`host`' : '`placement`';
  return {
    address,
    code: 'no-room',
    summary: `${address} may be on no other host than ${on}, which is evacuated`,
    hint:
      `It is left as it is. Let it be on another host, too: change its ${key} in the fleet file, ` +
      'and evacuate again.',
    on: [],
  };
}

function doubled({ address }: ResolvedVm, on: string[]): Placements['refused'][number] {
  return {
    address,
    code: 'on-two-hosts',
    summary: `${address} is on ${on.join(' and on ')}`,
    hint: deletionOf(address, on),
    on,
  };
}

function elsewhere(vm: ResolvedVm, on: string): Placements['refused'][number] {
  const wanted = placementOf(vm).hosts?.join() ?? '';
  return {
    address: vm.address,
    code: 'wrong-host',
    summary: `${vm.address} is on ${on}, and the fleet file wants it on ${wanted}`,
    hint:
      `It stays as it is. Move it: ven move ${vm.name} --to ${wanted}; or write ` +
      `\`host: ${on}\`.`,
    on: [on],
  };
}

function amount(value: number): string {
  return String(Math.ceil(value * 100) / 100);
}

function gib(bytes: number): string {
  return `${(Math.ceil((bytes / 1024 ** 3) * 10) / 10).toFixed(1)} GiB`;
}
