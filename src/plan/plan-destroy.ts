import { lostDisks, observedVmFacts } from '../libvirt/index.js';
import type { Change, PlanOptions, ResolvedFleet, Step } from '../model/index.js';
import { inTheWayOfUuids, refuseForeign } from './guards/foreign.js';
import { planLent } from './network/borrowed.js';
import { foreignAttachments, networkSteps, type NetworkRemoval } from './network/steps.js';
import { planPools, poolSteps } from './pool/pools.js';
import { refuseProtected } from './guards/protect.js';
import type { Draft } from './draft.js';
import type { FleetOnHost } from './fleet-on-host.js';
import type { Selection } from './select.js';
import { staysFor, usersOf } from './network/attached.js';
import { registrationNotes, removeVmSteps } from './vm/steps.js';

/** Everything that is the fleet's by mark and identity goes, whether the file still names it or not; VMs first, then networks. */
export function planDestroy(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  options: PlanOptions,
): Draft {
  const protectedVms = new Set(fleet.vms.filter(({ protect }) => protect).map(({ uuid }) => uuid));
  const going = [...onHost.owned.values()]
    .map((domain) => ({ domain, address: `vm.${domain.mark.vm}` }))
    .filter(({ address }) => selection.has(address));
  const goingUuids = new Map(going.map(({ domain, address }) => [domain.uuid, address]));
  const networks = [...onHost.ownedNetworks.values()]
    .map((network) => ({ network, address: `network.${network.mark.network}` }))
    .filter(({ address }) => selection.has(address));

  refuseForeign(
    inTheWayOfUuids(
      goingUuids,
      new Map(networks.map(({ network, address }) => [network.uuid, address])),
      onHost,
    ),
    fleet,
  );
  refuseProtected(
    going
      .filter(({ domain }) => protectedVms.has(domain.uuid) && domain.mark.ready)
      .map(({ address }) => ({ address, why: 'it would be destroyed' })),
    'destroy',
  );

  const leavingPools = new Set(
    options.keepDisks
      ? []
      : going.flatMap(({ domain }) => domain.mark.volumes.map(({ pool }) => pool)),
  );
  const pools = planPools(fleet, onHost, selection, new Set(), leavingPools);
  const changes: Change[] = [...pools.changes];
  const steps: Step[] = [...pools.steps];
  const warnings: string[] = [...pools.warnings];
  for (const { domain, address } of going) {
    const needs = options.keepDisks ? [] : poolSteps(domain.mark.volumes, pools.ready);
    steps.push(...removeVmSteps(fleet, address, domain, options.keepDisks, needs));
    changes.push({
      address,
      action: 'delete',
      reason: 'destroy',
      notes: [
        ...lostDisks(domain, options.keepDisks, onHost),
        ...registrationNotes(fleet, 'deleted'),
      ],
      before: observedVmFacts(domain, onHost),
    });
  }

  const removals: NetworkRemoval[] = [];
  const users = usersOf(onHost);
  for (const { network, address } of networks) {
    const on = users.get(network.name) ?? [];
    const staying = on.filter(({ uuid }) => !goingUuids.has(uuid));
    if (staying.length > 0) warnings.push(staysFor(address, staying));
    else removals.push({ address, network, deleted: on.map((user) => user.address), moved: [] });
  }
  const wantedMacs = new Map(
    fleet.vms.map(({ uuid, nics }) => [uuid, new Set(nics.map(({ mac }) => mac.toLowerCase()))]),
  );
  const work = networkSteps(
    [],
    removals,
    foreignAttachments(onHost, wantedMacs),
    new Map(),
    'destroy',
  );
  const leaving = { deleted: new Set(goingUuids.keys()), moved: new Set<string>() };
  const lent = planLent(
    fleet,
    onHost,
    selection,
    { mode: 'destroy', vms: [], leaving: leaving },
    warnings,
  );
  if (options.keepDisks && going.length > 0)
    warnings.push(
      "Disks that are kept are no VM's any more: move or rename them before the next apply, which would else refuse them as not ven's",
    );
  return {
    changes: [...changes, ...work.changes, ...lent.changes],
    steps: [...steps, ...work.steps, ...lent.steps],
    warnings,
    noop: 0,
  };
}
