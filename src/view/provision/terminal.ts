import { figures } from 'listr2';
import type { ProvisionEvent } from '../../model/index.js';
import { liveLines } from '../text/live.js';
import { paint, type Style, type Tone } from '../text/style.js';
import { nodeCounts, nodeRows, visibleNodes, type NodeRow, type NodeState } from './node-rows.js';
import type { Progress } from '../apply/progress.js';
import { duration, oneLine } from '../text/words.js';

/** The count below the rows, and the last warning. */
const OTHER_LINES = 2;

/**
 * One line a node: its stage, the time in the stage, the time in total, and its last line. Redrawn
 * in place on `stream` from `provision-started` on.
 */
export function provisionTerminal(
  stream: NodeJS.WriteStream,
  style: Style,
): Progress<ProvisionEvent> {
  const { rows, take } = nodeRows();
  let drawing: { close: () => Promise<void> } | null = null;
  let began = 0;
  let ended: number | null = null;
  let warning = '';

  const draw = (height: number): { text: string; icon: string | null }[] => {
    const now = ended ?? Date.now();
    const shown = visibleNodes(rows, Math.max(1, height - OTHER_LINES));
    const names = widest(rows, ({ address }) => address);
    const stages = widest(rows, ({ stage }) => stage);
    const lines = shown.map((row) => ({
      text: rowText(row, { now, names, stages, style }),
      icon: icon(row.state, style, ended !== null),
    }));
    const count = `${nodeCounts(rows)} (${duration(Math.max(0, now - began) / 1000)})`;
    const hidden = rows.length - shown.length;
    lines.push({
      text: hidden === 0 ? count : `${count} ${paint(style, 'dim', `- ${hidden} not shown`)}`,
      icon: ' ',
    });
    if (warning !== '') lines.push({ text: paint(style, 'yellow', warning), icon: ' ' });
    return lines;
  };

  return {
    emit: (event) => {
      take(event);
      if (event.type === 'provision-warning')
        warning = `${event.address === null ? '' : `${event.address}: `}${oneLine(event.message)}`;
      if (event.type === 'provision-started') {
        began = Date.parse(event.time);
        drawing ??= liveLines(stream, style, draw);
      }
    },
    close: async () => {
      ended ??= Date.now();
      for (const row of rows) if (row.state === 'under-way') row.state = 'left';
      await drawing?.close();
    },
  };
}

function rowText(
  row: NodeRow,
  { now, names, stages, style }: { now: number; names: number; stages: number; style: Style },
): string {
  const { address, state, stage, enteredAt, startedAt, endedAt, note, output } = row;
  const since = (from: number | null): string =>
    (from === null ? '' : duration(Math.max(0, (endedAt ?? now) - from) / 1000)).padStart(7);
  const said = note === '' ? '' : `  ${state === 'failed' ? paint(style, 'red', note) : note}`;
  const head = `${address.padEnd(names)}  `;
  switch (state) {
    case 'waiting':
      return `${head}${paint(style, 'dim', 'waiting')}${said}`;
    case 'ready':
    case 'reached':
      return (
        head +
        paint(style, 'green', (state === 'ready' ? 'ready' : stage).padEnd(stages)) +
        `  ${' '.repeat(7)}  ${since(startedAt)}${said}`
      );
    case 'under-way':
    case 'failed':
    case 'left': {
      const tone = { 'under-way': 'cyan', failed: 'red', left: 'yellow' } as const;
      const line = output === '' ? '' : `  ${paint(style, 'dim', output)}`;
      return (
        head +
        paint(style, tone[state], (stage || 'started').padEnd(stages)) +
        `  ${since(enteredAt)}  ${since(startedAt)}${said}${line}`
      );
    }
  }
}

function widest(rows: readonly NodeRow[], of: (row: NodeRow) => string): number {
  return Math.max('waiting'.length, ...rows.map((row) => of(row).length));
}

/** null: a spinner. */
function icon(state: NodeState, style: Style, ended: boolean): string | null {
  if (state === 'under-way' && !ended) return null;
  const { sign, tone } = ICONS[state];
  return paint(style, tone, sign);
}

const ICONS: Record<NodeState, { sign: string; tone: Tone }> = {
  waiting: { sign: figures.squareSmallFilled, tone: 'dim' },
  'under-way': { sign: figures.arrowRight, tone: 'yellow' },
  ready: { sign: figures.tick, tone: 'green' },
  reached: { sign: figures.tick, tone: 'green' },
  failed: { sign: figures.cross, tone: 'red' },
  left: { sign: figures.arrowDown, tone: 'yellow' },
};
