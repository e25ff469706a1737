import prettyMilliseconds from 'pretty-ms';
import type { NodeTimeline, Timeline } from '../../model/index.js';

/** Where things are on the time axis that the nodes share; all in seconds from its left end. */
export interface TimeScale {
  /**
   * `clock`: the axis begins with the first power-on. `power-on`: it begins with each node's own
   * power-on, because the nodes started far apart.
   */
  kind: 'clock' | 'power-on';
  /** ISO 8601; null: no node has a timeline. */
  begins: string | null;
  seconds: number;
  /** Where a node's timeline begins. */
  startOf: (node: NodeTimeline) => number;
}

/** Above N times the longest timeline, the axis is no longer shared. */
const FAR_APART = 4;

export function timeScale({ nodes }: Timeline): TimeScale {
  const timelines = nodes.flatMap((node) => (node.way === null ? [] : [node.way]));
  const starts = timelines.map(({ startedAt }) => Date.parse(startedAt));
  const first = Math.min(...starts);
  const longest = Math.max(1, ...timelines.map(({ seconds }) => seconds));
  const whole = Math.max(
    1,
    ...timelines.map(({ seconds }, at) => ((starts[at] ?? first) - first) / 1000 + seconds),
  );
  const begins = timelines.length === 0 ? null : new Date(first).toISOString();
  return whole > FAR_APART * longest
    ? { kind: 'power-on', begins, seconds: longest, startOf: () => 0 }
    : {
        kind: 'clock',
        begins,
        seconds: whole,
        startOf: ({ startedAt }) => (Date.parse(startedAt) - first) / 1000,
      };
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const STEPS = [
  1,
  2,
  5,
  10,
  20,
  30,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  20 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  6 * HOUR,
];

/** Round times on an axis of `seconds`: 0 and at most `most` others. */
export function ticks(seconds: number, most: number): { at: number; label: string }[] {
  const day = 24 * HOUR;
  const step =
    STEPS.find((size) => seconds / size <= most) ?? Math.ceil(seconds / most / day) * day;
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => ({
    at: index * step,
    label: short(index * step),
  }));
}

/** `0`, `30s`, `5m`, `1h30m`, `2d`. */
function short(seconds: number): string {
  return seconds === 0 ? '0' : prettyMilliseconds(seconds * 1000).replaceAll(' ', '');
}

/** `2026-01-01 14:03:11 UTC`. */
export function clock(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;
}
