import {
  blockOf,
  overlaps,
  type Address,
  type Change,
  type PlannedNetwork,
  type Step,
} from '../../model/index.js';
import type { OwnedNetwork } from '../fleet-on-host.js';
import { formatList } from '../format.js';
import type { Part } from '../part.js';
import { inSequence } from '../sequence.js';
import type { LastSteps } from '../vm/part.js';
import type { Attachments } from './attachments.js';
import { networkChange, observedNetworkFacts, type NetworkDiff } from './diff.js';
import type { NetworkRemoval } from './removals.js';

const TIMEOUT_SECONDS = 60;

/** The networks that come or change; VMs on them wait for `ready`. */
export interface BuiltNetworks extends Part {
  /** For each network's address, the step that a VM on it waits for. */
  ready: ReadonlyMap<Address, string>;
}

/** `reattached`: VMs that are attached again, by libvirt name of the network. */
export function buildNetworks(
  diffs: readonly NetworkDiff[],
  removals: readonly NetworkRemoval[],
  attachments: Attachments,
  reattached: ReadonlyMap<string, readonly Address[]>,
): BuiltNetworks {
  const freed = [
    ...removals.map(({ network }) => network),
    ...diffs.flatMap(({ action, observed }) => (action === 'replace' ? (observed ?? []) : [])),
  ];
  const built = diffs
    .filter(({ action }) => action !== null)
    .map((diff) => {
      const { address, libvirtName } = diff.network;
      const again = diff.outage ? (reattached.get(libvirtName) ?? []) : [];
      const notes = again.length > 0 ? [`attaches ${formatList(again)} again`] : [];
      const all =
        diff.action === 'replace'
          ? ['rebuilds the network', ...notes, ...cutOff(libvirtName, attachments)]
          : notes;
      return { address, steps: stepsOf(diff, freed), change: networkChange(diff, all) };
    });
  return {
    changes: built.flatMap(({ change }) => change ?? []),
    steps: built.flatMap(({ steps }) => steps),
    ready: new Map(
      built.flatMap(({ address, steps }) =>
        steps.slice(-1).map(({ id }) => [address, id] as const),
      ),
    ),
  };
}

/** `freed`: networks that are deleted, whose places a new one may need. */
function stepsOf(diff: NetworkDiff, freed: readonly OwnedNetwork[]): Step[] {
  const { network, action, define, start, entries } = diff;
  const { address, uuid } = network;
  const timeoutSeconds = TIMEOUT_SECONDS;
  if (action === 'create' || action === 'replace') {
    const needs = freed
      .filter((old) => old.uuid === uuid || samePlace(old, network))
      .map(({ mark }) => `network.${mark.network}:delete`);
    return inSequence(address, [
      { name: 'create', needs, timeoutSeconds, kind: 'network-create', network },
    ]);
  }
  return inSequence(address, [
    define
      ? { name: 'update', timeoutSeconds, kind: 'network-update', uuid, entries, network }
      : null,
    start ? { name: 'start', timeoutSeconds, kind: 'network-start', uuid } : null,
  ]);
}

/** The networks that go, for good or to be built again. */
export function deleteNetworks(
  removals: readonly NetworkRemoval[],
  diffs: readonly NetworkDiff[],
  attachments: Attachments,
  lastSteps: LastSteps,
  reason: 'removed' | 'destroy',
): Part {
  const building = diffs
    .filter(({ action }) => action === 'create' || action === 'replace')
    .map(({ network }) => network);
  const replaced = diffs.filter(({ action }) => action === 'replace');
  const changes = removals.map(({ address, network }): Change => ({
    address,
    action: 'delete',
    reason,
    notes: cutOff(network.name, attachments),
    before: observedNetworkFacts(network),
  }));
  const steps = removals.map(({ address, network, deleted, moved }) => {
    const waitsForMoved = !building.some((wanted) => samePlace(network, wanted));
    return deletion(address, network.uuid, [
      ...deleted.map((vm) => `${vm}:delete`),
      ...(waitsForMoved ? moved.flatMap((vm) => lastSteps.get(vm) ?? []) : []),
    ]);
  });
  return {
    changes,
    steps: [
      ...steps,
      ...replaced.map(({ network }) => deletion(network.address, network.uuid, [])),
    ],
  };
}

function deletion(address: Address, uuid: string, needs: string[]): Step {
  const id = `${address}:delete`;
  return { id, address, needs, timeoutSeconds: TIMEOUT_SECONDS, kind: 'network-delete', uuid };
}

function cutOff(name: string, attachments: Attachments): string[] {
  return (attachments.get(name) ?? []).map((what) => `cuts off ${what}`);
}

function samePlace(old: OwnedNetwork, wanted: PlannedNetwork): boolean {
  const range = old.gateway === null ? null : blockOf(old.gateway);
  const place = blockOf(wanted.subnet.cidr);
  return (
    old.bridge === wanted.bridge || (range !== null && place !== null && overlaps(range, place))
  );
}
