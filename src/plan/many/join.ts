/** The plans of several hosts as one. */
import {
  PROVIDER,
  type Address,
  type Change,
  type Placements,
  type Plan,
  type PlannedHost,
  type PlanOptions,
  type PlanSummary,
  type Refusal,
  type ResolvedFleet,
  type Step,
  type UnknownVm,
} from '../../model/index.js';
import { addressOrder, countsOf } from '../make-plan.js';
import { isSelected } from '../select.js';

/** One host's plan, with addresses as they are on one host. */
export interface HostPlan {
  name: string;
  /** The share. */
  fleet: ResolvedFleet;
  plan: Plan;
}

/** What is not of one host. */
interface OfAll {
  options: PlanOptions;
  hosts: PlannedHost[];
  refused: Refusal[];
  unknown: UnknownVm[];
  warnings: string[];
  placed: Placements['placed'];
  /** Addresses of VMs that two hosts have, which get their host's name, too. */
  split: ReadonlySet<Address>;
  left: Placements['left'];
  /** Then it is among the things of each plan, changed or not. */
  isProviderSeen: boolean;
  observedDigest: string;
}

/**
 * Each host has networks and pools of its own, which get its name (`network.lab@a`), in changes,
 * steps and what steps need. The provider is planned with each host, since VMs of each wait for it,
 * and is in the whole plan once. Time is linear.
 */
export function joinPlans(
  fleet: ResolvedFleet,
  plans: readonly HostPlan[],
  { placed, refused, warnings, split, left, ...ofAll }: OfAll,
): Plan {
  const byAddress = addressOrder(fleet);
  const why = new Map(
    placed.map(({ address, host, why }) => [address, `${host} (${why})`] as const),
  );
  const counts = hostsOfNetworks(plans);
  const on = new Map(placed.map(({ address, host }) => [address, host]));
  const changes = plans.flatMap(({ name, plan }) => {
    const isLeft = new Set(left.filter(({ host }) => host === name).map(({ address }) => address));
    return plan.changes.map((change) =>
      isLeft.has(change.address)
        ? asLeft(ofHost(name, change, isLeft), on.get(change.address))
        : withFacts(ofHost(name, change, splitOn(name, split, on)), why, counts),
    );
  });
  const steps = plans.flatMap(({ name, plan }) =>
    stepsOn(name, plan.steps, splitOn(name, split, on)),
  );
  const refusals = plans.flatMap(({ name, plan }) =>
    plan.refused.map((refusal): Refusal => {
      const those = splitOn(name, split, on);
      const { because } = refusal;
      return {
        ...ofHost(name, refusal, those),
        ...(because !== undefined && { because: spelled(because, name, those) }),
      };
    }),
  );
  const all = once(changes).toSorted(byAddress);
  const ignored = plans.flatMap(({ plan }) => plan.ignored ?? []);
  return {
    formatVersion: '1',
    fleet: fleet.name,
    host: fleet.host.uri,
    hosts: ofAll.hosts,
    unknown: ofAll.unknown,
    hostFrom: fleet.hostFrom,
    specDigest: fleet.digest,
    observedDigest: ofAll.observedDigest,
    options: ofAll.options,
    changes: all,
    steps: once(steps),
    refused: [...refused, ...once(refusals)].toSorted(byAddress),
    warnings: [
      ...new Set([
        ...(ofAll.options.mode === 'apply' ? fleet.warnings : []),
        ...warnings,
        ...plans.flatMap(({ name, plan }) => plan.warnings.map((each) => saidOf(name, each))),
      ]),
    ],
    ignored: ignored.toSorted(byAddress),
    summary: summaryOf(plans, all, ofAll.isProviderSeen),
  };
}

/**
 * Of `network.lab` on a host `network.lab@a`; a VM is on one host, the provider on none. `split`:
 * VMs that have a copy there beside another.
 */
export function spelled(
  address: Address,
  host: string,
  split: ReadonlySet<Address> = new Set(),
): Address {
  const isOfHost = /^(network|pool)\./.test(address) || split.has(address);
  return isOfHost ? `${address}@${host}` : address;
}

