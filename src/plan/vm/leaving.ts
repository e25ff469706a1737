import type { Address, ResolvedVm } from '../../model/index.js';
import type { FleetOnHost, OwnedDomain } from '../fleet-on-host.js';
import type { Selection } from '../select.js';
import type { VmIntent } from './intents.js';

/** A VM that the host has of the fleet, and that is deleted for good. */
export interface RemovedVm {
  action: 'delete';
  uuid: string;
  address: Address;
  domain: OwnedDomain;
  reason: 'removed' | 'destroy';
  /** All volumes stay but its firmware's variables. */
  keepDisks: boolean;
}

/** VMs that leave their networks, or may: by UUID. */
export interface Leaving {
  removed: readonly RemovedVm[];
  /** Those that are removed or replaced, and their addresses. */
  deleted: ReadonlyMap<string, Address>;
  /** Those that are changed. */
  moved: ReadonlySet<string>;
  /** Pools that volumes are deleted from. */
  pools: ReadonlySet<string>;
}

/**
 * What goes with an apply: of the VMs that were asked for, those that the file no longer has, and
 * those of `intents`.
 */
export function leavingVms(
  wanted: readonly ResolvedVm[],
  onHost: FleetOnHost,
  selection: Selection,
  intents: readonly VmIntent[],
): Leaving {
  const how = { reason: 'removed' as const, keepDisks: false };
  const removed = removedVms(wanted, onHost, selection, how);
  const replaced = intents.flatMap(({ vm: { uuid, address }, action, domain }) =>
    action === 'replace' ? [{ uuid, address, domain }] : [],
  );
  const updated = intents.filter(({ action }) => action === 'update');
  return {
    ...deletedVms([...removed, ...replaced]),
    removed,
    moved: new Set(updated.map(({ vm }) => vm.uuid)),
  };
}

/** What goes with a destroy. */
export function destroyedVms(
  onHost: FleetOnHost,
  selection: Selection,
  keepDisks: boolean,
): Leaving {
  const removed = removedVms([], onHost, selection, { reason: 'destroy', keepDisks });
  return { ...deletedVms(removed), removed, moved: new Set() };
}

function removedVms(
  wanted: readonly ResolvedVm[],
  onHost: FleetOnHost,
  selection: Selection,
  how: Pick<RemovedVm, 'reason' | 'keepDisks'>,
): RemovedVm[] {
  const uuids = new Set(wanted.map(({ uuid }) => uuid));
  return [...onHost.owned.values()]
    .map((domain) => ({ domain, uuid: domain.uuid, address: `vm.${domain.mark.vm}` }))
    .filter(({ uuid, address }) => !uuids.has(uuid) && selection.has(address))
    .map((vm) => ({ action: 'delete', ...vm, ...how }));
}

function deletedVms(
  vms: readonly { uuid: string; address: Address; domain: OwnedDomain; keepDisks?: boolean }[],
): Pick<Leaving, 'deleted' | 'pools'> {
  const emptied = vms.filter(({ keepDisks }) => keepDisks !== true);
  return {
    deleted: new Map(vms.map(({ uuid, address }) => [uuid, address])),
    pools: new Set(emptied.flatMap(({ domain }) => domain.mark.volumes.map(({ pool }) => pool))),
  };
}
