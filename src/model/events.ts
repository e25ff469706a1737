/**
 * The one event stream. Every view, the log file and `--json` are made from it. One event is one
 * JSON object; times are ISO 8601, UTC.
 */
import type { Address } from './fleet.js';
import type { PlanSummary } from './plan.js';
import type { Refusal } from './refusal.js';

/** What all events of a step have. */
interface OfStep {
  time: string;
  step: string;
  address: Address;
  /** The name of the host that it is done on, in a fleet on several. */
  host?: string;
}

export type RunEvent =
  | {
      type: 'run-started';
      formatVersion: '1';
      time: string;
      run: string;
      command: 'apply' | 'destroy';
      fleet: string;
      host: string;
      summary: PlanSummary;
      steps: number;
    }
  | (OfStep & { type: 'step-started' })
  | (OfStep & { type: 'step-output'; line: string })
  | (OfStep & {
      type: 'step-finished';
      outcome: 'done';
      durationSeconds: number;
    })
  | (OfStep & {
      type: 'step-finished';
      outcome: 'failed';
      durationSeconds: number;
      error: EventError;
    })
  | (OfStep & {
      type: 'step-finished';
      outcome: 'skipped';
      durationSeconds: 0;
      because: string;
    })
  /** `because`: the reason for people; absent after Ctrl-C. */
  | { type: 'interrupted'; time: string; hard: boolean; running: string[]; because?: string }
  | ({ type: 'run-finished'; time: string } & RunResult);

export interface EventError {
  code: string;
  summary: string;
  detail?: string | undefined;
  hint?: string | undefined;
}

export interface RunResult {
  outcome: 'done' | 'failed' | 'interrupted';
  exitCode: number;
  /** Addresses whose steps were all done. */
  done: Address[];
  failed: Address[];
  /** Not started, or not finished: skipped because of a failure, or because of an interruption. */
  skipped: Address[];
  /** Of the skipped: some of it was done, or cut short. */
  unfinished: Address[];
  /** Of the failed and skipped: the old VM or network was deleted, and no new one was created. */
  notRecreated: Address[];
  /** What the plan refused; the run left it as it was. */
  refused: Refusal[];
  durationSeconds: number;
}

export type Emit = (event: RunEvent) => void;
