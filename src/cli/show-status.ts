import { setTimeout as pause } from 'node:timers/promises';
import type { FleetStatus } from '../operations/index.js';
import { canRedraw, statusJson, statusText, statusWarning, type Style } from '../view/index.js';
import { queryAgain } from './query-again.js';
import { readerIsGone, stderr, stdout } from './output.js';

export interface ShowStatus {
  /** Of the operations; closed at the end. */
  status: { again: () => Promise<FleetStatus>; close: () => Promise<void> };
  json: boolean;
  /** Show it again whenever it changes, until nobody reads it any more. */
  watch: boolean;
  style: Style;
}

/** Where it is shown, and how long it waits between two queries. */
export interface Shown {
  stdout: (text: string) => void;
  stderr: (text: string) => void;
  readerIsGone: () => boolean;
  wait: () => Promise<unknown>;
}

const INTERVAL_MS = 2000;
const HERE: Shown = { stdout, stderr, readerIsGone, wait: () => pause(INTERVAL_MS) };

const CLEAR = '\u001b[2J';
/**
 * Over what is there, line by line, and nothing below it: a screen that is cleared each time
 * flickers, and fills the scrollback.
 */
const inPlace = (text: string): string => `\u001b[H${text.replaceAll('\n', '\u001b[K\n')}\u001b[J`;

/** What `status` does with what it finds out. Rejects as the first query does, and with any bug. */
export async function showStatus(
  { status, json, watch, style }: ShowStatus,
  { stdout, stderr, readerIsGone, wait }: Shown = HERE,
): Promise<void> {
  const redraw = watch && !json && canRedraw(process.stdout, process.env);
  // One that is drawn again in place leaves the last line to the cursor, and the one above it to a
  // warning.
  const rows = (): number | undefined => (redraw ? (process.stdout.rows || 24) - 2 : undefined);
  const shown = { all: '', warning: '' };
  let last: FleetStatus | null = null;
  try {
    do {
      const [seen, failure]: [FleetStatus, string | null] = await queryAgain(status.again, last);
      last = seen;
      const warning = failure ?? seen.orchestrator?.warning ?? '';
      const text = json
        ? statusJson(seen, watch ? 'line' : 'object')
        : statusText(seen, style, rows());
      // A terminal of another size has moved what was on it.
      const all = redraw
        ? [text, warning, process.stdout.columns, process.stdout.rows].join('\n')
        : text;
      const isNew = all !== shown.all;
      if (isNew) stdout(redraw ? (shown.all === '' ? CLEAR : '') + inPlace(text) : text);
      if (warning !== '' && (redraw ? isNew : warning !== shown.warning))
        stderr(statusWarning(warning, style, redraw ? style.columns : undefined));
      Object.assign(shown, { all, warning });
      if (watch) await wait();
    } while (watch && !readerIsGone());
  } finally {
    await status.close();
  }
}
