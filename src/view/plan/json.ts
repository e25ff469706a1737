import type { Plan } from '../../model/index.js';
import { jsonText } from '../text/json.js';

/** The object that `plan --json` prints, and that a saved plan is. Ends in a newline. */
export function planJson(plan: Plan): string {
  return jsonText(plan, 'lines');
}
