import {
  isNamedFor,
  isOwnedBy,
  volumeKey,
  type Address,
  type AnyDomain,
  type Backing,
  type HostState,
  type Impairment,
  type Leftover,
  type ObservedDomain,
  type ObservedNetwork,
  type ObservedPool,
  type ObservedVolume,
  type Owned,
  type Render,
  type ResolvedFleet,
  type VolumeRef,
} from '../model/index.js';
import { unfinishedNetworks, type UnfinishedNetwork } from './network/borrowed/unfinished.js';
import { withoutTemporaryNetworks } from './network/temporary.js';

export type OwnedDomain = Owned<ObservedDomain>;
export type OwnedNetwork = Owned<ObservedNetwork>;

/**
 * A host as it concerns one fleet: what is the fleet's own, what it borrows, and ways to find the
 * rest.
 */
export interface FleetOnHost {
  state: HostState;
  /** How ven would define a VM of the fleet today. */
  written: Render['written'];
  /** The fleet's own domains, by UUID. */
  owned: ReadonlyMap<string, OwnedDomain>;
  ownedNetworks: ReadonlyMap<string, OwnedNetwork>;
  /** Networks that a killed run, of any fleet, left half-done; by UUID. */
  unfinished: ReadonlyMap<string, UnfinishedNetwork>;
  /** Foreign networks that the fleet boots through, by UUID. */
  borrowed: ReadonlyMap<string, BorrowedNetwork>;
  /**
   * The fleet's own VMs on each network, by its libvirt name, through NICs that ven made; as
   * defined or as they run.
   */
  vmsOn: ReadonlyMap<string, readonly VmOnNetwork[]>;
  domains: ReadonlyMap<string, AnyDomain>;
  domainsByName: ReadonlyMap<string, AnyDomain>;
  /** By the file of their firmware's variables. */
  domainsByNvram: ReadonlyMap<string, AnyDomain>;
  networks: ReadonlyMap<string, ObservedNetwork>;
  networksByName: ReadonlyMap<string, ObservedNetwork>;
  pools: ReadonlyMap<string, ObservedPool>;
  /** By `volumeKey`. */
  volumes: ReadonlyMap<string, ObservedVolume>;
  /** Of VMs that don't exist, by UUID. */
  leftovers: ReadonlyMap<string, readonly Leftover[]>;
  /** Volumes in the marks of owned domains, as far as they are named for them. */
  ownedVolumes: ReadonlySet<string>;
  /** What marks of owned domains name, and is not named for them. */
  misnamed: readonly Misnamed[];
  /** See `HostState.backing`. */
  backing: Backing;
  /** Each bridge's taps; null where that isn't known. */
  ports: ReadonlyMap<string, ReadonlySet<string>> | null;
  /** VMs that another host has, or may have, which is taken for dead: its name, by UUID. */
  evacuated: ReadonlyMap<string, string>;
  /** By tap, as far as it is known; see `HostState.impairments`. */
  impairments: ReadonlyMap<string, Impairment>;
}

/**
 * A foreign network that ven gave boot options for this fleet, or was about to when it was killed.
 */
export interface BorrowedNetwork {
  network: ObservedNetwork;
  /** The name that the fleet file has, or had, for it. */
  name: string;
  address: Address;
  /** Its boot options are for this fleet, too. */
  ours: boolean;
  /** A run of this fleet was killed while it restarted the network. */
  halfDone: boolean;
  /** Other fleets that its boot options are for. */
  others: string[];
}

export interface Misnamed extends VolumeRef {
  address: Address;
}

export interface VmOnNetwork {
  uuid: string;
  address: Address;
}

/** The other fleets that ven gave a foreign network boot options for. */
export function otherFleets(fleet: ResolvedFleet, { boot }: ObservedNetwork): string[] {
  return (boot?.fleets ?? []).map((each) => each.fleet).filter((name) => name !== fleet.name);
}

