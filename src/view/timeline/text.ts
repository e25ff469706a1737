import type { NodeTimeline, StageTimes, Timeline, TimelineNode } from '../../model/index.js';
import { prose } from '../text/prose.js';
import { paint, type Style, type Tone } from '../text/style.js';
import { clock, ticks, timeScale, type TimeScale } from './scale.js';
import {
  failureWords,
  LATE_KEY,
  nodeName,
  noRecords,
  outcomeText,
  spans,
  spent,
  timelineCounts,
} from './words.js';
import { displayWidth } from '../text/width.js';
import { aligned, duration, oneLine, printable } from '../text/words.js';

/** Up to N nodes, each stage has its own line. Above it, each node has one line. */
const FEW = 4;
const NARROWEST = 60;
/** Between two marks of the axis. */
const TICK_COLUMNS = 9;

/**
 * Bars on a time axis that the nodes share, how long each stage takes, what failed and why, and the
 * counts. Ends in a newline. `words`: they name the fleet in a command.
 */
export function timelineText(timeline: Timeline, style: Style, words = ''): string {
  const scale = timeScale(timeline);
  const head =
    `${paint(style, 'bold', timeline.fleet)} on ${printable(timeline.host)}.` + axisRemark(scale);
  const known = timeline.nodes.some((node) => node.way !== null);
  const drawn = timeline.nodes.length <= FEW ? waterfall : overview;
  const chart = known
    ? drawn(timeline, scale, style)
    : prose(printable(noRecords(timeline, words)), style, { first: '', rest: '' });
  // Of nodes that nobody could watch there is nothing to count.
  const counts = known || timeline.orchestrator ? `${timelineCounts(timeline)}.` : '';
  const blocks = [head, chart, notes(timeline, style), counts];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function axisRemark({ begins, kind }: TimeScale): string {
  if (begins === null) return '';
  return kind === 'clock' ? ` From ${clock(begins)}.` : ' Each from its own power-on.';
}

interface Row {
  left: string;
  /** Painted; as wide as requested. */
  bar: string;
  right: string;
}

/** The outer columns take the width that they need; the bars and their axis take the rest. */
function chart(
  rows: readonly ((width: number) => Row)[],
  { seconds }: TimeScale,
  style: Style,
  minimum: number,
): string {
  const probe = rows.map((row) => row(minimum));
  const left = Math.max(0, ...probe.map((row) => displayWidth(row.left)));
  const right = Math.max(0, ...probe.map((row) => displayWidth(row.right)));
  const width = Math.max(minimum, Math.max(NARROWEST, style.columns) - left - right - 5);
  let axis = '';
  for (const { at, label } of ticks(seconds, Math.max(1, Math.floor(width / TICK_COLUMNS)))) {
    const column = Math.round((at / seconds) * width);
    if (column + label.length <= width) axis = axis.padEnd(column) + label;
  }
  const lines = rows.map((row) => {
    const { left: name, bar, right: end } = row(width);
    return `${name}${' '.repeat(left - displayWidth(name))}  ${bar}  ${end}`.trimEnd();
  });
  return [`${' '.repeat(left + 2)}${paint(style, 'dim', axis)}`, ...lines].join('\n');
}

/** Few nodes: under each, a line a stage. */
function waterfall({ nodes }: Timeline, scale: TimeScale, style: Style): string {
  const rows = nodes.flatMap((node): ((width: number) => Row)[] => {
    const { way: timeline } = node;
    const name = {
      left: paint(style, 'bold', nodeName(node)),
      right: paint(style, toneOf(node), outcomeText(node)),
    };
    if (timeline === null) return [(width) => ({ ...name, bar: ' '.repeat(width) })];
    const start = scale.startOf(timeline);
    return [
      (width) => ({ ...name, bar: ' '.repeat(width) }),
      ...spans(timeline).map(({ stage, from: begins, to: ends }, at) => (width: number): Row => {
        const [from, to] = columns(start + begins, start + ends, scale.seconds, width);
        const end = endSign(timeline, at);
        const bar = `${stage.late ? '≤' : '█'}${'█'.repeat(to - from)}`.slice(0, to - from);
        const drawn =
          end === ''
            ? paint(style, 'cyan', bar)
            : paint(style, 'cyan', bar.slice(0, -1)) + paintedEnd(end, style);
        return {
          left: `  ${oneLine(stage.title)}`,
          bar: `${' '.repeat(from)}${drawn}${' '.repeat(width - to)}`,
          right: spent(timeline, at),
        };
      }),
    ];
  });
  return chart(rows, scale, style, 20);
}

/** What ends the bar of a stage that the node did not leave; empty for the other stages. */
function endSign({ stages, outcome }: NodeTimeline, at: number): EndSign | '' {
  if (stages[at]?.endedAt !== null) return '';
  return outcome === 'failed' ? '✗' : '…';
}

type EndSign = '✗' | '…';

function paintedEnd(sign: EndSign, style: Style): string {
  return paint(style, sign === '✗' ? 'red' : 'yellow', sign);
}

/** At least one column wide. */
function columns(from: number, to: number, seconds: number, width: number): [number, number] {
  const at = (time: number): number => Math.min(width, Math.round((time / seconds) * width));
  const begin = Math.min(at(from), width - 1);
  return [begin, Math.max(begin + 1, at(to))];
}

const STAGE_TONES: readonly Tone[] = ['cyan', 'green', 'yellow', 'blue', 'magenta'];

/** Many nodes: a line each with a letter for each stage, and a table of the letters and times. */
function overview({ nodes, stages }: Timeline, scale: TimeScale, style: Style): string {
  const letters = new Map(
    stages.map(({ stage }, at) => [stage, String.fromCharCode(97 + (at % 26))]),
  );
  const tones = new Map(
    stages.map(({ stage }, at) => [stage, STAGE_TONES[at % STAGE_TONES.length] ?? 'cyan']),
  );
  const rows = nodes.map((node) => (width: number): Row => {
    const name = { left: nodeName(node), right: paint(style, toneOf(node), outcomeText(node)) };
    const { way: timeline } = node;
    if (timeline === null) return { ...name, bar: ' '.repeat(width) };
    const start = scale.startOf(timeline);
    let bar = ' '.repeat(Math.min(width - 1, Math.round((start / scale.seconds) * width)));
    let used = bar.length;
    for (const [at, { stage, to: ends }] of spans(timeline).entries()) {
      const to = Math.min(width, Math.round(((start + ends) / scale.seconds) * width));
      const sign = endSign(timeline, at);
      const cells = Math.max(to - used, sign === '' ? 0 : 1);
      if (cells === 0 || used + cells > width) continue;
      const letter = letters.get(stage.stage) ?? '?';
      // With colours, one letter where the bar begins is enough; without, the letters are the bar.
      const fill =
        `${stage.late ? '≤' : letter}${(style.colour ? ' ' : letter).repeat(cells)}`.slice(
          0,
          cells - (sign === '' ? 0 : 1),
        );
      bar += paint(style, 'inverse', paint(style, tones.get(stage.stage) ?? 'cyan', fill));
      bar += sign === '' ? '' : paintedEnd(sign, style);
      used += cells;
    }
    return { ...name, bar: bar + ' '.repeat(width - used) };
  });
  return `${chart(rows, scale, style, 20)}\n\n${stageTable(stages, letters, style)}`;
}

function stageTable(
  stages: readonly StageTimes[],
  letters: ReadonlyMap<string, string>,
  style: Style,
): string {
  const rows = stages.map(({ stage, title, nodes, shortest, median, longest }) => {
    const times = nodes === 0 ? ['-', '-', '-'] : [shortest, median, longest].map(duration);
    return [letters.get(stage) ?? '', oneLine(title), String(nodes), ...times];
  });
  return aligned([
    ['', 'STAGE', 'NODES', 'SHORTEST', 'MEDIAN', 'LONGEST'].map((text) =>
      paint(style, 'bold', text),
    ),
    ...rows,
  ]).join('\n');
}

/** What failed and why, what is damaged, and what the signs mean where there are any. */
function notes({ nodes }: Timeline, style: Style): string {
  const lines: string[] = [];
  for (const node of nodes) {
    const { way: timeline, damage } = node;
    const name = nodeName(node);
    const why = timeline === null ? null : failureWords(timeline);
    if (why !== null) lines.push(`${paint(style, 'red', name)}: ${why}`);
    if (timeline?.failure?.line)
      lines.push(`  ${paint(style, 'dim', oneLine(timeline.failure.line).trim())}`);
    if (damage !== null) lines.push(`${paint(style, 'yellow', name)}: ${oneLine(damage)}`);
  }
  if (nodes.some((node) => node.way?.stages.some(({ late }) => late)))
    lines.push(paint(style, 'dim', LATE_KEY));
  return lines.join('\n');
}

function toneOf({ way: timeline }: TimelineNode): Tone {
  if (timeline === null) return 'dim';
  return ({ ready: 'green', failed: 'red', 'under-way': 'yellow' } as const)[timeline.outcome];
}
