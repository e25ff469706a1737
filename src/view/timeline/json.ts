import type { Timeline } from '../../model/index.js';

/** What `timeline --json` prints. Ends in a newline. */
export function timelineJson(timeline: Timeline): string {
  return `${JSON.stringify(timeline, null, 2)}\n`;
}
