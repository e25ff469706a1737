import type {
  Address,
  ExistingNetwork,
  FieldChange,
  ObservedNetwork,
  Reason,
  ResolvedFleet,
  ResolvedNetwork,
  ResolvedVm,
} from '../../../model/index.js';
import { otherFleets, type BorrowedNetwork, type FleetOnHost } from '../../fleet-on-host.js';
import { formatList } from '../../format.js';
import type { Selection } from '../../select.js';
import type { Leaving } from '../../vm/leaving.js';
import { departures, whyItStays, type StayingNetwork } from '../removals.js';
import { interruptions } from './interruptions.js';
import { reconnects } from './unfinished.js';

/** A foreign network that the fleet file wants boot options on. */
export type BootNetwork = ExistingNetwork & { bootUrl: string };

/** What is to be done to a foreign network: boot options for this fleet, or none any more. */
export interface BorrowedIntent {
  address: Address;
  /** The name that the fleet file has, or had, for it. */
  name: string;
  network: ObservedNetwork;
  /** null: the fleet gives it back. */
  bootUrl: string | null;
  restart: boolean;
  /** It is to run afterwards. */
  start: boolean;
  /** It does not run, for a reason that is the fleet's, and so the fleet starts it. */
  starts: boolean;
  /** VMs on it wait for this. Otherwise this waits for the VMs that leave. */
  beforeVms: boolean;
  /** VMs on it that are deleted, or moved elsewhere: this waits for them. */
  deleted: readonly Address[];
  moved: readonly Address[];
  reason: Reason;
  fields: FieldChange[];
  notes: string[];
}

export interface BorrowedIntents {
  intents: BorrowedIntent[];
  /** How many that were asked for are as they should be. */
  unchanged: number;
  /** Those that would be returned, but that a VM stays on. */
  staying: StayingNetwork[];
  warnings: string[];
}

/** By libvirt name; the first in the file counts. */
export function bootNetworks(networks: readonly ResolvedNetwork[]): Map<string, BootNetwork> {
  const wanted = networks.flatMap((network) => {
    if (network.kind !== 'existing') return [];
    const { bootUrl } = network;
    return bootUrl === null ? [] : [[network.libvirtName, { ...network, bootUrl }] as const];
  });
  return new Map(wanted.toReversed());
}

/** What an apply does about borrowed networks. `vms`: those that were asked for. */
export function borrowedIntents(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  wanted: ReadonlyMap<string, BootNetwork>,
  vms: readonly ResolvedVm[],
  leaving: Leaving,
): BorrowedIntents {
  const borrowed = [...wanted.values()].map((network) =>
    borrow(fleet, onHost, selection, network, vms, leaving),
  );
  const written = new Set(
    fleet.networks.flatMap(({ kind, libvirtName }) => (kind === 'existing' ? libvirtName : [])),
  );
  const returned = returnIntents(fleet, onHost, selection, leaving, {
    wanted,
    written,
    reason: 'removed',
  });
  return {
    intents: [...borrowed.flatMap(({ intent }) => intent ?? []), ...returned.intents],
    unchanged: borrowed.filter(({ unchanged }) => unchanged).length,
    staying: returned.staying,
    warnings: [...borrowed.flatMap(({ warning }) => warning ?? []), ...returned.warnings],
  };
}

interface Borrowing {
  intent?: BorrowedIntent;
  unchanged?: boolean;
  warning?: string;
}

/** A network that a VM boots through is borrowed whether it was asked for or not. */
function borrow(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  wanted: BootNetwork,
  vms: readonly ResolvedVm[],
  leaving: Leaving,
): Borrowing {
  const { name, address, libvirtName, bootUrl } = wanted;
  const user = vms.find(({ nics }) =>
    nics.some(({ source }) => source.kind === 'network' && source.network === libvirtName),
  );
  const network = onHost.networksByName.get(libvirtName);
  const asked = selection.has(address);
  // The guard `missingNetworks` speaks of one that is missing.
  if (network === undefined || (!asked && user === undefined)) return {};
  if (selection.refused(address)) return {};
  const { fields, reason, restart, starts } = diffBoot(wanted, network, fleet, onHost);
  if (fields.length === 0) return { unchanged: asked };
  if (selection.excluded(address)) {
    if (user === undefined) return {};
    const state = 'which is excluded and not as it should be';
    return { warning: `${user.address} boots through ${address}, ${state}` };
  }
  const notes = [
    'a foreign network: destroy restores it',
    ...reconnects(onHost.unfinished.get(network.uuid)),
    ...interruptions(network, restart, fleet, onHost, (uuid) => leaving.deleted.has(uuid)),
  ];
  return {
    intent: {
      ...{ address, name, network, bootUrl, restart, start: true, starts },
      ...{ beforeVms: true, deleted: [], moved: [], reason, fields, notes },
    },
  };
}

