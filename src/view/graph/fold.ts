import type { FleetGraph, GraphNode, NetworkNode, VmNode } from '../../model/index.js';

export interface Folded {
  /** Each is a box; those of more than one are of alike nodes. In the order of the graph. */
  groups: [GraphNode, ...GraphNode[]][];
  /** The id of the box that a node is in: that of its first. */
  boxOf: (id: string) => string;
}

/** A picture with more VMs than these says nothing any more: what they share has to be less. */
const MOST = 60;

/**
 * From `alike` on, VMs that differ in their names, identities and addresses alone become one box,
 * and so do the networks that each of them has for itself (`nics: per-vm`). If that leaves too
 * many, their names and sizes may differ, too.
 */
export function fold(graph: FleetGraph, alike: number): Folded {
  const folded = foldBy(graph, alike, vmKey);
  const vms = folded.groups.filter(([{ kind }]) => kind === 'vm');
  return vms.length > MOST ? foldBy(graph, alike, roughKey) : folded;
}

type Key = (vm: VmNode, placeKey: (on: string | null) => unknown) => string;

function foldBy({ nodes }: FleetGraph, alike: number, keyOf: Key): Folded {
  const vms = nodes.filter((node): node is VmNode => node.kind === 'vm');
  const networks = new Map(
    nodes.flatMap((node) => (node.kind === 'network' ? [[node.id, node]] : [])),
  );
  const boxes = new Map<string, string>();
  const isPrivate = privateNetworks(vms);
  const placeKey = (on: string | null): unknown => {
    const network = on === null ? undefined : networks.get(on);
    return network?.own && isPrivate(network.id) ? networkKey(network) : on;
  };
  for (const group of Map.groupBy(vms, (vm) => keyOf(vm, placeKey)).values()) {
    const [first] = group;
    if (first === undefined || group.length < alike) continue;
    for (const { id, nics } of group) {
      boxes.set(id, first.id);
      for (const [at, { on }] of nics.entries()) {
        const place = first.nics[at]?.on;
        if (on !== null && place != null) boxes.set(on, place);
      }
    }
  }
  const boxOf = (id: string): string => boxes.get(id) ?? id;
  const groups = [...Map.groupBy(nodes, ({ id }) => boxOf(id)).values()];
  return { boxOf, groups: groups as Folded['groups'] };
}

/** Whether one VM alone is on a network. */
function privateNetworks(vms: readonly VmNode[]): (id: string) => boolean {
  const users = new Map<string, Set<string>>();
  for (const { id, nics } of vms)
    for (const { on } of nics) if (on !== null) users.set(on, (users.get(on) ?? new Set()).add(id));
  return (id) => users.get(id)?.size === 1;
}

const roughKey: Key = ({ action, nics }, placeKey) =>
  JSON.stringify([action, nics.map(({ on }) => placeKey(on))]);

const vmKey: Key = (vm, placeKey) => {
  const { name, action, cpus, memoryKiB, firmware, tpm, power, nics } = vm;
  const places = nics.map(({ on, model }) => [placeKey(on), model]);
  return JSON.stringify([stem(name), action, cpus, memoryKiB, firmware, tpm, power, places]);
};

function networkKey({ name, action, mode, dhcp, dnsNames, bootUrl }: NetworkNode): unknown {
  return [stem(name), action, mode, dhcp === null, dnsNames, bootUrl];
}

/** `edge` of `edge-12`: the name of its entry in the fleet file. */
export function stem(name: string): string {
  return name.replace(/-?\d+$/, '');
}
