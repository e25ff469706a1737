import type {
  Change,
  Ignored,
  PlannedNetwork,
  Refusal,
  ResolvedFleet,
  SeenProvider,
} from '../model/index.js';
import type { FleetOnHost } from './fleet-on-host.js';
import { unborrowable } from './guards/borrowed-networks.js';
import { disksInUse, type Doomable } from './guards/disks-in-use.js';
import { dependentRefusals } from './guards/dependents.js';
import { missingNetworks } from './guards/existing-networks.js';
import { foreignRefusals, inTheWayOfUuids, inTheWayOfVm } from './guards/foreign.js';
import { clashingIdentities } from './guards/identities.js';
import { impossibleLinks } from './guards/impossible-links.js';
import { networksInUse } from './guards/networks-in-use.js';
import { protectedInApply } from './guards/protect.js';
import { allowed } from './guards/refuse.js';
import { foreignAttachments } from './network/attachments.js';
import {
  bootNetworks,
  borrowedIntents,
  type BootNetwork,
  type BorrowedIntents,
} from './network/borrowed/intents.js';
import { borrowedPart, readyBorrowed } from './network/borrowed/part.js';
import {
  readySettled,
  settlingIntents,
  settlingPart,
  unfinishedWarnings,
  type SettlingIntent,
} from './network/borrowed/settling.js';
import { networkIntents, type NetworkIntents } from './network/intents.js';
import { buildNetworks, deleteNetworks } from './network/part.js';
import { placesOf, type Places } from './network/place.js';
import { networkRemovals, type NetworkRemovals } from './network/removals.js';
import { foreignFaults, missingBridges, unofferedBoots } from './network/warnings.js';
import { joinParts, type WholePart } from './part.js';
import { poolIntents, poolPart, poolRefusals, poolsWanted, type PoolIntent } from './pool/pools.js';
import {
  providerIntent,
  providerPart,
  providerRefusals,
  providerWarnings,
  type ProviderIntent,
} from './provider/provider.js';
import type { Selection } from './select.js';
import { holdersOf } from './vm/freeing.js';
import { askedVms, vmIntents, type VmIntent } from './vm/intents.js';
import { leavingVms, type Leaving } from './vm/leaving.js';
import { vmsPart } from './vm/part.js';
import { bystandersPart, reattachedVms, type Reattached } from './vm/reattached.js';

/**
 * What is to be done, what of it may not be done, and how the rest is.
 */
export function planApply(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  asked: Selection,
  { networks: planned, provider: seen }: Known,
): WholePart {
  const boots = bootNetworks(fleet.networks);
  const { intents, selection, refused } = allowed(
    asked,
    (left) => applyIntents(fleet, onHost, left, { networks: planned, provider: seen }, boots),
    (each, left, before) => applyGuards(fleet, onHost, left, boots, each, before),
  );
  const { vms, networks, places, leaving, unwanted, borrowed, settling, reattached } = intents;
  const provider = providerPart(intents.provider);
  const { removals } = unwanted;
  const { diffs } = networks;

  // Parts: changes and steps. Networks are deleted after the VMs, which wait for those that are
  // built.
  const pools = poolPart(intents.pools, selection);
  const attachments = foreignAttachments(fleet, onHost);
  const built = buildNetworks(diffs, removals, attachments, reattached.byNetwork);
  const holders = holdersOf(leaving.deleted, onHost);
  const ready = {
    pools: pools.ready,
    networks: built.ready,
    borrowed: new Map([...readyBorrowed(borrowed.intents), ...readySettled(settling)]),
    provider: provider.ready,
    freeing: (vm: VmIntent['vm']) => holders(vm).map((address) => `${address}:delete`),
  };
  const vmPart = vmsPart(fleet, onHost, [...leaving.removed, ...vms], ready);
  const { changes, steps } = joinParts([
    pools,
    deleteNetworks(removals, diffs, attachments, vmPart.lastSteps, 'removed'),
    built,
    borrowedPart(borrowed.intents, vmPart.lastSteps),
    settlingPart(settling),
    provider,
    vmPart,
    bystandersPart(reattached.bystanders, ready),
  ]);
  const wanted = vms.map(({ vm }) => vm);
  return {
    changes,
    steps,
    refused,
    ignored: vms.flatMap(ignoredOf),
    warnings: [
      ...networks.warnings,
      ...providerWarnings(seen),
      ...vms.flatMap(({ diff }) => diff?.warnings ?? []),
      ...unwanted.warnings,
      ...places.warnings,
      ...borrowed.warnings,
      ...unfinishedWarnings(fleet, onHost, [
        ...borrowed.intents.map(({ network }) => network.uuid),
        ...settling.map(({ unfinished }) => unfinished.network.uuid),
      ]),
      ...pools.warnings,
      ...clashingIdentities(fleet, onHost, selection, vms, leaving.removed).warnings,
      ...missingBridges(vms, onHost),
      ...foreignFaults(fleet, onHost, wanted),
      ...unofferedBoots(fleet, onHost, wanted, boots),
    ],
    unchanged:
      unchangedOf(fleet, selection, changes) +
      borrowed.unchanged +
      Number(intents.provider !== null && provider.changes.length === 0),
  };
}

