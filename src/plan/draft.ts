import type { Change, Step } from '../model/index.js';

/** A plan before its head and its sum. */
export interface Draft {
  changes: Change[];
  steps: Step[];
  warnings: string[];
  noop: number;
}
