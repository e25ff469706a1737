import { createHash } from 'node:crypto';
import {
  deletionOf,
  PROVIDER,
  type Address,
  type HostState,
  type Placements,
  type Plan,
  type PlannedHost,
  type PlanOptions,
  type Refusal,
  type Render,
  type ResolvedFleet,
  type SeenProvider,
} from '../../model/index.js';
import { fleetOnHost, type FleetOnHost } from '../fleet-on-host.js';
import { refuseDeletingAll } from '../guards/delete-all.js';
import { knownAddresses, planOn } from '../make-plan.js';
import { matcher, select } from '../select.js';
import { joinPlans, spelled, type HostPlan } from './join.js';

/** One host's part of a fleet, and what was seen there. */
export interface Share {
  /** The host's. */
  name: string;
  /** The fleet as it is on that host alone. */
  fleet: ResolvedFleet;
  state: HostState;
}

/** A fleet on several hosts, and what is known of them. */
export interface WholeFleet {
  fleet: ResolvedFleet;
  hosts: readonly PlannedHost[];
  placements: Placements;
  /** Of the hosts that were reached. */
  shares: readonly Share[];
}

export interface PlanOfMany {
  plan: Plan;
  /** By the host's name: its own plan, with addresses as they are on one host. */
  byHost: ReadonlyMap<string, Plan>;
}

/**
 * One plan for all hosts: each share is planned as if it were the fleet, and the plans are joined.
 * A VM on two hosts is refused, and so left as it is on both. Throws as `makePlan`.
 */
export function makePlanOfMany(
  { fleet, hosts, placements, shares }: WholeFleet,
  options: PlanOptions,
  render: Pick<Render, 'written'>,
  provider: SeenProvider | null = null,
): PlanOfMany {
  const evacuated = evacuatedVms(fleet, placements);
  const views = shares.map((share) => {
    const onHost = { ...fleetOnHost(share.fleet, share.state, render), evacuated };
    return { ...share, onHost, known: knownAddresses(share.fleet, onHost) };
  });
  const doubled = doubledVms(views, placements);
  const refused = [...placements.refused, ...doubled];
  const split = new Set(
    [...placements.left, ...refused.filter(({ code }) => code === 'on-two-hosts')].map(
      ({ address }) => address,
    ),
  );
  const whole = [
    ...fleet.vms.map(({ address }) => address),
    ...(fleet.orchestrator?.provider ? [PROVIDER] : []),
    ...views.flatMap(({ name, known }) =>
      known.flatMap((address) => spellings(address, name, split)),
    ),
  ];
  // Whether each pattern names anything at all.
  const selection = select(options, [...new Set(whole)]);
  const left = new Set([...refused, ...placements.unknown].map(({ address }) => address));
  const plans = views.flatMap(({ name, fleet, onHost, known }): HostPlan[] => {
    const own = optionsOf(options, name, known, { left, split });
    return own === null ? [] : [{ name, fleet, plan: planOn(fleet, onHost, own, provider) }];
  });
  const asked = refused.filter(({ address }) => selection.has(address));
  const plan = joinPlans(fleet, plans, {
    options,
    hosts: [...hosts],
    refused: asked.map(({ on: _, ...refusal }) => refusal),
    unknown: placements.unknown
      .filter(({ address }) => selection.has(address))
      .map(({ address, hosts }) => ({ address, hosts })),
    warnings: [...awayWarnings(hosts, placements, options), ...placements.warnings],
    placed: placements.placed,
    split,
    left: placements.left,
    isProviderSeen: provider !== null && !('unknown' in provider),
    observedDigest: digestOf(plans, hosts, placements),
  });
  const there = views.flatMap(({ onHost }) => [...onHost.owned.values()]);
  const file = shares[0]?.fleet.file;
  // What a move left is nobody's only copy.
  const leftAt = new Set(placements.left.map(({ address, host }) => `${address}@${host}`));
  refuseDeletingAll(
    { ...fleet, ...(file !== undefined && { file }) },
    there,
    plan.changes.filter(({ address }) => !leftAt.has(address)),
    options,
  );
  return { plan, byHost: new Map(plans.map((each) => [each.name, each.plan])) };
}

/** By UUID: the host that is taken for dead. */
function evacuatedVms({ vms }: ResolvedFleet, { placed }: Placements): Map<string, string> {
  const uuids = new Map(vms.map(({ address, uuid }) => [address, uuid]));
  return new Map(
    placed.flatMap(({ address, evacuatedFrom }) =>
      evacuatedFrom === undefined ? [] : [[uuids.get(address) ?? '', evacuatedFrom] as const],
    ),
  );
}

