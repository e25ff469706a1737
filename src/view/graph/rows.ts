import type { Box, Link, Picture } from './picture.js';

/** Boxes beside one another: as many as are readable on a phone. */
const COLUMNS = 3;

export interface Rows {
  /** In which row each box is. */
  rows: ReadonlyMap<string, number>;
  /**
   * Of a VM that is below another of the same network, where both are on no other: that one, and
   * the network.
   */
  above: ReadonlyMap<string, { vm: string; network: string }>;
  /** Of a network that is not in the first row of them: what it is below. */
  later: ReadonlyMap<string, string>;
}

/** Rows of networks, each followed by the VMs on them, in columns below each network. */
export function rowsOf({ boxes, links }: Picture): Rows {
  const above = new Map<string, { vm: string; network: string }>();
  const later = new Map<string, string>();
  const rows = new Map([
    ['outside', 0],
    ['uplink', 1],
  ]);
  const places = boxes.filter(({ kind }) => kind === 'network' || kind === 'bridge');
  const networksOf = Map.groupBy(links, ({ to }) => to);
  const isOnMore = (vm: string): boolean => (networksOf.get(vm)?.length ?? 0) > 1;
  const homes = homesOf(boxes, networksOf, places);
  let next = 2;
  for (let at = 0; at < places.length; at += COLUMNS) {
    const row = places.slice(at, at + COLUMNS);
    const below = row.map(({ id }) => {
      const vms = homes.get(id) ?? [];
      const last = vms.filter(isOnMore);
      return { network: id, vms: [...vms.filter((vm) => !last.includes(vm)), ...last] };
    });
    const depth = depthOf(below.map(({ vms }) => vms.length));
    for (const [index, { id }] of row.entries()) {
      rows.set(id, next);
      const before = places[at - COLUMNS + index];
      if (before !== undefined) later.set(id, lowest(before.id, homes.get(before.id), above));
    }
    for (const { network, vms } of below) {
      const columns = Math.ceil(vms.length / depth);
      for (const [index, id] of vms.entries()) {
        rows.set(id, next + 1 + Math.floor(index / columns));
        const vm = vms[index - columns];
        if (vm !== undefined && !isOnMore(id)) above.set(id, { vm, network });
      }
    }
    next += 1 + depth;
  }
  const free = boxes.filter(({ id }) => !rows.has(id));
  for (const [index, { id }] of free.entries()) rows.set(id, next + Math.floor(index / COLUMNS));
  return { rows, above, later };
}

/** The end of the first column below a network. */
function lowest(network: string, vms: readonly string[] | undefined, above: Rows['above']): string {
  const below = new Map([...above].map(([id, { vm }]) => [vm, id]));
  const down = (id: string): string => {
    const next = below.get(id);
    return next === undefined ? id : down(next);
  };
  const first = vms?.find((id) => below.has(id)) ?? vms?.[0];
  return first === undefined ? network : down(first);
}

/** The fewest rows in which the VMs of networks beside one another have room. */
function depthOf(amounts: readonly number[]): number {
  let depth = Math.ceil(amounts.reduce((sum, amount) => sum + amount, 0) / COLUMNS);
  const columns = (): number =>
    amounts.reduce((sum, amount) => sum + Math.ceil(amount / Math.max(1, depth)), 0);
  while (columns() > COLUMNS && depth < Math.max(...amounts)) depth++;
  return depth;
}

/** The VMs below each network: one with several NICs is below the last of its networks. */
function homesOf(
  boxes: readonly Box[],
  networksOf: ReadonlyMap<string, readonly Link[]>,
  places: readonly Box[],
): ReadonlyMap<string, string[]> {
  const order = new Map(places.map(({ id }, at) => [id, at]));
  const homes = new Map<string, string[]>();
  for (const { id, kind } of boxes) {
    if (kind !== 'vm') continue;
    const networks = (networksOf.get(id) ?? []).map(({ from }) => from);
    const home = networks.toSorted((a, b) => (order.get(b) ?? 0) - (order.get(a) ?? 0))[0];
    if (home !== undefined) homes.set(home, [...(homes.get(home) ?? []), id]);
  }
  return homes;
}
