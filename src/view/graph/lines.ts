import type { PlacedBox, Point } from './layout.js';
import type { Link } from './picture.js';

/** How a link is drawn: down in columns, and to the side between rows. */
export interface Line extends Link {
  points: Point[];
  /** It enters its box from the left. */
  fromLeft: boolean;
}

/** A link, and how it gets to its box. */
export interface LaidLink extends Link {
  by:
    | { kind: 'way'; points: readonly Point[] }
    /** Down beside the column of VMs whose uppermost is `top`, and then from the left. */
    | { kind: 'column'; top: string }
    /** Down on the left of everything, which all lower networks share. */
    | { kind: 'trunk' };
}

/** Below a box's upper edge: where a line from the left enters. */
const SHOULDER = 24;

/** `beside`: how far left of a column the line to its VMs is. */
export function linesOf(
  links: readonly LaidLink[],
  boxes: readonly PlacedBox[],
  beside: number,
  above: ReadonlyMap<string, { vm: string }>,
): Line[] {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const rows = bandsOf(boxes);
  const left = columnsOf(boxes, above, byId);
  const trunk = Math.min(...boxes.map(({ x }) => x)) - beside;
  const laid = links.flatMap((link) => {
    const [from, to] = [byId.get(link.from), byId.get(link.to)];
    if (from === undefined || to === undefined) return [];
    const gutter = link.by.kind === 'column' ? (left.get(link.by.top) ?? to.x) - beside : null;
    const aside = link.by.kind === 'trunk' ? trunk : gutter;
    return [{ link, from, to, gutter, side: aside ?? middle(to), origin: aside ?? middle(from) }];
  });
  return laid.map(({ link: { by, ...link }, from, to, gutter, side, origin }): Line => {
    const exits = laid.flatMap((one) => (one.from === from ? [one.side] : []));
    const start = portOf(from, side, exits);
    const head = [
      { x: start, y: from.y + from.height },
      { x: start, y: rows.get(from.row)?.bottom ?? from.y },
    ];
    const below = rows.get(from.row + 1)?.top ?? to.y;
    if (gutter !== null) {
      const corner = { x: gutter, y: to.y + SHOULDER };
      const points = [...head, { x: gutter, y: below }, corner, { ...corner, x: to.x }];
      return { ...link, fromLeft: true, points };
    }
    const entries = laid.flatMap((one) =>
      one.to === to && one.gutter === null ? [one.origin] : [],
    );
    const entry = { x: portOf(to, origin, entries), y: to.y };
    const down = { x: trunk, y: rows.get(to.row - 1)?.bottom ?? to.y };
    const through =
      by.kind === 'way'
        ? throughRows(by.points, from, to, [...rows.values()])
        : [{ x: trunk, y: below }, down];
    return { ...link, fromLeft: false, points: [...head, ...through, entry] };
  });
}

/** Straight through each row between two boxes, where the layout left room. */
function throughRows(
  way: readonly Point[],
  from: PlacedBox,
  to: PlacedBox,
  rows: readonly Band[],
): Point[] {
  return rows
    .filter(({ top }) => top > from.y && top < to.y)
    .flatMap(({ top, bottom }) => [top, bottom].map((y) => ({ x: nearest(way, top), y })));
}

const middle = ({ x, width }: PlacedBox): number => x + width / 2;

/** Where a row begins and ends. */
interface Band {
  top: number;
  bottom: number;
}

function bandsOf(boxes: readonly PlacedBox[]): ReadonlyMap<number, Band> {
  const byRow = [...Map.groupBy(boxes, ({ row }) => row)].sort(([a], [b]) => a - b);
  return new Map(
    byRow.map(([row, those]) => {
      const top = Math.min(...those.map(({ y }) => y));
      return [row, { top, bottom: Math.max(...those.map(({ y, height }) => y + height)) }];
    }),
  );
}

/** The left edge of each column of VMs, by the uppermost of them. */
function columnsOf(
  boxes: readonly PlacedBox[],
  above: ReadonlyMap<string, { vm: string }>,
  byId: ReadonlyMap<string, PlacedBox>,
): ReadonlyMap<string, number> {
  const left = new Map<string, number>();
  for (const { id } of boxes) {
    let first = id;
    let edge = Infinity;
    for (let at: string | undefined = id; at !== undefined; at = above.get(at)?.vm) {
      first = at;
      edge = Math.min(edge, byId.get(at)?.x ?? Infinity);
    }
    left.set(first, Math.min(edge, left.get(first) ?? Infinity));
  }
  return left;
}

/** A box's places for lines, one for each other end, in their order. */
function portOf(box: PlacedBox, end: number, ends: readonly number[]): number {
  const places = [...new Set(ends)].sort((a, b) => a - b);
  return box.x + (box.width * (places.indexOf(end) + 1)) / (places.length + 1);
}

function nearest(points: readonly Point[], y: number): number {
  const best = points.reduce<Point | null>(
    (found, point) =>
      found === null || Math.abs(point.y - y) < Math.abs(found.y - y) ? point : found,
    null,
  );
  return best?.x ?? 0;
}
