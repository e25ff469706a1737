import {
  PROVIDER,
  volumesOf,
  withoutHost,
  type Address,
  type Change,
  type HostState,
  type Plan,
  type PlanOptions,
  type PlanSummary,
  type Render,
  type ResolvedFleet,
  type SeenProvider,
} from '../model/index.js';
import { refuseDeletingAll } from './guards/delete-all.js';
import { fleetOnHost, type FleetOnHost } from './fleet-on-host.js';
import { compareNaturally } from './format.js';
import { decideSubnets } from './network/subnets.js';
import { observedDigest } from './observed-digest.js';
import { planApply } from './plan-apply.js';
import { planDestroy } from './plan-destroy.js';
import { select, type Selection } from './select.js';

/**
 * What differs between a fleet and a host, and the steps that would end it. Pure; time and space
 * are linear in the number of VMs, networks and domains. `provider` null: it was not asked for.
 *
 * Throws `VenError`: `not-found` (a target that matches nothing) · `host-not-ready` (no subnet is
 * free) · `delete-all`.
 */
export function makePlan(
  fleet: ResolvedFleet,
  state: HostState,
  options: PlanOptions,
  render: Pick<Render, 'written'>,
  provider: SeenProvider | null = null,
): Plan {
  const onHost = fleetOnHost(fleet, state, render);
  const plan = planOn(fleet, onHost, options, provider);
  refuseDeletingAll(fleet, [...onHost.owned.values()], plan.changes, options);
  return plan;
}

/** The same, whatever it deletes. Throws the others. */
export function planOn(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  options: PlanOptions,
  provider: SeenProvider | null,
): Plan {
  const apply = options.mode === 'apply';
  const selection = select(options, knownAddresses(fleet, onHost));
  const networks = apply ? decideSubnets(fleet, onHost) : [];
  const part = apply
    ? planApply(fleet, onHost, selection, { networks, provider })
    : planDestroy(fleet, onHost, selection, options);
  const byAddress = addressOrder(fleet);
  const changes = part.changes.toSorted(byAddress);
  const refused = part.refused.toSorted(byAddress);
  return {
    formatVersion: '1',
    fleet: fleet.name,
    host: fleet.host.uri,
    hostFrom: fleet.hostFrom,
    specDigest: fleet.digest,
    observedDigest: observedDigest(fleet, onHost, networks, { changes, refused }),
    options,
    changes,
    steps: [...part.steps],
    refused,
    warnings: [
      ...new Set([
        ...(apply ? fleet.warnings : []),
        ...misnamedVolumes(onHost, selection),
        ...part.warnings,
      ]),
    ],
    ignored: part.ignored.toSorted(byAddress),
    summary: { ...countsOf(changes), noop: part.unchanged },
  };
}

function misnamedVolumes({ misnamed }: FleetOnHost, selection: Selection): string[] {
  return misnamed
    .filter(({ address }) => selection.has(address))
    .map(
      ({ address, pool, volume }) =>
        `${address}: its mark names volume ${volume} in pool ${pool}, which has no name that ven ` +
        'gives: it is left alone',
    );
}

/**
 * Everything that a target can name: what the file has, and what the host still has of the fleet.
 */
export function knownAddresses(fleet: ResolvedFleet, onHost: FleetOnHost): Address[] {
  return [
    ...new Set([
      ...fleet.vms.map(({ address }) => address),
      ...fleet.networks.map(({ address }) => address),
      ...(fleet.orchestrator?.provider ? [PROVIDER] : []),
      ...fleet.vms.flatMap((vm) => volumesOf(vm).map(({ pool }) => `pool.${pool}`)),
      ...[...onHost.owned.values()].map(({ mark }) => `vm.${mark.vm}`),
      ...[...onHost.ownedNetworks.values()].map(({ mark }) => `network.${mark.network}`),
      ...[...onHost.borrowed.values()].map(({ address }) => address),
    ]),
  ];
}

const KINDS = ['pool', 'network', 'bridge', 'orchestrator', 'vm'];

export interface Addressed {
  address: Address;
}

/** By kind, then as in the fleet file; what that does not name comes last. */
export function addressOrder({
  networks,
  vms,
}: ResolvedFleet): (a: Addressed, b: Addressed) => number {
  const places = new Map([...networks, ...vms].map(({ address }, place) => [address, place]));
  const kind = ({ address }: Addressed): number => KINDS.indexOf(address.split('.', 1)[0] ?? '');
  const place = ({ address }: Addressed): number => places.get(withoutHost(address)) ?? places.size;
  return (a, b) =>
    kind(a) - kind(b) || place(a) - place(b) || compareNaturally(a.address, b.address);
}

/** How many there are of each kind. */
export function countsOf(changes: readonly Change[]): Omit<PlanSummary, 'noop'> {
  const count = (action: Change['action']): number =>
    changes.filter((change) => change.action === action).length;
  return {
    create: count('create'),
    update: count('update'),
    replace: count('replace'),
    delete: count('delete'),
  };
}
