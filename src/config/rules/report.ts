/** How a rule says what it found. */
import type { Path } from '../source/source.js';

export interface RuleFinding {
  rule: string;
  path: Path;
  message: string;
  hint: string;
  /** Point at the key, not at its value. */
  onKey?: boolean;
  /** What else the finding rests on: when the schema refuses one of these, the finding is not to be trusted. */
  because?: Path[];
}

export type Report = (finding: RuleFinding) => void;
