import type { Change, PlannedNetwork, ResolvedFleet } from '../model/index.js';
import type { FleetOnHost } from './fleet-on-host.js';
import { refuseUnborrowable } from './guards/borrowed-networks.js';
import { refuseMissingNetworks } from './guards/existing-networks.js';
import { inTheWayOfUuids, inTheWayOfVm, refuseForeign } from './guards/foreign.js';
import { refuseProtectedReplaced } from './guards/protect.js';
import { foreignAttachments } from './network/attachments.js';
import { bootNetworks, borrowedIntents } from './network/borrowed/intents.js';
import { borrowedPart, readyBorrowed } from './network/borrowed/part.js';
import { networkIntents } from './network/intents.js';
import { buildNetworks, deleteNetworks } from './network/part.js';
import { placesOf } from './network/place.js';
import { networkRemovals } from './network/removals.js';
import { missingBridges, unofferedBoots } from './network/warnings.js';
import { joinParts, type WholePart } from './part.js';
import { poolPart, poolsWanted } from './pool/pools.js';
import type { Selection } from './select.js';
import { freeing } from './vm/freeing.js';
import { askedVms, vmIntents } from './vm/intents.js';
import { leavingVms } from './vm/leaving.js';
import { vmsPart } from './vm/part.js';
import { bystandersPart, reattachedVms } from './vm/reattached.js';

/** What is to be done, whether it may be done, and how. `planned`: the fleet's own networks. */
export function planApply(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  planned: readonly PlannedNetwork[],
): WholePart {
  // Intents: what differs.
  const asked = askedVms(fleet, onHost, selection);
  const networks = networkIntents(planned, asked, onHost, selection);
  const { diffs, outages } = networks;
  const vms = vmIntents(fleet, onHost, selection, asked, outages);
  const leaving = leavingVms(fleet.vms, onHost, selection, vms);
  const unwanted = networkRemovals(fleet.networks, onHost, selection, leaving);
  const { removals } = unwanted;
  const boots = bootNetworks(fleet.networks);
  const borrowed = borrowedIntents(fleet, onHost, selection, boots, asked, leaving);
  const reattached = reattachedVms(vms, fleet, onHost, selection, outages);

  // Guards: each throws.
  const places = placesOf(diffs, removals, onHost);
  const inTheWay = [
    ...places.inTheWay,
    ...vms.flatMap(({ vm, diff }) => [...inTheWayOfVm(vm, onHost), ...(diff?.inTheWay ?? [])]),
    ...inTheWayOfUuids(
      [...asked, ...leaving.removed],
      [...diffs.map(({ network }) => network), ...removals],
      onHost,
    ),
  ];
  refuseForeign(inTheWay, fleet);
  refuseUnborrowable(borrowed.intents, fleet);
  refuseMissingNetworks(fleet, onHost, selection, asked, boots, borrowed.intents);
  const pools = poolPart(fleet, onHost, selection, poolsWanted(fleet, selection), leaving.pools);
  refuseProtectedReplaced(vms);

  // Parts: changes and steps. Networks are deleted after the VMs, which wait for those that are
  // built.
  const attachments = foreignAttachments(fleet, onHost);
  const built = buildNetworks(diffs, removals, attachments, reattached.byNetwork);
  const ready = {
    pools: pools.ready,
    networks: built.ready,
    borrowed: readyBorrowed(borrowed.intents),
    freeing: freeing(leaving.deleted, onHost),
  };
  const vmPart = vmsPart(fleet, onHost, [...leaving.removed, ...vms], ready);
  const { changes, steps } = joinParts([
    pools,
    deleteNetworks(removals, diffs, attachments, vmPart.lastSteps, 'removed'),
    built,
    borrowedPart(borrowed.intents, vmPart.lastSteps),
    vmPart,
    bystandersPart(reattached.bystanders, ready),
  ]);
  return {
    changes,
    steps,
    warnings: [
      ...networks.warnings,
      ...vms.flatMap(({ diff }) => diff?.warnings ?? []),
      ...unwanted.warnings,
      ...places.warnings,
      ...borrowed.warnings,
      ...pools.warnings,
      ...missingBridges(vms, onHost),
      ...unofferedBoots(fleet, onHost, asked, boots),
    ],
    unchanged: unchangedOf(fleet, selection, changes) + borrowed.unchanged,
  };
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
