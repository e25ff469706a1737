/** How a rule reports a mistake. */
import type { FindingRule } from '../../model/index.js';
import type { Path } from '../source/source.js';

export interface RuleFinding {
  rule: FindingRule;
  path: Path;
  message: string;
  hint: string;
  /** Point at the key, not at its value. */
  onKey?: boolean;
  /**
   * Other values that the finding depends on: if the schema refuses one of them, the finding is
   * dropped.
   */
  because?: Path[];
}

export type Report = (finding: RuleFinding) => void;
