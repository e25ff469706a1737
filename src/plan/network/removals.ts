import type { Address, ResolvedNetwork } from '../../model/index.js';
import type { FleetOnHost, OwnedNetwork, VmOnNetwork } from '../fleet-on-host.js';
import type { Selection } from '../select.js';
import type { Leaving } from '../vm/leaving.js';

/** One of the fleet's own networks that is deleted, and what has to leave it first. */
export interface NetworkRemoval {
  uuid: string;
  address: Address;
  network: OwnedNetwork;
  /** VMs on it that are deleted (or replaced): its deletion waits for theirs. */
  deleted: readonly Address[];
  /**
   * VMs that are moved off it. Waited for too, unless a network that they move to needs its place.
   */
  moved: readonly Address[];
}

/** A network that VMs stay on. */
export interface StayingNetwork {
  uuid: string;
  address: Address;
  on: readonly Address[];
}

export interface NetworkRemovals {
  removals: NetworkRemoval[];
  /** Those that would go, but that a VM stays on. */
  staying: StayingNetwork[];
  warnings: string[];
}

/** The fleet's own networks on the host that were asked for, but for those of `wanted`. */
export function networkRemovals(
  wanted: readonly ResolvedNetwork[],
  onHost: FleetOnHost,
  selection: Selection,
  leaving: Leaving,
): NetworkRemovals {
  const wantedUuids = new Set(
    wanted.flatMap((network) => (network.kind === 'own' ? network.uuid : [])),
  );
  const unwanted = [...onHost.ownedNetworks.values()]
    .map((network) => ({ network, address: `network.${network.mark.network}` }))
    .filter(({ network, address }) => !wantedUuids.has(network.uuid) && selection.has(address))
    .map(({ network, address }) => {
      const on = departures(onHost.vmsOn.get(network.name) ?? [], leaving);
      return { uuid: network.uuid, address, network, ...on };
    });
  const staying = unwanted.filter(({ on }) => on.length > 0);
  return {
    removals: unwanted.filter(({ on }) => on.length === 0),
    staying,
    warnings: staying.map(whyItStays),
  };
}

/** Which VMs leave a network that is to go. */
export interface Departures {
  deleted: Address[];
  moved: Address[];
  /** VMs that stay on it, and so does the network. */
  on: Address[];
}

/** Which of the VMs on a network leave it with this plan, and how. */
export function departures(vms: readonly VmOnNetwork[], leaving: Leaving): Departures {
  const addresses = (of: (uuid: string) => boolean): Address[] =>
    vms.filter(({ uuid }) => of(uuid)).map(({ address }) => address);
  return {
    deleted: addresses((uuid) => leaving.deleted.has(uuid)),
    moved: addresses((uuid) => leaving.moved.has(uuid)),
    on: addresses((uuid) => !leaving.deleted.has(uuid) && !leaving.moved.has(uuid)),
  };
}

export function whyItStays({ address, on }: Pick<StayingNetwork, 'address' | 'on'>): string {
  return `${address} stays: ${on.join(', ')} ${on.length === 1 ? 'is' : 'are'} still on it`;
}
