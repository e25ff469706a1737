import {
  volumesOf,
  type Address,
  type Change,
  type HostState,
  type Plan,
  type PlanOptions,
  type PlanSummary,
  type ResolvedFleet,
} from '../model/index.js';
import { fleetOnHost, type FleetOnHost } from './fleet-on-host.js';
import { compareNaturally } from './format.js';
import { decideSubnets } from './network/subnets.js';
import { observedDigest } from './observed-digest.js';
import { planApply } from './plan-apply.js';
import { planDestroy } from './plan-destroy.js';
import { select } from './select.js';

/**
 * What differs between a fleet and a host, and the steps that would end it. Pure; time and space
 * are linear in the number of VMs, networks and domains.
 *
 * Throws `VenError`: `not-found` (a target that matches nothing) · `foreign-object` (names
 * everything in the way) · `protected` · `host-not-ready` (a foreign network or pool is missing, or
 * no subnet is free).
 */
export function makePlan(fleet: ResolvedFleet, state: HostState, options: PlanOptions): Plan {
  const apply = options.mode === 'apply';
  const onHost = fleetOnHost(fleet, state);
  const selection = select(options, knownAddresses(fleet, onHost));
  const networks = apply ? decideSubnets(fleet, onHost) : [];
  const part = apply
    ? planApply(fleet, onHost, selection, networks)
    : planDestroy(fleet, onHost, selection, options);
  const changes = part.changes.toSorted(compareChanges);
  return {
    formatVersion: '1',
    fleet: fleet.name,
    host: fleet.host.uri,
    specDigest: fleet.digest,
    observedDigest: observedDigest(fleet, onHost, networks),
    options,
    changes,
    steps: [...part.steps],
    warnings: [...new Set([...(apply ? fleet.warnings : []), ...part.warnings])],
    summary: summarize(changes, part.unchanged),
  };
}

/**
 * Everything that a target can name: what the file has, and what the host still has of the fleet.
 */
function knownAddresses(fleet: ResolvedFleet, onHost: FleetOnHost): Address[] {
  return [
    ...new Set([
      ...fleet.vms.map(({ address }) => address),
      ...fleet.networks.map(({ address }) => address),
      ...fleet.vms.flatMap((vm) => volumesOf(vm).map(({ pool }) => `pool.${pool}`)),
      ...[...onHost.owned.values()].map(({ mark }) => `vm.${mark.vm}`),
      ...[...onHost.ownedNetworks.values()].map(({ mark }) => `network.${mark.network}`),
      ...[...onHost.borrowed.values()].map(({ address }) => address),
    ]),
  ];
}

const KINDS = ['pool', 'network', 'vm'];

function compareChanges(a: Change, b: Change): number {
  const kind = ({ address }: Change): number => KINDS.indexOf(address.split('.', 1)[0] ?? '');
  return kind(a) - kind(b) || compareNaturally(a.address, b.address);
}

function summarize(changes: readonly Change[], unchanged: number): PlanSummary {
  const count = (action: Change['action']): number =>
    changes.filter((change) => change.action === action).length;
  return {
    create: count('create'),
    update: count('update'),
    replace: count('replace'),
    delete: count('delete'),
    noop: unchanged,
  };
}
