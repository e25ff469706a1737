import { setTimeout as pause } from 'node:timers/promises';
import { Flags } from '@oclif/core';
import { openStatus, type FleetStatus } from '../operations/index.js';
import { canRedraw, statusJson, statusText, statusWarning } from '../view/index.js';
import {
  fleetFile,
  json,
  VenCommand,
  lookAgain,
  readerIsGone,
  stderr,
  stdout,
} from '../cli/index.js';

const INTERVAL_MS = 2000;
const CLEAR = '\u001b[2J';
/** Over what is there, line by line, and nothing below it: a screen that is cleared each time flickers, and fills the scrollback. */
const inPlace = (text: string): string => `\u001b[H${text.replaceAll('\n', '\u001b[K\n')}\u001b[J`;

export default class Status extends VenCommand {
  static override args = fleetFile;
  static override summary =
    'Show each VM as it stands on the host, its stage, and what the orchestrator says of it.';
  static override description =
    'MADE: an apply has made it whole. SERIAL: its serial number, by which the orchestrator knows it. STAGE: how far it is on its way to ready, or in which stage it failed. ORCHESTRATOR: its words for the host. Columns that would be empty are left out. Changes nothing and needs no lock.';
  static override flags = {
    json: json('the state'),
    watch: Flags.boolean({
      char: 'w',
      summary: 'Show it again whenever it changes, until Ctrl-C; with --json one object a line.',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Status);
    const redraw = flags.watch && !flags.json && canRedraw(process.stdout, process.env);
    const status = openStatus({ file: args.fleet, env: process.env });
    const shown = { all: '', warning: '' };
    let last: FleetStatus | null = null;
    try {
      do {
        const [seen, failure]: [FleetStatus, string | null] = await lookAgain(status.again, last);
        last = seen;
        const warning = failure ?? seen.orchestrator?.warning ?? '';
        const text = flags.json
          ? statusJson(seen, flags.watch ? 'line' : 'object')
          : this.#text(seen, redraw);
        // A terminal of another size has moved what was on it.
        const all = redraw
          ? [text, warning, process.stdout.columns, process.stdout.rows].join('\n')
          : text;
        const isNew = all !== shown.all;
        if (isNew) stdout(redraw ? (shown.all === '' ? CLEAR : '') + inPlace(text) : text);
        if (warning !== '' && (redraw ? isNew : warning !== shown.warning))
          stderr(statusWarning(warning, this.look, redraw ? this.look.columns : undefined));
        Object.assign(shown, { all, warning });
        if (flags.watch) await pause(INTERVAL_MS);
      } while (flags.watch && !readerIsGone());
    } finally {
      await status.close();
    }
  }

  /** One that is drawn again in place leaves the last line to the cursor, and the one above it to a warning. */
  #text(seen: FleetStatus, redraw: boolean): string {
    return statusText(seen, this.look, redraw ? (process.stdout.rows || 24) - 2 : undefined);
  }
}
