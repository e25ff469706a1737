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

export interface NetworkRemovals {
  removals: NetworkRemoval[];
  /** Those that would go, but that a VM stays on. */
  staying: Pick<NetworkRemoval, 'uuid' | 'address'>[];
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
      const on = departures(address, onHost.vmsOn.get(network.name) ?? [], leaving);
      return { uuid: network.uuid, address, network, ...on };
    });
  const staying = unwanted.filter(({ stays }) => stays !== null);
  return {
    removals: unwanted.filter(({ stays }) => stays === null),
    staying,
    warnings: staying.flatMap(({ stays }) => stays ?? []),
  };
}

/** Which VMs leave a network that is to go. */
export interface Departures {
  deleted: Address[];
  moved: Address[];
  /** The network stays, and why: VMs stay on it. null: none does. */
  stays: string | null;
}

/** Which of the VMs on a network leave it with this plan, and how. */
export function departures(
  address: Address,
  on: readonly VmOnNetwork[],
  leaving: Leaving,
): Departures {
  const addresses = (of: (uuid: string) => boolean): Address[] =>
    on.filter(({ uuid }) => of(uuid)).map(({ address }) => address);
  const staying = addresses((uuid) => !leaving.deleted.has(uuid) && !leaving.moved.has(uuid));
  const verb = staying.length === 1 ? 'is' : 'are';
  return {
    deleted: addresses((uuid) => leaving.deleted.has(uuid)),
    moved: addresses((uuid) => leaving.moved.has(uuid)),
    stays:
      staying.length === 0 ? null : `${address} stays: ${staying.join(', ')} ${verb} still on it`,
  };
}