/** What a host's things may be called: `network.lab` is that of each host. */
function spellings(address: Address, host: string, split: ReadonlySet<Address>): Address[] {
  return [...new Set([address, spelled(address, host, split)])];
}

/**
 * null: nothing of this host is asked for. `left`: what is refused; who destroys and names the host
 * of a VM that two have (`vm.edge-1@a`) means that copy.
 */
function optionsOf(
  options: PlanOptions,
  host: string,
  known: readonly Address[],
  { left, split }: { left: ReadonlySet<Address>; split: ReadonlySet<Address> },
): PlanOptions | null {
  const named = (patterns: readonly string[]): Address[] => {
    const tests = patterns.map(matcher);
    return known.filter((address) =>
      spellings(address, host, split).some((spelling) =>
        tests.some((matches) => matches(spelling)),
      ),
    );
  };
  const targets = named(options.targets);
  if (options.targets.length > 0 && targets.length === 0) return null;
  const isMeant = (address: Address): boolean =>
    options.mode === 'destroy' &&
    split.has(address) &&
    options.targets
      .map(matcher)
      .some((matches) => matches(spelled(address, host, split)) && !matches(address));
  const excludes = [
    ...new Set([
      ...named(options.excludes),
      ...known.filter((address) => left.has(address) && !isMeant(address)),
    ]),
  ];
  const isAsked = (address: Address): boolean =>
    (targets.length === 0 || targets.includes(address)) && !excludes.includes(address);
  if (known.length > 0 && !known.some(isAsked)) return null;
  return { ...options, targets, excludes, replace: named(options.replace).filter(isAsked) };
}

/** By their marks, also of VMs that have left the file. Those that are refused already are not. */
function doubledVms(
  views: readonly { name: string; onHost: FleetOnHost }[],
  { refused, left }: Placements,
): Placements['refused'] {
  const on = new Map<Address, string[]>();
  for (const { name, onHost } of views)
    for (const { mark } of onHost.owned.values())
      on.set(`vm.${mark.vm}`, [...(on.get(`vm.${mark.vm}`) ?? []), name]);
  const known = new Set([...refused, ...left].map(({ address }) => address));
  return [...on]
    .filter(([address, names]) => names.length > 1 && !known.has(address))
    .map(([address, names]) => ({ ...onTwoHosts(address, names), on: names }));
}

function onTwoHosts(address: Address, names: readonly string[]): Refusal {
  return {
    address,
    code: 'on-two-hosts',
    summary: `${address} is on ${names.join(' and on ')}`,
    hint: deletionOf(address, names),
  };
}

function awayWarnings(
  hosts: readonly PlannedHost[],
  { unknown, placed }: Placements,
  { mode, evacuate }: PlanOptions,
): string[] {
  return hosts.flatMap(({ name, state, because }) => {
    if (state !== 'away') return [];
    if (name === evacuate) {
      const count = placed.filter(({ evacuatedFrom }) => evacuatedFrom === name).length;
      const anew = count === 1 ? '1 VM is made anew' : `${count} VMs are made anew`;
      return [
        `host ${name} is away (${because ?? 'it does not answer'}), and taken for dead: ${anew} ` +
          `on other hosts, with empty disks. What ${name} has of them stays there. If they still ` +
          'run there, each runs twice, with one identity',
      ];
    }
    const those = unknown.filter((each) => each.hosts.includes(name));
    const what = those.length === 1 ? '1 VM' : `${those.length} VMs`;
    const left =
      mode === 'destroy'
        ? 'what is there of the fleet is left'
        : 'nothing is planned for what is there, and nothing of it is created elsewhere';
    const may = those.length === 0 ? '' : ` (${what} may be there)`;
    return [`host ${name} is away: ${because ?? 'it does not answer'}. So ${left}${may}`];
  });
}

function digestOf(
  plans: readonly HostPlan[],
  hosts: readonly PlannedHost[],
  { placed, refused, unknown, left }: Placements,
): string {
  const relevant = [
    hosts.map(({ name, uri, state }) => [name, uri, state]),
    plans.map(({ name, plan }) => [name, plan.observedDigest]),
    placed.map(({ address, host }) => [address, host]),
    refused.map(({ address, code, on }) => [address, code, on]),
    left.map(({ address, host }) => [address, host]),
    unknown.map(({ address }) => address),
  ];
  return createHash('sha256').update(JSON.stringify(relevant)).digest('hex');
}
