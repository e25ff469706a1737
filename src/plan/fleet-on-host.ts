import {
  networkUuid,
  vmUuid,
  volumeKey,
  type DomainMark,
  type HostState,
  type NetworkMark,
  type ObservedDomain,
  type ObservedNetwork,
  type ObservedPool,
  type ObservedVolume,
  type ResolvedFleet,
} from '../model/index.js';
import { withoutStandIns } from './network/temporary.js';

export type OwnedDomain = ObservedDomain & { mark: DomainMark };
export type OwnedNetwork = ObservedNetwork & { mark: NetworkMark };

/** A host, looked at from one fleet: what is this fleet's by mark and identity, and ways to find the rest. */
export interface FleetOnHost {
  state: HostState;
  /** By UUID. */
  owned: ReadonlyMap<string, OwnedDomain>;
  ownedNetworks: ReadonlyMap<string, OwnedNetwork>;
  domains: ReadonlyMap<string, ObservedDomain>;
  domainsByName: ReadonlyMap<string, ObservedDomain>;
  networks: ReadonlyMap<string, ObservedNetwork>;
  networksByName: ReadonlyMap<string, ObservedNetwork>;
  pools: ReadonlyMap<string, ObservedPool>;
  /** By `volumeKey`. */
  volumes: ReadonlyMap<string, ObservedVolume>;
  /** Volumes in the marks of owned domains. */
  ownedVolumes: ReadonlySet<string>;
  /** Each bridge's taps; null where that isn't known. */
  ports: ReadonlyMap<string, ReadonlySet<string>> | null;
}

/**
 * A mark alone is not ownership: a copy of a VM carries the mark of the original, whose volumes it names. The UUID that
 * follows from fleet and name can't be copied, since libvirt has each UUID once.
 */
export function fleetOnHost(fleet: ResolvedFleet, observed: HostState): FleetOnHost {
  const state = withoutStandIns(observed);
  const vmUuids = new Map(fleet.vms.map(({ name, uuid }) => [name, uuid]));
  const networkUuids = new Map(
    fleet.networks.flatMap((network) =>
      network.kind === 'own' ? [[network.name, network.uuid] as const] : [],
    ),
  );
  const owned = new Map<string, OwnedDomain>();
  for (const domain of state.domains) {
    const { mark } = domain;
    if (mark?.fleet !== fleet.name) continue;
    if (domain.uuid === (vmUuids.get(mark.vm) ?? vmUuid(mark.fleet, mark.vm)))
      owned.set(domain.uuid, { ...domain, mark });
  }
  const ownedNetworks = new Map<string, OwnedNetwork>();
  for (const network of state.networks) {
    const { mark } = network;
    if (mark?.fleet !== fleet.name) continue;
    if (network.uuid === (networkUuids.get(mark.network) ?? networkUuid(mark.fleet, mark.network)))
      ownedNetworks.set(network.uuid, { ...network, mark });
  }
  const { bridgePorts } = state;
  return {
    state,
    owned,
    ownedNetworks,
    domains: new Map(state.domains.map((domain) => [domain.uuid, domain])),
    domainsByName: new Map(state.domains.map((domain) => [domain.name, domain])),
    networks: new Map(state.networks.map((network) => [network.uuid, network])),
    networksByName: new Map(state.networks.map((network) => [network.name, network])),
    pools: new Map(state.pools.map((pool) => [pool.name, pool])),
    volumes: new Map(state.volumes.map((volume) => [volumeKey(volume), volume])),
    ownedVolumes: new Set([...owned.values()].flatMap(({ mark }) => mark.volumes.map(volumeKey))),
    ports:
      bridgePorts === null
        ? null
        : new Map(Object.entries(bridgePorts).map(([bridge, taps]) => [bridge, new Set(taps)])),
  };
}
