import { Graph, layout } from '@dagrejs/dagre';
import type { Box, Link, Picture } from './picture.js';
import { linesOf, type LaidLink, type Line } from './lines.js';
import { rowsOf, type Rows } from './rows.js';

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** Its left upper corner. */
export interface PlacedBox extends Box, Size, Point {
  row: number;
}

export interface Layout extends Size {
  boxes: PlacedBox[];
  lines: Line[];
}

/** Between boxes of a row: room for a line that goes down. */
const GAP = 20;

/**
 * From top to bottom: the outside, the host's NIC, then rows of networks, each followed by rows of
 * the VMs on them. Says where each box is, and how the links go around them.
 */
export function layoutOf(picture: Picture, sizeOf: (box: Box) => Size): Layout {
  const rows = rowsOf(picture);
  const { above, later } = rows;
  const rowOf = (id: string): number => rows.rows.get(id) ?? 1;
  const graph = laidOut(picture, rows, sizeOf);
  // On the left, room for the line that leads to lower networks.
  const aside = later.size > 0 ? GAP : 0;
  const placed = picture.boxes.map((box): PlacedBox => {
    const { x, y, width, height } = graph.node(box.id);
    const corner = { x: x - width / 2 + aside, y: y - height / 2 };
    return { ...box, ...corner, width, height, row: rowOf(box.id) };
  });
  const first = (id: string): string => {
    const vm = above.get(id)?.vm;
    return vm === undefined ? id : first(vm);
  };
  const links = picture.links.map((link): LaidLink => {
    if (later.has(link.to)) return { ...link, by: { kind: 'trunk' } };
    if (isBelow(link, above)) return { ...link, by: { kind: 'column', top: first(link.to) } };
    const { points: way } = graph.edge(link.from, link.to);
    const points = way.map(({ x, y }) => ({ x: x + aside, y }));
    return { ...link, by: { kind: 'way', points } };
  });
  const { width, height } = graph.graph();
  return {
    width: width + aside,
    height,
    boxes: placed,
    lines: linesOf(links, placed, GAP / 2, above),
  };
}

/**
 * With the fewest crossings of what is tried: dagre improves the order in which it meets the boxes,
 * and may end where another order has fewer.
 */
function laidOut(picture: Picture, rows: Rows, sizeOf: (box: Box) => Size): Graph {
  // It lays out from right to left what it meets from left to right.
  const first = graphOf(picture.boxes.toReversed(), picture.links.toReversed(), rows, sizeOf);
  const crossed = crossings(first, rows);
  if (crossed === 0) return first;
  const second = graphOf(picture.boxes, picture.links, rows, sizeOf);
  return crossings(second, rows) < crossed ? second : first;
}

function graphOf(
  boxes: readonly Box[],
  links: readonly Link[],
  { rows, above, later }: Rows,
  sizeOf: (box: Box) => Size,
): Graph {
  const rowOf = (id: string): number => rows.get(id) ?? 1;
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: GAP, edgesep: 10, ranksep: 36, rankalign: 'top' });
  for (const box of boxes) graph.setNode(box.id, sizeOf(box));
  const connect = (from: string, to: string): void => {
    graph.setEdge(from, to, { minlen: Math.max(1, rowOf(to) - rowOf(from)) });
  };
  for (const link of links) {
    if (isBelow(link, above)) connect(above.get(link.to)?.vm ?? '', link.to);
    else if (!later.has(link.to)) connect(link.from, link.to);
  }
  for (const [id, before] of later) connect(before, id);
  // What no link holds in its row: isolated networks, and VMs without a NIC.
  const held = new Set([...later.keys(), ...links.map(({ to }) => to)]);
  for (const { id } of boxes)
    if (id !== 'outside' && id !== 'uplink' && !held.has(id)) connect('uplink', id);
  layout(graph);
  return graph;
}

const isBelow = ({ from, to }: Link, above: Rows['above']): boolean =>
  above.get(to)?.network === from;

/** Of links between the same two rows. */
function crossings(graph: Graph, { rows }: Rows): number {
  const ways = graph.edges().map(({ v, w }) => {
    const [from, to] = [graph.node(v).x, graph.node(w).x];
    return { from, to, between: `${rows.get(v)} ${rows.get(w)}` };
  });
  const crossed = (at: number): number =>
    ways.slice(at + 1).filter(({ from, to, between }) => {
      const one = ways[at];
      return one?.between === between && (one.from - from) * (one.to - to) < 0;
    }).length;
  return ways.reduce((sum, _, at) => sum + crossed(at), 0);
}
