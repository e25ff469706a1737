import type { Timeline } from '../../model/index.js';
import { jsonText } from '../text/json.js';

/** What `timeline --json` prints. Ends in a newline. */
export function timelineJson(timeline: Timeline): string {
  return jsonText(timeline, 'lines');
}
