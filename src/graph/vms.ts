import {
  blockOf,
  isOwnedBy,
  overlaps,
  type NetworkNode,
  type ObservedNic,
  type ResolvedFleet,
  type VmNode,
} from '../model/index.js';
import type { Seen } from './fleet-graph.js';
import type { Actions } from './networks.js';

/** VMs that a plan deletes, or refuses to, though the fleet file does not list them. */
export function leavingVms(
  fleet: ResolvedFleet,
  seen: Seen | null,
  actions: Actions | null,
): (Omit<VmNode, 'nics'> & { nics: ObservedNic[] })[] {
  const listed = new Set(fleet.vms.map(({ uuid }) => uuid));
  return (seen?.state.domains ?? []).flatMap((domain) => {
    if (!isOwnedBy(fleet, domain) || listed.has(domain.uuid)) return [];
    const id = `vm.${domain.mark.vm}`;
    const action = actions?.get(id);
    if (action === undefined) return [];
    const { cpus, memoryKiB, firmware, tpm, serialNumber, nics } = domain.config;
    return [
      {
        ...{ id, kind: 'vm' as const, name: domain.mark.vm, action },
        ...{ cpus, memoryKiB, firmware, tpm, serialNumber, nics },
        power: domain.live === null ? ('off' as const) : ('running' as const),
      },
    ];
  });
}

/**
 * Gives a VM the addresses that its NICs have from DHCP: each is of the network whose subnet has
 * it.
 */
export function withLeases(
  networks: readonly NetworkNode[],
): (vm: VmNode, addresses: readonly string[]) => VmNode {
  const subnets = new Map(networks.map(({ id, subnet }) => [id, blockOf(subnet ?? '')]));
  const leased = (on: string | null, addresses: readonly string[]): string | null => {
    const subnet = subnets.get(on ?? '') ?? null;
    const isIn = (address: string): boolean => {
      const block = blockOf(address);
      return subnet !== null && block !== null && overlaps(subnet, block);
    };
    return addresses.find(isIn) ?? null;
  };
  return (vm, addresses) => ({
    ...vm,
    nics: vm.nics.map((nic) => ({ ...nic, address: nic.address ?? leased(nic.on, addresses) })),
  });
}
