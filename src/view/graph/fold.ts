import type { FleetGraph, GraphNode, NetworkNode, VmNode } from '../../model/index.js';

export interface Folded {
  /** Each is a box; those of more than one are of alike nodes. In the order of the graph. */
  groups: [GraphNode, ...GraphNode[]][];
  /** The id of the box that a node is in: that of its first. */
  boxOf: (id: string) => string;
}

/** With more VMs, networks or bridges than these a picture says nothing any more. */
const MOST = 60;

/**
 * From `alike` on, VMs that differ in their names, identities and addresses alone become one box,
 * and so do the networks (`nics: per-vm`) and bridges that each of them has for itself. If that
 * leaves too many, their names and sizes may differ, too; and if it still does, also their
 * networks.
 */
export function fold(graph: FleetGraph, alike: number): Folded {
  const folded = foldBy(graph, alike, vmKey);
  if (isReadable(folded)) return folded;
  const rough = foldBy(graph, alike, roughKey);
  return isReadable(rough) ? rough : foldByKind(graph);
}

function isReadable({ groups }: Folded): boolean {
  const amount = (kind: GraphNode['kind']): number =>
    groups.filter(([first]) => first.kind === kind).length;
  return (['vm', 'network', 'bridge'] as const).every((kind) => amount(kind) <= MOST);
}

type Key = (vm: VmNode, placeKey: (on: string | null) => unknown) => string;

function foldBy({ nodes }: FleetGraph, alike: number, keyOf: Key): Folded {
  const vms = nodes.filter((node): node is VmNode => node.kind === 'vm');
  const places = new Map(
    nodes.flatMap((node) =>
      node.kind === 'network' || node.kind === 'bridge' ? [[node.id, node]] : [],
    ),
  );
  const boxes = new Map<string, string>();
  const isPrivate = privateNetworks(vms);
  const placeKey = (on: string | null): unknown => {
    const place = on !== null && isPrivate(on) ? places.get(on) : undefined;
    if (place?.kind === 'bridge') return [place.kind, stem(place.name)];
    return place?.own ? networkKey(place) : on;
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
  return foldedAs(boxes, nodes);
}

/**
 * Networks of one kind and change, all bridges, and the VMs with one change on the same kinds of
 * networks.
 */
function foldByKind({ nodes }: FleetGraph): Folded {
  const boxes = new Map<string, string>();
  const join = (groups: Iterable<readonly GraphNode[]>): void => {
    for (const [first, ...others] of groups)
      for (const { id } of others) boxes.set(id, first?.id ?? id);
  };
  const networks = nodes.filter((node) => node.kind === 'network');
  join(
    Map.groupBy(networks, ({ own, action, mode, bootUrl }) =>
      JSON.stringify([own, action, mode, bootUrl]),
    ).values(),
  );
  join([nodes.filter((node) => node.kind === 'bridge')]);
  const vms = nodes.filter((node) => node.kind === 'vm');
  const placesOf = ({ nics }: VmNode): string[] =>
    [...new Set(nics.map(({ on }) => boxes.get(on ?? '') ?? on ?? ''))].sort();
  join(Map.groupBy(vms, (vm) => JSON.stringify([vm.action, placesOf(vm)])).values());
  return foldedAs(boxes, nodes);
}

/** `boxes`: of each node that is in the box of another, that one. */
function foldedAs(boxes: ReadonlyMap<string, string>, nodes: readonly GraphNode[]): Folded {
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
