import {
  PROVIDER,
  type Host,
  type HostState,
  type LockRequest,
  type Plan,
  type PlanOptions,
  type ReadSecret,
  type Render,
  type ResolvedFleet,
  type SeenProvider,
} from '../model/index.js';
import { isSelected, makePlan, makePlanOfMany } from '../plan/index.js';
import { lockHosts, openHosts, type OpenHost } from './hosts/open.js';
import { seeHosts, type SharedHost } from './hosts/whole.js';
import type { Request } from './load.js';
import { openHost } from './open.js';

export interface Look {
  render: Render;
  stop?: AbortSignal;
  /** Asks for the project's provider. Absent: it is not compared. */
  provider?: () => Promise<SeenProvider>;
}

/** A fleet and its hosts, opened. */
export interface FleetHosts {
  fleet: ResolvedFleet;
  /** null: it is on several. */
  host: Host | null;
  /** Empty: it is on one. */
  hosts: readonly OpenHost[];
}

/** One host's part of a plan, with addresses as they are on one host. */
export interface PlanPart {
  /** null: the fleet is on this host alone. */
  name: string | null;
  host: Host;
  /** As it is there. */
  fleet: ResolvedFleet;
  state: HostState;
  plan: Plan;
}

export interface Planned {
  plan: Plan;
  /** One for each host that answers, and of which something is asked for. */
  parts: PlanPart[];
}

/** Nothing is run yet. */
export function openFleet(
  fleet: ResolvedFleet,
  request: Pick<Request, 'env' | 'ports' | 'waiting'>,
  readSecret?: ReadSecret,
): FleetHosts {
  return fleet.hosts === undefined
    ? { fleet, host: openHost(fleet, request, readSecret), hosts: [] }
    : { fleet, host: null, hosts: openHosts(fleet, request, readSecret) };
}

/** All of them, also those that are away. */
export function eachHost({ host, hosts }: FleetHosts): Host[] {
  return host === null ? hosts.map((each) => each.host) : [host];
}

/** The fleet's lock on each of its hosts. @throws VenError as `Host.lock` */
export async function lockFleet(
  { fleet, host, hosts }: FleetHosts,
  request: LockRequest,
): Promise<{ opened: FleetHosts; release: () => void }> {
  if (host !== null) {
    const lock = await host.lock(request);
    const release = (): void => {
      lock.release();
    };
    return { opened: { fleet, host: lock.host, hosts }, release };
  }
  const locked = await lockHosts(hosts, request);
  return { opened: { fleet, host, hosts: locked.hosts }, release: locked.release };
}

/**
 * Looks at the hosts and plans. Where disks would be deleted, it first finds out what else stands
 * on them, which takes time with the number of the host's domains.
 */
export async function observeAndPlan(
  opened: FleetHosts,
  options: PlanOptions,
  look: Look,
): Promise<Planned> {
  const { fleet, host } = opened;
  const asks =
    options.mode === 'apply' &&
    fleet.orchestrator?.provider != null &&
    isSelected(options, PROVIDER);
  const provider = (asks ? look.provider?.() : null) ?? null;
  return host === null
    ? planSeveral(opened, options, look, provider)
    : planOne(fleet, host, options, look, provider);
}

async function planOne(
  fleet: ResolvedFleet,
  host: Host,
  options: PlanOptions,
  { render, stop }: Look,
  provider: Promise<SeenProvider> | null,
): Promise<Planned> {
  const [first, seen] = await Promise.all([host.observe(fleet, stop), provider]);
  let state = first;
  let plan = makePlan(fleet, state, options, render, seen);
  if (deletesVms(plan)) {
    state = { ...state, backing: await host.readBacking(state, stop) };
    plan = makePlan(fleet, state, options, render, seen);
  }
  return { plan, parts: [{ name: null, host, fleet, state, plan }] };
}

async function planSeveral(
  { fleet, hosts }: FleetHosts,
  options: PlanOptions,
  { render, stop }: Look,
  provider: Promise<SeenProvider> | null,
): Promise<Planned> {
  const { evacuate: evacuates, mode } = options;
  const asked = { destroys: mode === 'destroy', evacuates, stop };
  const [whole, seen] = await Promise.all([seeHosts(hosts, fleet, asked), provider]);
  let { shares } = whole;
  let made = makePlanOfMany(whole, options, render, seen);
  if (deletesVms(made.plan)) {
    shares = await Promise.all(
      shares.map(async (share): Promise<SharedHost> => {
        const { name, open, state } = share;
        const own = made.byHost.get(name);
        if (own === undefined || !deletesVms(own)) return share;
        return { ...share, state: { ...state, backing: await open.host.readBacking(state, stop) } };
      }),
    );
    made = makePlanOfMany({ ...whole, shares }, options, render, seen);
  }
  const parts = shares.flatMap(({ name, open, fleet, state }): PlanPart[] => {
    const plan = made.byHost.get(name);
    return plan ? [{ name, host: open.host, fleet, state, plan }] : [];
  });
  return { plan: made.plan, parts };
}

function deletesVms({ steps }: Plan): boolean {
  return steps.some(({ kind }) => kind === 'vm-delete');
}
