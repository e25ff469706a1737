import { DefaultRenderer, Listr, ListrLogger, ProcessOutput, type ListrTask } from 'listr2';
import { paint, type Style } from './style.js';

/** One line that is drawn in place. `icon` null: a spinner. */
export interface LiveLine {
  text: string;
  icon: string | null;
}

/** The cursor's own line. */
const CURSOR_LINES = 1;

const SHOW_CURSOR = '\u001b[?25h';

/**
 * Draws what `lines` gives for a number of terminal lines, again and again in place, until it is
 * closed. Each line is cut to the width. At the end `lines` is asked for all there is (`Infinity`):
 * that stays on the screen, and in the scrollback where it is longer. `close` is idempotent.
 */
export function liveLines(
  stream: NodeJS.WriteStream,
  style: Style,
  lines: (height: number) => LiveLine[],
): { close: () => Promise<void> } {
  /** listr2's own renderer, but for which lines there are: never more than the terminal has. */
  class LiveRenderer extends DefaultRenderer {
    static override nonTTY = true; // whether to draw was decided by who chose this view
    readonly #task: ConstructorParameters<typeof DefaultRenderer>[0][number] | undefined;

    constructor(...parts: ConstructorParameters<typeof DefaultRenderer>) {
      super(...parts);
      [this.#task] = parts[0];
    }

    override create(...[parts]: Parameters<DefaultRenderer['create']>): string {
      const spinner = this.#task === undefined ? '' : this.style(this.#task);
      // What is drawn without a prompt is the end, which nothing is drawn over.
      const last = parts?.prompt === false;
      return lines(last ? Infinity : Math.max(1, (stream.rows || 24) - CURSOR_LINES))
        .flatMap(({ text, icon }) => this.format(text, icon ?? spinner, 0))
        .join('\n');
    }
  }

  // The steps are tasks of `apply`; this one only lasts until `close` ends the drawing.
  const gate = Promise.withResolvers<undefined>();
  const task: ListrTask<unknown, typeof LiveRenderer> = { title: 'ven', task: () => gate.promise };
  const list = new Listr([task], {
    registerSignalListeners: false,
    renderer: LiveRenderer,
    rendererOptions: {
      formatOutput: 'truncate',
      // Both of its streams are this one, so that it leaves the other alone.
      logger: new ListrLogger({
        useIcons: true,
        toStderr: [],
        processOutput: new ProcessOutput(stream, stream),
      }),
      color: { PENDING: (icon) => paint(style, 'yellow', icon ?? '') },
    },
  });
  const write = stream.write.bind(stream); // listr2 puts its own in this one's place
  const show = (): void => {
    write(SHOW_CURSOR);
  };
  process.once('exit', show); // a run that ends in the middle, too, leaves a cursor
  const drawing = list.run();
  return {
    close: async () => {
      gate.resolve(undefined);
      await drawing;
      process.off('exit', show);
    },
  };
}
