import { createHash } from 'node:crypto';
import { attached, digestParts, networkDigestParts } from '../libvirt/index.js';
import {
  PROVIDER,
  volumeKey,
  volumesOf,
  type Change,
  type ObservedNetwork,
  type PlannedNetwork,
  type Refusal,
  type ResolvedFleet,
} from '../model/index.js';
import { shownMarked } from './vm/marks.js';
import { type OwnedDomain, type OwnedNetwork, type FleetOnHost } from './fleet-on-host.js';

/**
 * The digest of what a plan was made from: the fleet's own things, and what they need or want of
 * the rest of the host. What changes by itself (times, ttys, tap names, ports that libvirt chose,
 * free space) is left out. Everything is written down here as lists in a fixed order, so that
 * nothing hangs on the order of keys, and 1,000 VMs cost a few milliseconds.
 */
export function observedDigest(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  networks: readonly PlannedNetwork[],
  { changes, refused }: { changes: readonly Change[]; refused: readonly Refusal[] },
): string {
  const sources = fleet.vms.flatMap(({ nics }) => nics.map(({ source }) => source));
  const others = sources.flatMap((source) =>
    source.kind === 'network' && source.own === null ? [source.network] : [],
  );
  const bridges = sources.flatMap((source) => (source.kind === 'bridge' ? [source.bridge] : []));
  const owned = [...onHost.owned.values()];
  const disks = fleet.vms.flatMap(volumesOf);
  const pools = [
    ...disks.map(({ pool }) => pool),
    ...owned.flatMap(({ mark }) => mark.volumes.map(({ pool }) => pool)),
  ];
  const volumes = [...disks.map(volumeKey), ...onHost.ownedVolumes];
  const changed = new Set(changes.map(({ address }) => address));
  /** Those that others may switch on and off without a difference to this plan. */
  const ruled = new Set(
    fleet.vms
      .filter(({ power, address }) => power === 'external' && !changed.has(address))
      .map(({ uuid }) => uuid),
  );
  const relevant = [
    fleet.name,
    fleet.host.uri,
    byUuid(owned).map((domain) => domainParts(domain, onHost, ruled.has(domain.uuid))),
    byUuid([...onHost.ownedNetworks.values()]).map(networkParts),
    distinct(others).map((name) => {
      const network = onHost.networksByName.get(name);
      return [name, network?.active ?? null, network?.fault ?? null];
    }),
    onHost.state.networks
      .filter(
        (network) =>
          fleet.networks.some(({ libvirtName }) => libvirtName === network.name) ||
          onHost.borrowed.has(network.uuid),
      )
      .map(bootParts),
    distinct(bridges).map((name) => [name, onHost.ports?.has(name) ?? null]),
    distinct(pools).map((name) => [name, onHost.pools.get(name)?.active ?? null]),
    distinct(volumes).map((key) => [key, onHost.volumes.get(key)?.capacityBytes ?? null]),
    onHost.state.leftovers.map(({ path }) => path),
    networks.map(({ address, subnet, dhcp }) => [
      address,
      subnet.cidr,
      subnet.gateway,
      dhcp?.start,
      dhcp?.end,
    ]),
    // What stands in the way of the fleet is mostly not the fleet's.
    ...(refused.length === 0 ? [] : [refused]),
    ...differences(changes),
  ];
  return createHash('sha256').update(JSON.stringify(relevant)).digest('hex');
}

/**
 * Of an update each difference: much of a definition is compared, and is no fact of its own. The
 * provider is on no host.
 */
function differences(changes: readonly Change[]): unknown[] {
  return changes.flatMap((change): unknown[] => {
    if (change.address === PROVIDER) return [change];
    return change.action === 'update'
      ? [[change.address, change.fields.map(({ path, before, after }) => [path, before, after])]]
      : [];
  });
}

function domainParts(
  { uuid, name, power, persistent, autostart, mark, config, live, nvramMissing }: OwnedDomain,
  onHost: FleetOnHost,
  isRuledByOthers: boolean,
): unknown[] {
  const marked = [
    mark.fleet,
    mark.vm,
    mark.digest,
    mark.ready,
    mark.firmware,
    mark.certificates,
    mark.volumes.map(shownMarked),
    mark.nics,
    ...(mark.protect === undefined ? [] : [mark.protect]),
  ];
  if (isRuledByOthers) return [uuid, name, persistent, autostart, marked, digestParts(config)];
  const running =
    live === null
      ? null
      : [digestParts(live), live.nics.map((nic) => attached(nic, onHost)), nvramMissing];
  return [uuid, name, power, persistent, autostart, marked, digestParts(config), running];
}

function networkParts(network: OwnedNetwork): unknown[] {
  const { uuid, name, active, autostart, persistent, mark, live, fault } = network;
  return [
    [uuid, name, active, autostart, persistent, mark.fleet, mark.network, mark.digest, fault],
    networkDigestParts(network),
    live && networkDigestParts(live),
  ];
}

/** What a fleet that boots through a foreign network must know of it. */
function bootParts({
  uuid,
  name,
  active,
  persistent,
  mark,
  boot,
  bootUrl,
  otherBoot,
  ranges,
  temporaryFor,
}: ObservedNetwork): unknown[] {
  const users = boot?.fleets.map(({ fleet, network }) => [fleet, network]);
  return [
    uuid,
    name,
    active,
    persistent,
    mark?.fleet,
    boot?.url,
    users,
    bootUrl,
    otherBoot,
    ranges.length === 0,
    temporaryFor?.user.fleet,
  ];
}

function distinct(items: readonly string[]): string[] {
  return [...new Set(items)].sort();
}

function byUuid<T extends { uuid: string }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => (a.uuid < b.uuid ? -1 : 1));
}