/** What is known beside the host's state: subnets that are decided, and the project's provider. */
interface Known {
  networks: readonly PlannedNetwork[];
  provider: SeenProvider | null;
}

interface ApplyIntents {
  vms: VmIntent[];
  networks: NetworkIntents;
  places: Places;
  leaving: Leaving;
  /** Networks that the file no longer has. */
  unwanted: NetworkRemovals;
  borrowed: BorrowedIntents;
  settling: SettlingIntent[];
  pools: PoolIntent[];
  reattached: Reattached;
  provider: ProviderIntent | null;
}

/** What differs. */
function applyIntents(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  { networks: planned, provider }: Known,
  boots: ReadonlyMap<string, BootNetwork>,
): ApplyIntents {
  const asked = askedVms(fleet, onHost, selection);
  const networks = networkIntents(planned, asked, onHost, selection);
  const { diffs, outages } = networks;
  const vms = vmIntents(fleet, onHost, selection, asked, outages);
  const leaving = leavingVms(fleet.vms, onHost, selection, vms);
  const unwanted = networkRemovals(fleet.networks, onHost, selection, leaving);
  const borrowed = borrowedIntents(fleet, onHost, selection, boots, asked, leaving);
  return {
    ...{ vms, networks, leaving, unwanted, borrowed },
    places: placesOf(diffs, unwanted.removals, onHost),
    settling: settlingIntents(fleet, onHost, selection, asked, borrowed.intents),
    pools: poolIntents(fleet, onHost, selection, poolsWanted(fleet, selection), leaving.pools),
    reattached: reattachedVms(vms, fleet, onHost, selection, outages),
    provider: providerIntent(fleet, provider, selection),
  };
}

/** What stands against it. `before`: what is refused already. */
function applyGuards(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  boots: ReadonlyMap<string, BootNetwork>,
  { vms, networks, places, leaving, unwanted, borrowed, pools, provider }: ApplyIntents,
  before: readonly Refusal[],
): Refusal[] {
  const { removed } = leaving;
  const { diffs } = networks;
  const asked = vms.map(({ vm }) => vm);
  const inTheWay = [
    ...places.inTheWay,
    ...vms.flatMap((intent) => [
      ...inTheWayOfVm(intent.vm, onHost),
      // A replacement that was asked for is the way out.
      ...(intent.action === 'replace' && intent.reason === 'requested'
        ? []
        : (intent.diff?.inTheWay ?? [])),
    ]),
    ...inTheWayOfUuids(
      [...asked, ...removed],
      [...diffs.map(({ network }) => network), ...unwanted.removals],
      onHost,
    ),
  ];
  return [
    ...foreignRefusals(inTheWay, fleet),
    ...unborrowable(borrowed.intents, fleet),
    ...missingNetworks(fleet, onHost, selection, asked, boots, borrowed.intents),
    ...poolRefusals(pools),
    ...providerRefusals(provider),
    ...networksInUse([...unwanted.staying, ...borrowed.staying], selection),
    ...clashingIdentities(fleet, onHost, selection, vms, removed).refusals,
    ...protectedInApply(fleet, vms, removed),
    ...impossibleLinks(vms, onHost),
    ...disksInUse([...removed, ...replacedVms(vms)], onHost, fleet.host.uri),
    ...dependentRefusals(
      { vms, removed, networks: diffs, all: fleet.vms, boots },
      onHost,
      selection,
      before,
    ),
  ];
}

function replacedVms(vms: readonly VmIntent[]): Doomable[] {
  return vms.flatMap(({ vm: { address }, action, domain }) =>
    action === 'replace' ? [{ address, domain, keepDisks: false }] : [],
  );
}

/** How many of the fleet's own things that were asked for have no change. */
function unchangedOf(
  fleet: ResolvedFleet,
  selection: Selection,
  changes: readonly Change[],
): number {
  const changed = new Set(changes.map(({ address }) => address));
  const own = [...fleet.vms, ...fleet.networks.filter(({ kind }) => kind === 'own')];
  return own.filter(({ address }) => selection.has(address) && !changed.has(address)).length;
}

/** A VM that is made anew is made as the fleet file says. */
function ignoredOf({ vm: { address }, action, diff }: VmIntent): Ignored[] {
  if (diff === null || action === 'replace') return [];
  return diff.ignored.map(({ path, before, after }) => ({ address, path, before, after }));
}
