/** A fleet on several hosts, looked at: where each VM is or goes, and each host's state. */
import { place, settled, type VmCopy } from '../../placement/index.js';
import {
  isOwnedBy,
  VenError,
  type Away,
  type HostState,
  type Placements,
  type PlannedHost,
  type ResolvedFleet,
  type SeenHost,
} from '../../model/index.js';
import type { Share, WholeFleet } from '../../plan/index.js';
import type { OpenHost } from './open.js';
import { checkIsAway } from './evacuation.js';
import { observeInTime, surveyHosts, withFirmware } from './survey.js';

/** A reached host with its part of the fleet. */
export interface SharedHost extends Share {
  open: OpenHost;
}

export interface SeenFleet extends Omit<WholeFleet, 'shares'> {
  seen: SeenHost[];
  shares: SharedHost[];
}

interface Asked {
  destroys?: boolean;
  /** A host that is taken for dead. */
  evacuates?: string | undefined;
  stop?: AbortSignal | undefined;
}

/**
 * Asks all hosts at once what is on them, places the VMs, and looks at each host for its share. A
 * host that fails at either is away: it has no share. @throws VenError `host-not-ready` when all
 * are away, `host-answers` when one does that is to be evacuated, `interrupted`
 */
export async function seeHosts(
  hosts: readonly OpenHost[],
  fleet: ResolvedFleet,
  { destroys = false, evacuates, stop }: Asked = {},
): Promise<SeenFleet> {
  const surveyed = await surveyHosts(hosts, fleet, stop);
  checkIsAway(surveyed, evacuates);
  const told = destroys ? surveyed : await withFirmware(hosts, fleet, surveyed, stop);
  const before = place(fleet, told, { destroys, evacuates });
  const looks = await Promise.all(
    sharesOf(hosts, fleet, before, told).map(async ({ open, share }) => {
      const ask = (signal: AbortSignal) => open.host.observe(share, signal);
      return { name: open.name, look: await observeInTime(ask, stop) };
    }),
  );
  const states = new Map<string, HostState>();
  const lost = new Map<string, Away>();
  for (const { name, look } of looks) {
    if ('away' in look) lost.set(name, look.away);
    else states.set(name, look.said);
  }
  const seen = told.map((each): SeenHost => {
    const away = lost.get(each.name);
    return away ? { ...each, away } : each;
  });
  if (states.size === 0) throw allAway(hosts, seen);
  const again = lost.size === 0 ? before : place(fleet, seen, { destroys, evacuates });
  const isAway = (name: string): boolean =>
    fleet.hosts?.some((host) => host.name === name) === true && !states.has(name);
  const placements = settled(fleet.vms, again, copiesIn(fleet, states), isAway, evacuates);
  return {
    fleet,
    seen,
    placements,
    hosts: hosts.map(({ name, settings }) => plannedHost(name, settings.uri, seen)),
    shares: sharesOf(hosts, fleet, placements, seen).flatMap(({ open, share }): SharedHost[] => {
      const state = states.get(open.name);
      return state
        ? [{ name: open.name, fleet: share, state: withLeft(state, open.name, placements), open }]
        : [];
    }),
  };
}

function copiesIn(
  fleet: ResolvedFleet,
  states: ReadonlyMap<string, HostState>,
): (uuid: string) => VmCopy[] {
  const copies = new Map<string, VmCopy[]>();
  for (const [host, { domains }] of states)
    for (const domain of domains) {
      if (!isOwnedBy(fleet, domain)) continue;
      const { uuid, mark, power, persistent, saved } = domain;
      const isIdle = power === 'off' && persistent && saved === undefined;
      copies.set(uuid, [...(copies.get(uuid) ?? []), { host, mark, isIdle }]);
    }
  return (uuid) => copies.get(uuid) ?? [];
}

/** What a move left is half-made, whatever its mark says still, and nothing protects it. */
function withLeft(state: HostState, host: string, { left }: Placements): HostState {
  const uuids = new Set(left.filter((each) => each.host === host).map(({ uuid }) => uuid));
  if (uuids.size === 0) return state;
  return {
    ...state,
    domains: state.domains.map((domain) =>
      uuids.has(domain.uuid) && domain.mark
        ? { ...domain, mark: { ...domain.mark, ready: false, protect: false } }
        : domain,
    ),
  };
}

/** Of each host that answers. What is refused is in the share of each host that has it. */
function sharesOf(
  hosts: readonly OpenHost[],
  { vms }: ResolvedFleet,
  { placed, refused, unknown }: Placements,
  seen: readonly SeenHost[],
): { open: OpenHost; share: ResolvedFleet }[] {
  const on = new Map<string, string[]>();
  for (const { address, host } of placed) on.set(address, [host]);
  for (const { address, on: there } of refused) on.set(address, there);
  for (const { address, there } of unknown) if (there !== undefined) on.set(address, [there]);
  const byHost = new Map<string, ResolvedFleet['vms']>();
  for (const vm of vms)
    for (const name of on.get(vm.address) ?? [])
      byHost.set(name, [...(byHost.get(name) ?? []), vm]);
  const reached = new Set(
    seen.filter(({ survey, away }) => survey !== null && !away).map(({ name }) => name),
  );
  return hosts
    .filter(({ name }) => reached.has(name))
    .map((open) => ({ open, share: open.share(byHost.get(open.name) ?? []) }));
}

function plannedHost(name: string, uri: string, seen: readonly SeenHost[]): PlannedHost {
  const away = seen.find((each) => each.name === name)?.away;
  if (!away) return { name, uri, state: 'reached' };
  return { name, uri, state: 'away', because: away.summary };
}

function allAway(hosts: readonly OpenHost[], seen: readonly SeenHost[]): VenError {
  const lines = hosts.map(
    ({ name, settings }) =>
      `${name} (${settings.uri}): ` +
      (seen.find((each) => each.name === name)?.away?.summary ?? 'it does not answer'),
  );
  const [first] = seen.flatMap(({ away }) => away?.hint ?? []);
  return new VenError('host-not-ready', {
    summary: `No host of the fleet answers: all ${hosts.length} are away. Nothing was changed.`,
    detail: lines.join('\n'),
    hint: first ?? 'See whether the machines are up: ven hosts',
  });
}
