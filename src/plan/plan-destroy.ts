import { PROVIDER, type PlanOptions, type ResolvedFleet } from '../model/index.js';
import type { FleetOnHost } from './fleet-on-host.js';
import { dependentRefusals } from './guards/dependents.js';
import { disksInUse } from './guards/disks-in-use.js';
import { foreignRefusals, inTheWayOfUuids, volumesInTheWay } from './guards/foreign.js';
import { networksInUse } from './guards/networks-in-use.js';
import { protectedInDestroy } from './guards/protect.js';
import { allowed } from './guards/refuse.js';
import { foreignAttachments } from './network/attachments.js';
import { returnIntents } from './network/borrowed/intents.js';
import { borrowedPart } from './network/borrowed/part.js';
import { unfinishedWarnings } from './network/borrowed/settling.js';
import { deleteNetworks } from './network/part.js';
import { networkRemovals } from './network/removals.js';
import { joinParts, type WholePart } from './part.js';
import { poolIntents, poolPart, poolRefusals } from './pool/pools.js';
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
  asked: Selection,
  { keepDisks }: PlanOptions,
): WholePart {
  const reason = 'destroy';
  const nothing = { wanted: new Map(), written: new Set<string>(), reason } as const;
  const { intents, selection, refused } = allowed(
    asked,
    (left) => {
      const leaving = destroyedVms(onHost, left, keepDisks);
      return {
        vms: leaving.removed,
        networks: networkRemovals([], onHost, left, leaving),
        returned: returnIntents(fleet, onHost, left, leaving, nothing),
        pools: poolIntents(fleet, onHost, left, new Set(), leaving.pools),
      };
    },
    ({ vms, networks, returned, pools }, left, before) => {
      const dependents = { vms: [], removed: vms, networks: [], all: [], boots: new Map() };
      return [
        ...foreignRefusals(
          inTheWayOfUuids(vms, [...networks.removals, ...networks.staying], onHost),
          fleet,
        ),
        ...protectedInDestroy(fleet, vms),
        ...disksInUse(vms, onHost, fleet.host.uri),
        ...poolRefusals(pools),
        ...networksInUse([...networks.staying, ...returned.staying], left),
        ...dependentRefusals(dependents, onHost, left, before),
      ];
    },
  );
  const { vms, networks, returned } = intents;

  const pools = poolPart(intents.pools, selection);
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
    refused,
    ignored: [],
    warnings: [
      ...pools.warnings,
      ...networks.warnings,
      ...returned.warnings,
      ...unfinishedWarnings(
        fleet,
        onHost,
        returned.intents.map(({ network }) => network.uuid),
      ),
      ...(keepDisks && vms.length > 0 ? [KEPT_DISKS] : []),
      ...volumesThatStay(fleet, onHost, asked),
      ...(vms.length > 0 ? providerStays(fleet) : []),
    ],
    unchanged: 0,
  };
}

/** They may be somebody's own. */
function volumesThatStay(fleet: ResolvedFleet, onHost: FleetOnHost, asked: Selection): string[] {
  return fleet.vms
    .filter(({ address }) => asked.has(address))
    .flatMap((vm) =>
      volumesInTheWay(vm, onHost).map(
        ({ pool, volume }) =>
          `volume ${volume} in pool ${pool} stays: it has the name of a disk of ${vm.address}, ` +
          'but no VM of this fleet lists it. If nobody needs it: ' +
          `virsh -c ${fleet.host.uri} vol-delete --pool ${pool} ${volume}`,
      ),
    );
}

/** It is of no fleet alone, and nobody knows what it said before. */
function providerStays({ orchestrator }: ResolvedFleet): string[] {
  if (!orchestrator?.provider) return [];
  return [`${PROVIDER} stays as it is: it is for the whole project ${orchestrator.project}`];
}

const KEPT_DISKS =
  "Disks that are kept are no VM's any more: move or rename them before the next apply, " +
  'which would else refuse the VMs that want their names';
