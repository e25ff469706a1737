import { setTimeout as pause } from 'node:timers/promises';
import type { FleetStatus } from '../operations/index.js';
import { canRedraw, statusJson, statusText, statusWarning, type Style } from '../view/index.js';
import { queryAgain } from './query-again.js';
import { readerIsGone, stderr, stdout } from './output.js';

export interface ShowStatus {
  /** Opened by the operations; closed at the end. */
  status: { again: () => Promise<FleetStatus>; close: () => Promise<void> };
  json: boolean;
  /** Show it again whenever it changes, until the reader is gone. */
  watch: boolean;
  /** All columns. */
  wide: boolean;
  style: Style;
}

/** The output, and the pause between two queries. */
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
 * Overwrites the screen line by line: clearing it each time would flicker, and fill the
 * scrollback.
 */
const inPlace = (text: string): string => `\u001b[H${text.replaceAll('\n', '\u001b[K\n')}\u001b[J`;

/** Prints the status. Rejects if the first query does, or for a bug. */
export async function showStatus(
  { status, json, watch, wide, style }: ShowStatus,
  { stdout, stderr, readerIsGone, wait }: Shown = HERE,
): Promise<void> {
  const redraw = watch && !json && canRedraw(process.stdout, process.env);
  // When redrawn in place: the last line is the cursor's, the line above it a warning's.
  const rows = (): number | undefined => (redraw ? (process.stdout.rows || 24) - 2 : undefined);
  const shown = { all: '', warning: '' };
  let last: FleetStatus | null = null;
  try {
    do {
      const [current, failure]: [FleetStatus, string | null] = await queryAgain(status.again, last);
      last = current;
      const warnings = [current.orchestrator?.warning ?? '', ...current.warnings];
      const warning = failure ?? warnings.filter((text) => text !== '').join('; ');
      const text = json
        ? statusJson(current, watch ? 'line' : 'object')
        : statusText(current, style, {
            height: rows() ?? Infinity,
            wide,
            fits: process.stdout.isTTY,
          });
      // A terminal that was resized has reflowed the old text.
      const all = redraw
        ? [text, warning, process.stdout.columns, process.stdout.rows].join('\n')
        : text;
      const isNew = all !== shown.all;
      if (isNew && redraw) stdout((shown.all === '' ? CLEAR : '') + inPlace(text));
      else if (isNew) stdout(text);
      if (warning !== '' && (redraw ? isNew : warning !== shown.warning))
        stderr(statusWarning(warning, style, redraw ? style.columns : undefined));
      Object.assign(shown, { all, warning });
      if (watch) await wait();
    } while (watch && !readerIsGone());
  } finally {
    await status.close();
  }
}
