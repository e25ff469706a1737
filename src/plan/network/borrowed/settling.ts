/**
 * A foreign network that another fleet's killed run left half-done, and that this fleet uses: it is
 * completed before any VM needs it.
 */
import type { Address, ResolvedFleet, ResolvedVm } from '../../../model/index.js';
import type { FleetOnHost } from '../../fleet-on-host.js';
import type { Part } from '../../part.js';
import type { Selection } from '../../select.js';
import type { BorrowedIntent } from './intents.js';
import { reconnects, unfinishedNotices, type UnfinishedNetwork } from './unfinished.js';

const TIMEOUT_SECONDS = 300;

export interface SettlingIntent {
  address: Address;
  unfinished: UnfinishedNetwork;
}

/** `borrowed`: what is done to borrowed networks anyway, which completes them too. */
export function settlingIntents(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  vms: readonly ResolvedVm[],
  borrowed: readonly BorrowedIntent[],
): SettlingIntent[] {
  const done = new Set(borrowed.map(({ network }) => network.uuid));
  return fleet.networks.flatMap(({ kind, address, libvirtName }) => {
    const uuid = onHost.networksByName.get(libvirtName)?.uuid ?? '';
    const unfinished = onHost.unfinished.get(uuid);
    if (kind !== 'existing' || unfinished === undefined || done.has(uuid)) return [];
    const isUsed = vms.some(({ nics }) =>
      nics.some(({ source }) => source.kind === 'network' && source.network === libvirtName),
    );
    if (selection.excluded(address) || (!selection.has(address) && !isUsed)) return [];
    // The first name of the file counts.
    done.add(uuid);
    return [{ address, unfinished }];
  });
}

export function settlingPart(intents: readonly SettlingIntent[]): Part {
  return {
    changes: intents.map(({ address, unfinished }) => ({
      address,
      action: 'update',
      reason: 'half-made',
      notes: ['a foreign network: nothing else is changed in it', ...reconnects(unfinished)],
      fields: [
        {
          path: 'attached',
          before: 'no',
          after: 'yes',
          effect: 'live',
          why: `a run of fleet ${unfinished.by} was killed while it changed the network`,
        },
      ],
    })),
    steps: intents.map(({ address, unfinished }) => ({
      id: settlingStep(address),
      address,
      needs: [],
      timeoutSeconds: TIMEOUT_SECONDS,
      kind: 'network-settle',
      uuid: unfinished.network.uuid,
    })),
  };
}

/** By libvirt name: the step that VMs on the network wait for. */
export function readySettled(intents: readonly SettlingIntent[]): [string, string][] {
  return intents.map(({ address, unfinished }) => [unfinished.network.name, settlingStep(address)]);
}

/** What this plan leaves half-done. `done`: UUIDs of the networks that it completes. */
export function unfinishedWarnings(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  done: readonly string[],
): string[] {
  const left = [...onHost.unfinished]
    .filter(([uuid]) => !done.includes(uuid))
    .map(([, unfinished]) => unfinished);
  return unfinishedNotices(fleet, left).map(({ message, fix }) => `${message}. ${fix}`);
}

function settlingStep(address: Address): string {
  return `${address}:settle`;
}
