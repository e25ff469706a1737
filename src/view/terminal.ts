import { DefaultRenderer, figures, Listr, ListrLogger, ProcessOutput, type ListrTask } from 'listr2';
import type { Plan } from '../model/index.js';
import { fleetRows, rowCounts, visibleRows, type FleetRow, type RowState } from './fleet-rows.js';
import { paint, type Look, type Tone } from './look.js';
import { interruptedText, type Progress } from './progress.js';
import { duration } from './words.js';

/** The count below the rows, a line for an interruption, and the cursor's own. */
const OTHER_LINES = 3;

const SHOW_CURSOR = '\u001b[?25h';

/**
 * One line an address, redrawn in place on `stream`, as many as fit, and a line that counts. ven schedules; listr2 only
 * draws: its tasks do nothing, and end when the events say so.
 */
export function terminalProgress(plan: Plan, stream: NodeJS.WriteStream, look: Look): Progress {
  const { rows, take } = fleetRows(plan);
  const widest = Math.max(0, ...rows.map(({ address }) => address.length));
  const began = Date.now();
  let interruption = '';
  let ended: number | null = null;

  const text = (row: FleetRow): string => {
    const time = row.startedAt === null ? '' : ` (${duration(Math.max(0, ((row.endedAt ?? ended ?? Date.now()) - row.startedAt) / 1000))})`;
    const output = row.output === '' ? '' : `  ${paint(look, 'dim', row.output)}`;
    return `${row.address.padEnd(widest)}  ${row.said === '' ? paint(look, 'dim', ended === null ? 'waiting' : 'not started') : row.said}${time}${output}`;
  };

  /** listr2's own renderer, but for which lines there are: never more than the terminal has. */
  class FleetRenderer extends DefaultRenderer {
    static override nonTTY = true; // whether to draw was decided by who chose this view
    readonly #tasks: ConstructorParameters<typeof DefaultRenderer>[0];

    constructor(...parts: ConstructorParameters<typeof DefaultRenderer>) {
      super(...parts);
      this.#tasks = parts[0];
    }

    override create(): string {
      const shown = new Set(visibleRows(rows, Math.max(1, (stream.rows || 24) - OTHER_LINES)));
      const lines = this.#tasks.flatMap((task, at) => {
        const row = rows[at];
        return row === undefined || !shown.has(row)
          ? []
          : this.format(
              text(row),
              row.state === 'running' ? this.style(task) : paint(look, ICONS[row.state].tone, ICONS[row.state].icon),
              0,
            );
      });
      lines.push(...this.format(`${rowCounts(rows)} (${duration(((ended ?? Date.now()) - began) / 1000)})`, ' ', 0));
      if (interruption !== '') lines.push(...this.format(paint(look, 'yellow', interruption), ' ', 0));
      return lines.join('\n');
    }
  }

  const gates = new Map(rows.map((row) => [row, Promise.withResolvers<undefined>()]));
  const tasks = rows.map((row): ListrTask<unknown, typeof FleetRenderer> => ({ title: row.address, task: () => gates.get(row)?.promise }));
  const list = new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    registerSignalListeners: false,
    renderer: FleetRenderer,
    rendererOptions: {
      formatOutput: 'truncate',
      // Both of its streams are this one, so that it leaves the other alone.
      logger: new ListrLogger({ useIcons: true, toStderr: [], processOutput: new ProcessOutput(stream, stream) }),
      color: { PENDING: (icon) => paint(look, 'yellow', icon ?? '') },
    },
  });
  const write = stream.write.bind(stream); // listr2 puts its own in this one's place
  const show = (): void => {
    write(SHOW_CURSOR);
  };
  process.once('exit', show); // one who leaves in the middle finds the cursor again
  const drawing = list.run();

  const close = async (): Promise<void> => {
    ended ??= Date.now();
    for (const row of rows) {
      if (row.state === 'running') row.said = `not finished: ${row.said}`;
      if (row.state === 'running' || row.state === 'waiting') row.state = 'skipped';
      gates.get(row)?.resolve(undefined);
    }
    await drawing;
    process.off('exit', show);
  };
  return {
    emit: (event) => {
      if (event.type === 'interrupted') interruption = interruptedText(event);
      const row = take(event);
      if (row !== null && row.endedAt !== null) gates.get(row)?.resolve(undefined);
    },
    close,
  };
}

const ICONS: Record<Exclude<RowState, 'running'>, { icon: string; tone: Tone }> = {
  waiting: { icon: figures.squareSmallFilled, tone: 'dim' },
  done: { icon: figures.tick, tone: 'green' },
  failed: { icon: figures.cross, tone: 'red' },
  skipped: { icon: figures.arrowDown, tone: 'yellow' },
};
