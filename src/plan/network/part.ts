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
  const freed: Freed[] = [
    ...removals.map(({ network, address }) => ({ network, by: `${address}:delete` })),
    ...diffs.flatMap(({ network: { address }, observed, recreate, stop }) => {
      if (observed === null || !(recreate || stop)) return [];
      return [{ network: observed, by: `${address}:${recreate ? 'delete' : 'stop'}` }];
    }),
  ];
  const built = diffs
    .filter(({ action }) => action !== null)
    .map((diff) => {
      const { address, libvirtName } = diff.network;
      const again = diff.outage ? (reattached.get(libvirtName) ?? []) : [];
      const notes = again.length > 0 ? [`attaches ${formatList(again)} again`] : [];
      const all =
        diff.recreate || diff.stop
          ? [costOf(diff), ...notes, ...cutOff(libvirtName, attachments)]
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

function costOf({ recreate, action }: NetworkDiff): string {
  if (recreate) return 'deletes the network and creates it, without what others added to it';
  return action === 'replace' ? 'rebuilds the network' : 'restarts the network';
}

/** A network that goes, or stops for a restart, by a step. */
interface Freed {
  network: OwnedNetwork;
  by: string;
}

/** `freed`: networks whose places this one may need. */
function stepsOf(diff: NetworkDiff, freed: readonly Freed[]): Step[] {
  const { network, action, recreate, define, stop, start, entries } = diff;
  const { address, uuid } = network;
  const timeoutSeconds = TIMEOUT_SECONDS;
  const needs = freed
    .filter((old) => (recreate || old.network.uuid !== uuid) && samePlace(old.network, network))
    .map(({ by }) => by);
  if (action === 'create' || recreate) {
    const needed = recreate ? [...new Set([`${address}:delete`, ...needs])] : needs;
    return inSequence(address, [
      { name: 'create', needs: needed, timeoutSeconds, kind: 'network-create', network },
    ]);
  }
  // libvirt takes no definition with a bridge that another network has, even one that is off.
  const bridges = freed
    .filter(({ network: { bridge }, by }) => bridge === network.bridge && by.endsWith(':delete'))
    .map(({ by }) => by);
  const fields = define;
  return inSequence(address, [
    fields.length > 0 || entries.length > 0
      ? {
          ...{ name: 'update', needs: bridges, timeoutSeconds },
          ...{ kind: 'network-update', uuid, entries, fields, network },
        }
      : null,
    stop ? { name: 'stop', timeoutSeconds, kind: 'network-stop', uuid } : null,
    start ? { name: 'start', needs, timeoutSeconds, kind: 'network-start', uuid } : null,
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
  const replaced = diffs.filter(({ recreate }) => recreate);
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
  const place = blockOf(wanted.subnet.cidr);
  return [old, ...(old.live === null ? [] : [old.live])].some(({ bridge, gateway }) => {
    const range = gateway === null ? null : blockOf(gateway);
    const meet = range !== null && place !== null && overlaps(range, place);
    return bridge === wanted.bridge || meet;
  });
}
