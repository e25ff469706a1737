import type { Plan } from '../../model/index.js';

/** The object that `plan --json` prints, and that a saved plan is. Ends in a newline. */
export function planJson(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}