export function fleetOnHost(
  fleet: ResolvedFleet,
  observed: HostState,
  { written }: Pick<Render, 'written'>,
): FleetOnHost {
  const state = withoutTemporaryNetworks(observed, fleet.name);
  const marked = state.domains.filter((domain) => isOwnedBy(fleet, domain));
  const owned = marked.map(withItsVolumes);
  const ownedNetworks = state.networks.filter((network) => isOwnedBy(fleet, network));
  const { bridgePorts } = state;
  return {
    state,
    written,
    owned: new Map(owned.map((domain) => [domain.uuid, domain])),
    ownedNetworks: new Map(ownedNetworks.map((network) => [network.uuid, network])),
    unfinished: unfinishedNetworks(observed),
    borrowed: borrowedNetworks(fleet, state.networks),
    vmsOn: vmsOnNetworks(owned),
    domains: new Map(state.domains.map((domain) => [domain.uuid, domain])),
    domainsByName: new Map(state.domains.map((domain) => [domain.name, domain])),
    domainsByNvram: new Map(
      state.domains.flatMap((domain) =>
        domain.config.nvram === null ? [] : [[domain.config.nvram, domain] as const],
      ),
    ),
    networks: new Map(state.networks.map((network) => [network.uuid, network])),
    networksByName: new Map(state.networks.map((network) => [network.name, network])),
    pools: new Map(state.pools.map((pool) => [pool.name, pool])),
    volumes: new Map(state.volumes.map((volume) => [volumeKey(volume), volume])),
    leftovers: Map.groupBy(state.leftovers, ({ uuid }) => uuid),
    ownedVolumes: new Set(owned.flatMap(({ mark }) => mark.volumes.map(volumeKey))),
    misnamed: marked.flatMap(({ mark }) =>
      mark.volumes
        .filter((ref) => !isNamedFor(mark, ref))
        .map(({ pool, volume }) => ({ address: `vm.${mark.vm}`, pool, volume })),
    ),
    backing: state.backing,
    ports:
      bridgePorts === null
        ? null
        : new Map(Object.entries(bridgePorts).map(([bridge, taps]) => [bridge, new Set(taps)])),
    evacuated: new Map(),
    impairments: new Map(Object.entries(state.impairments ?? {})),
  };
}

/** With a mark that names only what is named for the VM. */
function withItsVolumes(domain: OwnedDomain): OwnedDomain {
  const { mark } = domain;
  const volumes = mark.volumes.filter((ref) => isNamedFor(mark, ref));
  return volumes.length === mark.volumes.length
    ? domain
    : { ...domain, mark: { ...mark, volumes } };
}

function borrowedNetworks(
  fleet: ResolvedFleet,
  networks: readonly ObservedNetwork[],
): Map<string, BorrowedNetwork> {
  const unfinished = new Map(
    networks.flatMap(({ temporaryFor }) =>
      temporaryFor?.user.fleet === fleet.name
        ? [[temporaryFor.network, temporaryFor.user] as const]
        : [],
    ),
  );
  const borrowed = new Map<string, BorrowedNetwork>();
  for (const network of networks) {
    const { uuid, boot } = network;
    const ours = boot?.fleets.find((each) => each.fleet === fleet.name);
    const halfDone = unfinished.get(uuid);
    const user = ours ?? halfDone;
    if (user === undefined) continue;
    const written = fleet.networks.find(
      (each) => each.kind === 'existing' && each.libvirtName === network.name,
    );
    const name = written?.name ?? user.network;
    borrowed.set(uuid, {
      network,
      name,
      address: `network.${name}`,
      ours: ours !== undefined,
      halfDone: halfDone !== undefined,
      others: otherFleets(fleet, network),
    });
  }
  return borrowed;
}

function vmsOnNetworks(domains: readonly OwnedDomain[]): Map<string, VmOnNetwork[]> {
  const pairs = domains.flatMap(({ uuid, mark, config, live }) => {
    const made = new Set(mark.nics.map((mac) => mac.toLowerCase()));
    const names = [...config.nics, ...(live?.nics ?? [])].flatMap(({ mac, source }) =>
      source.kind === 'network' && made.has(mac.toLowerCase()) ? [source.network] : [],
    );
    const vm = { uuid, address: `vm.${mark.vm}` };
    return [...new Set(names)].map((name) => ({ name, vm }));
  });
  const byName = Map.groupBy(pairs, ({ name }) => name);
  return new Map([...byName].map(([name, on]) => [name, on.map(({ vm }) => vm)]));
}
