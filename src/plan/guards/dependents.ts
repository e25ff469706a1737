import {
  PROVIDER,
  volumesOf,
  type Address,
  type Refusal,
  type ResolvedVm,
  type VolumeRef,
} from '../../model/index.js';
import type { FleetOnHost, OwnedDomain } from '../fleet-on-host.js';
import type { BootNetwork } from '../network/borrowed/intents.js';
import type { NetworkDiff } from '../network/diff.js';
import type { Selection } from '../select.js';
import { holdersOf } from '../vm/freeing.js';
import type { VmIntent } from '../vm/intents.js';
import type { RemovedVm } from '../vm/leaving.js';

/** What an apply is about to do, as far as it may hang on what is refused. */
export interface Dependents {
  vms: readonly VmIntent[];
  removed: readonly RemovedVm[];
  networks: readonly NetworkDiff[];
  /** All VMs of the file. */
  all: readonly ResolvedVm[];
  /** Foreign networks that the fleet boots through, by libvirt name. */
  boots: ReadonlyMap<string, BootNetwork>;
}

/**
 * VMs that need what is refused, networks that would be created for refused new VMs alone, and
 * networks that would be rebuilt beneath a refused VM.
 */
export function dependentRefusals(
  { vms, removed, networks, all, boots }: Dependents,
  onHost: FleetOnHost,
  selection: Selection,
  refused: readonly Refusal[],
): Refusal[] {
  if (refused.length === 0) return [];
  const codes = new Map(refused.map(({ address, code }) => [address, code]));
  const refuse = (address: Address, because: Address, summary: string): Refusal => ({
    ...{ address, code: codes.get(because) ?? 'foreign-object', summary },
    ...{ hint: `See ${because}.`, because },
  });
  const isRefused = (address: Address): boolean => codes.has(address);
  const refusedPool = (volumes: readonly VolumeRef[]): Address | undefined =>
    volumes.map(({ pool }) => `pool.${pool}`).find(isRefused);
  const held = holdersOf(refusedVms(onHost, selection), onHost);

  return [
    ...vms.flatMap(({ vm, action, domain }) => {
      const needed =
        refusedPool([...volumesOf(vm), ...(action === 'replace' ? domain.mark.volumes : [])]) ??
        (action === null ? undefined : networksOf(vm, boots).find(isRefused)) ??
        (installs(action) && isRefused(PROVIDER) ? PROVIDER : undefined);
      if (needed !== undefined)
        return [refuse(vm.address, needed, `It needs ${needed}, which is refused`)];
      const [holder] = action === null ? [] : held(vm);
      if (holder === undefined) return [];
      const what = `${holder}, which is refused, has a MAC address or a port that it wants`;
      return [refuse(vm.address, holder, what)];
    }),
    ...removed.flatMap(({ address, domain, keepDisks }) => {
      const pool = keepDisks ? undefined : refusedPool(domain.mark.volumes);
      if (pool === undefined) return [];
      return [refuse(address, pool, `Its disks are in ${pool}, which is refused`)];
    }),
    ...networks.flatMap(({ network, action }) => {
      if (action !== 'create') return [];
      const users = all.filter((vm) => networksOf(vm, boots).includes(network.address));
      const isNotMade = ({ uuid, address }: ResolvedVm): boolean =>
        isRefused(address) && !onHost.owned.has(uuid);
      const [vm] = users.every(isNotMade) ? users : [];
      if (vm === undefined) return [];
      const what = `It is for ${vm.address}${users.length > 1 ? ' and others' : ''} alone`;
      return [refuse(network.address, vm.address, `${what}, refused as well`)];
    }),
    ...networks.flatMap(({ network, action, observed, stop }) => {
      // A network that lacks its bridge serves nobody: starting it anew takes nothing away.
      const isCut = action === 'replace' || (stop && observed?.fault === null);
      const on = isCut ? (onHost.vmsOn.get(network.libvirtName) ?? []) : [];
      const vm = on.find(
        ({ uuid, address }) => isRefused(address) && isRunning(onHost.owned.get(uuid)),
      );
      if (vm === undefined) return [];
      const what = `It would be rebuilt beneath ${vm.address}, which is refused and runs on it`;
      return [refuse(network.address, vm.address, what)];
    }),
  ];
}

/** A new VM installs what the provider says, as soon as it is on. */
function installs(action: VmIntent['action']): boolean {
  return action === 'create' || action === 'replace';
}

function refusedVms({ owned }: FleetOnHost, selection: Selection): Map<string, Address> {
  const vms = [...owned.values()].map(({ uuid, mark }) => [uuid, `vm.${mark.vm}`] as const);
  return new Map(vms.filter(([, address]) => selection.refused(address)));
}

function networksOf({ nics }: ResolvedVm, boots: ReadonlyMap<string, BootNetwork>): Address[] {
  return nics.flatMap(({ source }) => {
    if (source.kind !== 'network') return [];
    return source.own ?? boots.get(source.network)?.address ?? [];
  });
}

function isRunning(domain: OwnedDomain | undefined): boolean {
  return domain !== undefined && domain.live !== null;
}
