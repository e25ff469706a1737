import { figures } from 'listr2';
import type { Plan } from '../../model/index.js';
import { fleetRows, rowCounts, visibleRows, type FleetRow, type RowState } from './fleet-rows.js';
import { liveLines, type LiveLine } from '../text/live.js';
import { paint, type Style, type Tone } from '../text/style.js';
import { interruptedText, type Progress } from './progress.js';
import { duration } from '../text/words.js';

/** The count below the rows, and a line for an interruption. */
const OTHER_LINES = 2;

/**
 * One line an address, redrawn in place on `stream`, as many as fit, and a line that counts. Drawn
 * from `run-started` on: before that, a person may still be asked for something.
 */
export function terminalProgress(plan: Plan, stream: NodeJS.WriteStream, style: Style): Progress {
  const { rows, take } = fleetRows(plan);
  const widest = Math.max(0, ...rows.map(({ address }) => address.length));
  let drawing: { close: () => Promise<void> } | null = null;
  /** The run's own times, so that its result says the same. */
  let began = 0;
  let interruption = '';
  let ended: number | null = null;

  const text = (row: FleetRow): string => {
    const { startedAt, endedAt } = row;
    const seconds = ((endedAt ?? ended ?? Date.now()) - (startedAt ?? 0)) / 1000;
    const time = startedAt === null ? '' : ` (${duration(Math.max(0, seconds))})`;
    const unsaid = paint(style, 'dim', ended === null ? 'waiting' : 'not started');
    const output = row.output === '' ? '' : `  ${paint(style, 'dim', row.output)}`;
    return `${row.address.padEnd(widest)}  ${row.said || unsaid}${time}${output}`;
  };

  const draw = (height: number): LiveLine[] => {
    const lines = visibleRows(rows, Math.max(1, height - OTHER_LINES)).map((row): LiveLine => ({
      text: text(row),
      icon: row.state === 'running' ? null : icon(row.state, style),
    }));
    lines.push({
      text: `${rowCounts(rows)} (${duration(Math.max(0, (ended ?? Date.now()) - began) / 1000)})`,
      icon: ' ',
    });
    if (interruption !== '' && ended === null)
      lines.push({ text: paint(style, 'yellow', interruption), icon: ' ' });
    return lines;
  };
  return {
    emit: (event) => {
      if (event.type === 'interrupted') interruption = interruptedText(event);
      if (event.type === 'run-started') {
        began = Date.parse(event.time);
        drawing ??= liveLines(stream, style, draw);
      }
      if (event.type === 'run-finished') ended = began + event.durationSeconds * 1000;
      take(event);
    },
    close: async () => {
      ended ??= Date.now();
      for (const row of rows) {
        if (row.state === 'running') row.said = `not finished: ${row.said}`;
        if (row.state === 'running' || row.state === 'waiting') row.state = 'skipped';
      }
      await drawing?.close();
    },
  };
}

function icon(state: Exclude<RowState, 'running'>, style: Style): string {
  const { icon: sign, tone } = ICONS[state];
  return paint(style, tone, sign);
}

const ICONS: Record<Exclude<RowState, 'running'>, { icon: string; tone: Tone }> = {
  waiting: { icon: figures.squareSmallFilled, tone: 'dim' },
  done: { icon: figures.tick, tone: 'green' },
  failed: { icon: figures.cross, tone: 'red' },
  interrupted: { icon: figures.cross, tone: 'yellow' },
  skipped: { icon: figures.arrowDown, tone: 'yellow' },
};
