import {
  blockOf,
  overlaps,
  type Address,
  type Change,
  type PlannedNetwork,
  type Step,
} from '../../model/index.js';
import { formatList } from '../format.js';
import { networkChange, observedNetworkFacts, type NetworkDiff } from './diff.js';
import type { OwnedNetwork, FleetOnHost } from '../fleet-on-host.js';

/** A network that is taken away, and what has to leave it first. */
export interface NetworkRemoval {
  address: Address;
  network: OwnedNetwork;
  /** VMs that are deleted (or replaced) on it: its deletion waits for theirs. */
  deleted: readonly Address[];
  /** VMs that are moved off it. Waited for too, unless a network that they move to needs its place. */
  moved: readonly Address[];
}

/** What stays on a network when its bridge goes, by libvirt name of the network. */
export type Attachments = ReadonlyMap<string, readonly string[]>;

/** NICs of running domains that ven did not make, by network: they lose it with its bridge, and a person should know. */
export function foreignAttachments(
  onHost: FleetOnHost,
  wantedMacs: ReadonlyMap<string, ReadonlySet<string>>,
): Attachments {
  const found = new Map<string, string[]>();
  for (const domain of onHost.state.domains) {
    const mark = onHost.owned.get(domain.uuid)?.mark;
    const ours = wantedMacs.get(domain.uuid);
    for (const { mac, source } of domain.live?.nics ?? []) {
      if (
        source.kind !== 'network' ||
        mark?.nics.includes(mac.toLowerCase()) === true ||
        ours?.has(mac.toLowerCase()) === true
      )
        continue;
      const who =
        mark === undefined
          ? `domain ${domain.name}, which is not this fleet's`
          : `NIC ${mac} of vm.${mark.vm}, which ven did not make`;
      found.set(source.network, [...(found.get(source.network) ?? []), who]);
    }
  }
  return found;
}

export interface NetworkSteps {
  steps: Step[];
  changes: Change[];
  /** For each network's address, the steps that a VM on it waits for. */
  ready: Map<Address, string[]>;
}

/**
 * `attachedVms`: the VMs that are attached again, by libvirt name of the network. `waitForMoved`: deletions that wait for
 * the last step of VMs that are moved elsewhere, which the caller knows.
 */
export function networkSteps(
  diffs: readonly NetworkDiff[],
  removals: readonly NetworkRemoval[],
  attachments: Attachments,
  attachedVms: ReadonlyMap<string, readonly Address[]>,
  reason: 'removed' | 'destroy',
): NetworkSteps & { waitForMoved: { step: Step; moved: readonly Address[] }[] } {
  const steps: Step[] = [];
  const changes: Change[] = [];
  const ready = new Map<Address, string[]>();
  const waitForMoved: { step: Step; moved: readonly Address[] }[] = [];
  const building = diffs
    .filter(({ action }) => action === 'create' || action === 'replace')
    .map(({ network }) => network);
  const cutOff = (name: string): string[] =>
    (attachments.get(name) ?? []).map((who) => `cuts off ${who}`);

  // Deletions, each with the place that it frees.
  const freed: { id: string; network: OwnedNetwork }[] = [];
  for (const { address, network, deleted, moved } of removals) {
    const id = `${address}:delete`;
    const step: Step = {
      id,
      address,
      needs: deleted.map((vm) => `${vm}:delete`),
      timeoutSeconds: 60,
      kind: 'network-delete',
      uuid: network.uuid,
    };
    if (!building.some((wanted) => samePlace(network, wanted))) waitForMoved.push({ step, moved });
    freed.push({ id, network });
    steps.push(step);
    changes.push({
      address,
      action: 'delete',
      reason,
      notes: cutOff(network.name),
      before: observedNetworkFacts(network),
    });
  }
  for (const { network, observed, action } of diffs) {
    if (action !== 'replace' || observed === null) continue;
    const id = `${network.address}:delete`;
    steps.push({
      id,
      address: network.address,
      needs: [],
      timeoutSeconds: 60,
      kind: 'network-delete',
      uuid: network.uuid,
    });
    freed.push({ id, network: observed });
  }

  for (const diff of diffs) {
    const { network, action } = diff;
    const { address, uuid } = network;
    if (action === null) continue;
    const own: Step[] = [];
    const base = (name: string, needs: readonly string[]) => ({
      id: `${address}:${name}`,
      address,
      needs: [...needs, ...own.slice(-1).map(({ id }) => id)],
      timeoutSeconds: 60,
    });
    if (action === 'create' || action === 'replace') {
      const places = freed
        .filter(({ network: old }) => old.uuid === uuid || samePlace(old, network))
        .map(({ id }) => id);
      own.push({ ...base('create', places), kind: 'network-create', network });
    } else {
      if (diff.define)
        own.push({
          ...base('update', []),
          kind: 'network-update',
          uuid,
          entries: diff.entries,
          network,
        });
      if (diff.start) own.push({ ...base('start', []), kind: 'network-start', uuid });
    }
    steps.push(...own);
    const last = own.at(-1);
    if (last !== undefined) ready.set(address, [last.id]);
    const again = diff.outage ? (attachedVms.get(network.libvirtName) ?? []) : [];
    const notes = again.length > 0 ? [`attaches ${formatList(again)} again`] : [];
    const change = networkChange(
      diff,
      action === 'replace'
        ? ['rebuilds the network', ...notes, ...cutOff(network.libvirtName)]
        : notes,
    );
    if (change !== null) changes.push(change);
  }
  return { steps, changes, ready, waitForMoved };
}

function samePlace(old: OwnedNetwork, wanted: PlannedNetwork): boolean {
  const range = old.gateway === null ? null : blockOf(old.gateway);
  const place = blockOf(wanted.subnet.cidr);
  return (
    old.bridge === wanted.bridge || (range !== null && place !== null && overlaps(range, place))
  );
}