/** Those of which the copy on this host is not the one that counts. */
function splitOn(
  host: string,
  split: ReadonlySet<Address>,
  on: ReadonlyMap<Address, string>,
): ReadonlySet<Address> {
  if (split.size === 0) return split;
  return new Set([...split].filter((address) => on.get(address) !== host));
}

function ofHost<T extends { address: Address }>(
  host: string,
  thing: T,
  split: ReadonlySet<Address>,
): T & { host?: string } {
  const { address } = thing;
  return address === PROVIDER ? thing : { ...thing, address: spelled(address, host, split), host };
}

function asLeft(change: Change, counts = 'another host'): Change {
  const note = `a move left it: the VM itself is on ${counts}, and stays`;
  return { ...change, reason: 'half-made', notes: [...change.notes, note] };
}

/** Their ids begin with their addresses, and so do those of the steps that they need. */
function stepsOn(host: string, all: readonly Step[], split: ReadonlySet<Address>): Step[] {
  // The orchestrator's host is that of the VM, which stays elsewhere.
  const gone = new Set(
    all
      .filter(({ kind, address }) => kind === 'vm-unregister' && split.has(address))
      .map(({ id }) => id),
  );
  const steps = all.filter(({ id }) => !gone.has(id));
  const renamed = new Map(
    steps.map(({ id, address }) => [
      id,
      id.startsWith(address) ? `${spelled(address, host, split)}${id.slice(address.length)}` : id,
    ]),
  );
  const nameOf = (id: string): string => renamed.get(id) ?? id;
  return steps.map((step): Step => {
    const needs = step.needs.filter((id) => !gone.has(id)).map(nameOf);
    const address = spelled(step.address, host, split);
    const there = address === PROVIDER ? {} : { onHost: host };
    return { ...step, address, ...there, id: nameOf(step.id), needs };
  });
}

/** What is of no host is in the plan of each. */
function once<T extends { address: Address }>(things: readonly T[]): T[] {
  const seen = new Set<string>();
  return things.filter((thing) => {
    if (thing.address !== PROVIDER) return true;
    const key = JSON.stringify(thing);
    return !seen.has(key) && seen.add(key);
  });
}

function hostsOfNetworks(plans: readonly HostPlan[]): ReadonlyMap<Address, number> {
  const counts = new Map<Address, number>();
  for (const { fleet } of plans)
    for (const { address, kind } of fleet.networks)
      if (kind === 'own') counts.set(address, (counts.get(address) ?? 0) + 1);
  return counts;
}

function withFacts(
  change: Change,
  why: ReadonlyMap<Address, string>,
  counts: ReadonlyMap<Address, number>,
): Change {
  if (change.action !== 'create') return change;
  const host = why.get(change.address);
  if (host !== undefined) return { ...change, after: { host, ...change.after } };
  const [address = ''] = change.address.split('@');
  const hosts = counts.get(address) ?? 0;
  if (hosts < 2) return change;
  const note = `each of ${hosts} hosts has its own: VMs on different hosts do not meet there`;
  return { ...change, notes: [...change.notes, note] };
}

function saidOf(host: string, warning: string): string {
  return warning.startsWith(PROVIDER) ? warning : `on ${host}: ${warning}`;
}

function summaryOf(
  plans: readonly HostPlan[],
  changes: readonly Change[],
  isProviderSeen: boolean,
): PlanSummary {
  const sameProvider = plans.filter(
    ({ fleet, plan }) =>
      isProviderSeen &&
      fleet.orchestrator?.provider &&
      isSelected(plan.options, PROVIDER) &&
      [...plan.changes, ...plan.refused].every(({ address }) => address !== PROVIDER),
  ).length;
  const noop = plans.reduce((sum, { plan }) => sum + plan.summary.noop, 0);
  return { ...countsOf(changes), noop: noop - Math.max(0, sameProvider - 1) };
}