const UNFINISHED: FieldChange = {
  path: 'attached',
  before: 'no',
  after: 'yes',
  effect: 'live',
  why: 'a run did not finish starting it anew',
};

function diffBoot(
  { bootUrl, libvirtName }: BootNetwork,
  network: ObservedNetwork,
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
): Pick<BorrowedIntent, 'fields' | 'reason' | 'restart' | 'starts'> {
  const { ours, halfDone } = onHost.borrowed.get(network.uuid) ?? { ours: false, halfDone: false };
  const restart = network.bootUrl !== bootUrl;
  const changed = network.boot?.url !== bootUrl;
  // Stopped by its owner, it is the owner's to start, unless it is stopped because of the fleet.
  const starts = !network.active && (ours || halfDone);
  const others = otherFleets(fleet, network).map((name) => `fleet ${name}`);
  const offered = ours || restart ? {} : { why: `offered already, for ${formatList(others)}` };
  const httpBoot: FieldChange = {
    path: 'httpBoot',
    before: ours ? network.bootUrl : null,
    after: bootUrl,
    effect: 'live',
    ...offered,
  };
  const active: FieldChange = {
    path: 'active',
    before: 'no',
    after: 'yes',
    effect: 'live',
    why: `${libvirtName} is needed to boot`,
  };
  const fields = [
    ...(!ours || changed || restart ? [httpBoot] : []),
    ...(halfDone ? [{ ...UNFINISHED }] : []),
    ...(starts ? [active] : []),
  ];
  return { fields, reason: whyBorrowed(ours, halfDone, changed), restart, starts };
}

function whyBorrowed(ours: boolean, halfDone: boolean, changed: boolean): Reason {
  if (halfDone) return 'half-made';
  if (!ours) return 'missing';
  return changed ? 'changed' : 'drift';
}

export interface ReturnOptions {
  /** By libvirt name: networks that the fleet goes on borrowing. */
  wanted: ReadonlyMap<string, BootNetwork>;
  /**
   * libvirt names of foreign networks that the fleet goes on using, with boot options or without.
   */
  written: ReadonlySet<string>;
  reason: 'removed' | 'destroy';
}

/** The networks that the fleet gives back. One that a VM stays on, stays borrowed. */
export function returnIntents(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  leaving: Leaving,
  { wanted, written, reason }: ReturnOptions,
): Omit<BorrowedIntents, 'unchanged'> {
  const each = [...onHost.borrowed.values()]
    .filter(({ network, address }) => !wanted.has(network.name) && selection.has(address))
    .map((borrowed) => {
      const { network, address } = borrowed;
      const isWritten = written.has(network.name);
      const vms = isWritten ? [] : (onHost.vmsOn.get(network.name) ?? []);
      return { borrowed, isWritten, uuid: network.uuid, address, ...departures(vms, leaving) };
    });
  const staying = each.filter(({ on }) => on.length > 0);
  return {
    staying,
    intents: each.flatMap(({ borrowed, isWritten, on, ...leave }) => {
      if (on.length > 0) return [];
      const { network, name, address, ours, halfDone, others } = borrowed;
      const restart = ours && others.length === 0;
      const gone = (uuid: string): boolean =>
        leaving.deleted.has(uuid) || (!isWritten && leaving.moved.has(uuid));
      const notes = [
        whatStays(others),
        ...reconnects(onHost.unfinished.get(network.uuid)),
        ...interruptions(network, restart, fleet, onHost, gone),
      ];
      const start = halfDone;
      const starts = halfDone && !network.active;
      return [
        {
          ...{ address, name, network, bootUrl: null, restart, start, starts },
          ...{ beforeVms: isWritten, deleted: leave.deleted, moved: leave.moved },
          ...{
            reason: whyReturned(ours, isWritten, reason),
            fields: returnFields(borrowed),
            notes,
          },
        },
      ];
    }),
    warnings: staying.map(whyItStays),
  };
}

function whatStays(others: readonly string[]): string {
  const fleets = formatList(others.map((name) => `fleet ${name}`));
  return others.length > 0
    ? `a foreign network: it keeps the boot options for ${fleets}`
    : 'a foreign network: restored as it was';
}

function returnFields({ network, ours, halfDone }: BorrowedNetwork): FieldChange[] {
  const httpBoot: FieldChange = {
    path: 'httpBoot',
    before: network.bootUrl,
    after: null,
    effect: 'live',
  };
  return [...(ours ? [httpBoot] : []), ...(halfDone ? [{ ...UNFINISHED }] : [])];
}

function whyReturned(ours: boolean, written: boolean, reason: 'removed' | 'destroy'): Reason {
  if (!ours) return 'half-made';
  return written ? 'changed' : reason;
}
