import type { PlanOptions, ResolvedFleet } from '../model/index.js';
import type { FleetOnHost } from './fleet-on-host.js';
import { inTheWayOfUuids, refuseForeign } from './guards/foreign.js';
import { refuseProtectedDestroyed } from './guards/protect.js';
import { foreignAttachments } from './network/attachments.js';
import { returnIntents } from './network/borrowed/intents.js';
import { borrowedPart } from './network/borrowed/part.js';
import { deleteNetworks } from './network/part.js';
import { networkRemovals } from './network/removals.js';
import { joinParts, type WholePart } from './part.js';
import { poolPart } from './pool/pools.js';
import type { Selection } from './select.js';
import { destroyedVms } from './vm/leaving.js';
import { vmsPart } from './vm/part.js';

/**
 * All that is the fleet's own goes, whether the file still names it or not: VMs first, then
 * networks.
 */
export function planDestroy(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  { keepDisks }: PlanOptions,
): WholePart {
  const reason = 'destroy';
  const leaving = destroyedVms(onHost, selection, keepDisks);
  const vms = leaving.removed;
  const networks = networkRemovals([], onHost, selection, leaving);
  const nothing = { wanted: new Map(), written: new Set<string>(), reason } as const;
  const returned = returnIntents(fleet, onHost, selection, leaving, nothing);

  refuseForeign(inTheWayOfUuids(vms, [...networks.removals, ...networks.staying], onHost), fleet);
  refuseProtectedDestroyed(vms, fleet);
  const pools = poolPart(fleet, onHost, selection, new Set(), leaving.pools);

  const attachments = foreignAttachments(fleet, onHost);
  const vmPart = vmsPart(fleet, onHost, vms, { pools: pools.ready });
  const { changes, steps } = joinParts([
    pools,
    vmPart,
    deleteNetworks(networks.removals, [], attachments, vmPart.lastSteps, reason),
    borrowedPart(returned.intents, vmPart.lastSteps),
  ]);
  return {
    changes,
    steps,
    warnings: [
      ...pools.warnings,
      ...networks.warnings,
      ...returned.warnings,
      ...(keepDisks && vms.length > 0 ? [KEPT_DISKS] : []),
    ],
    unchanged: 0,
  };
}

const KEPT_DISKS =
  "Disks that are kept are no VM's any more: move or rename them before the next apply, " +
  "which would else refuse them as not ven's";
