/** What a killed run left of a change to a foreign network: VMs that hang on a temporary one. */
import type {
  HostState,
  ObservedNetwork,
  ResolvedFleet,
  ResolvedNetwork,
} from '../../../model/index.js';
import { formatList } from '../../format.js';

export interface UnfinishedNetwork {
  network: ObservedNetwork;
  /** The fleet whose run was killed. */
  by: string;
  /** The names of the domains that are cut off. */
  domains: string[];
}

/** By UUID of the network. What a run is at work on is not unfinished. */
export function unfinishedNetworks(state: HostState): Map<string, UnfinishedNetwork> {
  return new Map(
    state.networks.flatMap(({ name, bridge, temporaryFor }) => {
      const network = state.networks.find(({ uuid }) => uuid === temporaryFor?.network);
      if (temporaryFor === null || temporaryFor.atWork || network === undefined) return [];
      const domains = state.domains
        .filter(({ live }) =>
          live?.nics.some(({ source }) =>
            source.kind === 'network'
              ? source.network === name
              : source.kind === 'bridge' && source.bridge === bridge,
          ),
        )
        .map((domain) => domain.name);
      return [[network.uuid, { network, by: temporaryFor.user.fleet, domains }] as const];
    }),
  );
}

/** What all fleets' plan, status and doctor say of it, and what ends it. */
export function unfinishedNotices(
  fleet: Pick<ResolvedFleet, 'name' | 'networks'>,
  unfinished: Iterable<UnfinishedNetwork>,
): { message: string; fix: string; network: string }[] {
  return [...unfinished].map(({ network, by, domains }) => {
    const who = by === fleet.name ? 'this fleet' : `fleet ${by}`;
    const cutOff =
      domains.length === 0
        ? 'no VM is cut off'
        : `cut off until that is completed: ${formatList(domains.map((name) => `domain ${name}`))}`;
    const state = network.active ? '' : ', and it is stopped';
    return {
      network: network.name,
      message:
        `A run of ${who} was killed while it changed the network ${network.name}${state}; ` +
        cutOff,
      fix: `Complete it: ${whatEndsIt(fleet, network, by)}`,
    };
  });
}

/** A note for the change that completes it. */
export function reconnects(unfinished: UnfinishedNetwork | undefined): string[] {
  const { domains = [] } = unfinished ?? {};
  if (domains.length === 0) return [];
  return [`reconnects ${formatList(domains.map((name) => `domain ${name}`))}`];
}

function whatEndsIt(
  fleet: Pick<ResolvedFleet, 'name' | 'networks'>,
  { name }: ObservedNetwork,
  by: string,
): string {
  const uses = ({ kind, libvirtName }: ResolvedNetwork): boolean =>
    kind === 'existing' && libvirtName === name;
  if (by === fleet.name || fleet.networks.some(uses)) return 'ven apply';
  return `ven apply with the file of fleet ${by}, or of any fleet that uses the network ${name}`;
}
