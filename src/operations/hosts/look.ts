import type { Host, HostState, PlannedHost, ResolvedFleet } from '../../model/index.js';
import type { FleetHosts } from '../planned.js';
import { seeHosts } from './whole.js';

/** One host, with what is there of the fleet. */
export interface LookPart {
  /** null: the fleet is on this host alone. */
  name: string | null;
  host: Host;
  /** As it is there. Of several hosts: with the VMs that are there. */
  fleet: ResolvedFleet;
  state: HostState;
}

export interface FleetLook {
  /** Of the hosts that answer. */
  parts: LookPart[];
  /** Of several: all of them. */
  hosts: PlannedHost[];
  /** By address: the hosts that are away and may have the VM. */
  unknown: ReadonlyMap<string, string[]>;
}

/** What there is of a fleet on its hosts, all asked at once. @throws VenError as `seeHosts` */
export async function lookAt(
  { fleet, host, hosts }: FleetHosts,
  stop?: AbortSignal,
): Promise<FleetLook> {
  if (host !== null) {
    const state = await host.observe(fleet, stop);
    return { parts: [{ name: null, host, fleet, state }], hosts: [], unknown: new Map() };
  }
  const seen = await seeHosts(hosts, fleet, { destroys: true, stop });
  return {
    parts: seen.shares.map(({ name, open, fleet: share, state }) => ({
      ...{ name, host: open.host, fleet: share, state },
    })),
    hosts: [...seen.hosts],
    unknown: new Map(seen.placements.unknown.map(({ address, hosts }) => [address, hosts])),
  };
}
