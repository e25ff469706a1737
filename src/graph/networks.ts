import {
  blockOf,
  defaultDhcpRange,
  isOwnedBy,
  subnetAround,
  type Address,
  type GraphAction,
  type NetworkFacts,
  type NetworkNode,
  type OwnNetwork,
  type PlannedNetwork,
  type ResolvedFleet,
} from '../model/index.js';
import type { Seen } from './fleet-graph.js';

/** What a plan does, by address; nothing: the thing stays as it is. */
export type Actions = ReadonlyMap<Address, GraphAction>;

/**
 * The fleet's own networks, those that it uses, and those that a plan deletes; each as it is after
 * the plan, or was before its deletion.
 */
export function networkNodes(
  fleet: ResolvedFleet,
  seen: Seen | null,
  actions: Actions | null,
): NetworkNode[] {
  const planOf = plannedNetworks(seen);
  const onHost = new Map(seen?.state.networks.map((network) => [network.name, network]));
  const listed = fleet.networks.map((network): NetworkNode => {
    const { address, name, libvirtName } = network;
    const action = actions?.get(address) ?? null;
    const head = { id: address, kind: 'network' as const, name, libvirtName };
    const found = onHost.get(libvirtName);
    if (network.kind === 'existing')
      return {
        ...head,
        ...{ own: false, action, ...shown(found) },
        bootUrl: network.bootUrl ?? found?.bootUrl ?? null,
      };
    const isRefused = action === 'refused' || action === null;
    const facts =
      network.subnet === 'auto' && isRefused && found !== undefined
        ? { ...shown(found), bootUrl: network.bootUrl }
        : planned(planOf.get(address) ?? network);
    return {
      ...head,
      ...{ own: true, action: action ?? (seen === null ? null : 'unchanged'), ...facts },
    };
  });
  return [...listed, ...leaving(fleet, seen, actions)];
}

/** Those that a plan creates, as it does: `subnet: auto` is decided there. The first counts. */
function plannedNetworks(seen: Seen | null): ReadonlyMap<Address, PlannedNetwork> {
  return new Map(
    (seen?.plan.steps ?? [])
      .flatMap((step) =>
        'network' in step && typeof step.network === 'object'
          ? [[step.address, step.network] as const]
          : [],
      )
      .reverse(),
  );
}

type Shown = Omit<NetworkNode, 'id' | 'kind' | 'name' | 'libvirtName' | 'own' | 'action'>;

function planned(network: OwnNetwork | PlannedNetwork): Shown {
  const { bridge, mode, subnet, dhcp, dnsHosts, bootUrl } = network;
  const rest = { bridge, mode, dnsNames: dnsHosts.flatMap(({ names }) => names), bootUrl };
  if (subnet === 'auto') return { ...rest, subnet: null, gateway: null, dhcp: null };
  const block = blockOf(subnet.cidr);
  const range = dhcp === 'auto' ? block && defaultDhcpRange(block) : dhcp;
  return { ...rest, subnet: subnet.cidr, gateway: subnet.gateway, dhcp: range };
}

/** What runs counts, else the definition. */
function shown(found: (NetworkFacts & { live: NetworkFacts | null }) | undefined): Shown {
  const facts: NetworkFacts | undefined = found?.live ?? found;
  const gateway = facts?.gateway ?? null;
  return {
    bridge: facts?.bridge ?? null,
    mode: facts?.mode ?? null,
    subnet: gateway === null ? null : subnetAround(gateway),
    gateway: gateway?.split('/')[0] ?? null,
    dhcp: facts?.ranges[0] ?? null,
    dnsNames: (facts?.dnsHosts ?? []).flatMap(({ names }) => names),
    bootUrl: facts?.bootUrl ?? null,
  };
}

/** Of networks that the fleet file does not list any more. */
function leaving(fleet: ResolvedFleet, seen: Seen | null, actions: Actions | null): NetworkNode[] {
  const listed = new Set(fleet.networks.map(({ libvirtName }) => libvirtName));
  return (seen?.state.networks ?? []).flatMap((network): NetworkNode[] => {
    if (!isOwnedBy(fleet, network) || listed.has(network.name)) return [];
    const id = `network.${network.mark.network}`;
    const action = actions?.get(id);
    if (action === undefined) return [];
    const head = { id, kind: 'network' as const, name: network.mark.network };
    return [{ ...head, libvirtName: network.name, own: true, action, ...shown(network) }];
  });
}
