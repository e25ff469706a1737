import type { Address, PlannedNetwork, ResolvedVm } from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';
import type { Selection } from '../select.js';
import { diffNetwork, type NetworkDiff } from './diff.js';

export interface NetworkIntents {
  diffs: NetworkDiff[];
  /** libvirt names of networks whose bridges go and come again with this plan. */
  outages: ReadonlySet<string>;
  warnings: string[];
}

/**
 * What is to be done about the fleet's own networks: those that were asked for, and those that a VM
 * that was asked for can't do without.
 */
export function networkIntents(
  networks: readonly PlannedNetwork[],
  vms: readonly ResolvedVm[],
  onHost: FleetOnHost,
  selection: Selection,
): NetworkIntents {
  const needed = new Map(
    vms.flatMap(({ address, nics }) =>
      nics.flatMap(({ source }) =>
        source.kind === 'network' && source.own !== null ? [[source.own, address] as const] : [],
      ),
    ),
  );
  const compared = networks
    .filter(({ address }) => selection.has(address) || needed.has(address))
    .map((network) =>
      diffNetwork(
        network,
        onHost.ownedNetworks.get(network.uuid) ?? null,
        selection.replaces(network.address),
      ),
    );
  const isDone = ({ network: { address }, action }: NetworkDiff): boolean =>
    selection.has(address) ||
    (!selection.excluded(address) &&
      !selection.refused(address) &&
      (action === 'create' || action === 'update'));
  const diffs = compared.filter(isDone);
  return {
    diffs,
    outages: new Set(diffs.flatMap(({ outage, network }) => (outage ? network.libvirtName : []))),
    warnings: compared
      .filter((diff) => !isDone(diff))
      .flatMap((diff) => whyNotDone(diff, needed.get(diff.network.address), selection) ?? []),
  };
}

function whyNotDone(
  { network: { address }, action, outage }: NetworkDiff,
  user: Address | undefined,
  selection: Selection,
): string | null {
  if (selection.refused(address)) return null;
  if (selection.excluded(address)) {
    const state = action === 'create' ? 'missing' : 'not as it should be';
    return outage ? `${user} needs ${address}, which is excluded and ${state}` : null;
  }
  return action === 'replace'
    ? `${address} would be rebuilt, and was not asked for: it stays as it is`
    : null;
}
