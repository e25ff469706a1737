import {
  firmwareKind,
  type Address,
  type FleetGraph,
  type GraphAction,
  type GraphEdge,
  type HostState,
  type NetworkNode,
  type OutsideNode,
  type Plan,
  type ResolvedFleet,
  type ResolvedNic,
  type UplinkNode,
  type VmNode,
} from '../model/index.js';
import { MASK, starUriPasswords } from '../secrets/index.js';
import { networkNodes, type Actions } from './networks.js';
import { leavingVms, withLeases } from './vms.js';

/** What a host had, and what a plan does about it. */
export interface Seen {
  state: HostState;
  plan: Plan;
  /** IPv4 addresses from DHCP leases, by the UUID of the VM. */
  leases: Readonly<Record<string, readonly string[]>>;
}

/** `seen` null: the fleet file alone. */
export function fleetGraph(fleet: ResolvedFleet, seen: Seen | null): FleetGraph {
  const actions = seen === null ? null : actionsOf(seen.plan);
  const networks = networkNodes(fleet, seen, actions).map((network) => ({
    ...network,
    bootUrl: network.bootUrl && shownUrl(network.bootUrl),
  }));
  const idOf = new Map(networks.map(({ libvirtName, id }) => [libvirtName, id]));
  const bridgeOf = new Map<string, string>();
  const leases = new Map(fleet.vms.map(({ name, uuid }) => [name, seen?.leases[uuid]]));
  const withLease = withLeases(networks);
  const vms = [
    ...fleet.vms.map((vm): VmNode => ({
      ...{ id: vm.address, kind: 'vm', name: vm.name },
      action: actions?.get(vm.address) ?? (seen === null ? null : 'unchanged'),
      ...{ cpus: vm.cpus, memoryKiB: vm.memoryKiB, firmware: firmwareKind(vm.firmware) },
      ...{ tpm: vm.tpm, power: vm.power, serialNumber: vm.serialNumber },
      nics: vm.nics.map((nic) => ({
        ...{ mac: nic.mac, model: nic.model, address: nic.ip },
        on: onOf(nic.source, idOf, bridgeOf),
      })),
    })),
    ...leavingVms(fleet, seen, actions).map(({ nics, ...vm }): VmNode => ({
      ...vm,
      nics: nics.map(({ mac, model, source }) => ({
        ...{ mac, model, address: null },
        on: source.kind === 'other' ? null : onOf(source, idOf, bridgeOf),
      })),
    })),
  ].map((vm) => withLease(vm, leases.get(vm.name) ?? []));
  const bridges = [...bridgeOf].map(([name, id]) => ({ id, kind: 'bridge' as const, name }));
  return {
    formatVersion: '1',
    fleet: fleet.name,
    host: fleet.host.uri,
    source: seen === null ? 'file' : 'host',
    nodes: [outside(fleet), uplink(seen), ...networks, ...bridges, ...vms],
    edges: edges(networks, [...bridgeOf.values()], vms, fleet.orchestrator !== null),
  };
}

function actionsOf({ changes, refused }: Plan): Actions {
  return new Map<Address, GraphAction>([
    ...changes.map(({ address, action }) => [address, action] as const),
    ...refused.map(({ address }) => [address, 'refused'] as const),
  ]);
}

function onOf(
  source: ResolvedNic['source'] | { kind: 'network'; network: string },
  networks: ReadonlyMap<string, string>,
  bridges: Map<string, string>,
): string | null {
  if (source.kind === 'network') return networks.get(source.network) ?? null;
  const id = `bridge.${source.bridge}`;
  bridges.set(source.bridge, id);
  return id;
}

function outside({ orchestrator }: ResolvedFleet): OutsideNode {
  return {
    id: 'outside',
    kind: 'outside',
    orchestrator: orchestrator && {
      name: orchestrator.domain ?? hostIn(orchestrator.bootUrl),
      bootUrl: shownUrl(orchestrator.bootUrl),
      onboarding: orchestrator.onboarding,
    },
  };
}

/** DHCP tells it to a network; a picture goes further. */
function shownUrl(url: string): string {
  return starUriPasswords(url, () => MASK);
}

function hostIn(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function uplink(seen: Seen | null): UplinkNode {
  const { device = null, address = null } = seen?.state.uplink ?? {};
  return { id: 'uplink', kind: 'uplink', device, address };
}

function edges(
  networks: readonly NetworkNode[],
  bridges: readonly string[],
  vms: readonly VmNode[],
  toOrchestrator: boolean,
): GraphEdge[] {
  const boots = new Map(networks.map(({ id, bootUrl }) => [id, bootUrl !== null]));
  const ways = networks.flatMap(({ id, mode }): GraphEdge[] => {
    if (mode === 'isolated') return [];
    const kind = mode === 'nat' || mode === 'route' ? mode : 'unknown';
    return [{ from: id, to: 'uplink', kind, boots: boots.get(id) === true }];
  });
  const bridged = bridges.map((from): GraphEdge => ({
    ...{ from, to: 'uplink', kind: 'bridged', boots: false },
  }));
  const isWay = toOrchestrator && ways.some((way) => way.boots);
  const nics = vms.flatMap(({ id, nics }) =>
    nics.flatMap(({ mac, on }): GraphEdge[] =>
      on === null ? [] : [{ from: id, to: on, kind: 'nic', mac, boots: boots.get(on) === true }],
    ),
  );
  return [
    { from: 'uplink', to: 'outside', kind: 'uplink', boots: isWay },
    ...ways,
    ...bridged,
    ...nics,
  ];
}
