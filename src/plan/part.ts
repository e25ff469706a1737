import type { Change, Ignored, Refusal, Step } from '../model/index.js';

/** A part of a plan: changes to show, and the steps that make them. */
export interface Part {
  changes: readonly Change[];
  steps: readonly Step[];
}

/** All of a plan but its head and its sum. */
export interface WholePart extends Part {
  refused: readonly Refusal[];
  warnings: readonly string[];
  ignored: readonly Ignored[];
  /** How many things of the fleet are as they should be. */
  unchanged: number;
}

export function joinParts(parts: readonly Part[]): { changes: Change[]; steps: Step[] } {
  return {
    changes: parts.flatMap(({ changes }) => changes),
    steps: parts.flatMap(({ steps }) => steps),
  };
}
