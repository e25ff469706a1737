import { Graph, layout } from '@dagrejs/dagre';
import type { Box, Link, Picture } from './picture.js';
import { linesOf, type LaidLink, type Line } from './lines.js';
import { rowsOf } from './rows.js';

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
  const { rows, above, later } = rowsOf(picture);
  const rowOf = (id: string): number => rows.get(id) ?? 1;
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: GAP, edgesep: 10, ranksep: 36, rankalign: 'top' });
  // It lays out from right to left what it meets from left to right.
  const boxes = picture.boxes.toReversed();
  for (const box of boxes) graph.setNode(box.id, sizeOf(box));
  const connect = (from: string, to: string): void => {
    graph.setEdge(from, to, { minlen: Math.max(1, rowOf(to) - rowOf(from)) });
  };
  const isBelow = ({ from, to }: Link): boolean => above.get(to)?.network === from;
  for (const link of picture.links.toReversed()) {
    if (isBelow(link)) connect(above.get(link.to)?.vm ?? '', link.to);
    else if (!later.has(link.to)) connect(link.from, link.to);
  }
  for (const [id, before] of later) connect(before, id);
  // What no link holds in its row: isolated networks, and VMs without a NIC.
  const held = new Set([...later.keys(), ...picture.links.map(({ to }) => to)]);
  for (const { id } of boxes)
    if (id !== 'outside' && id !== 'uplink' && !held.has(id)) connect('uplink', id);
  layout(graph);
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
    if (isBelow(link)) return { ...link, by: { kind: 'column', top: first(link.to) } };
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
