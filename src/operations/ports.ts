/** What the operations use of the world; tests pass their own. */
import { setTimeout as pause } from 'node:timers/promises';
import { openHost, type HostOptions } from '../host/index.js';
import type { Clock, Host } from '../model/index.js';
import {
  checkAnswers,
  fetchAuthority,
  openOrchestrator,
  type OpenOrchestrator,
  type OrchestratorOptions,
} from '../orchestrator/index.js';

export interface Ports {
  openHost: (options: HostOptions) => Host;
  openOrchestrator: (options: OrchestratorOptions) => OpenOrchestrator;
  fetchAuthority: typeof fetchAuthority;
  checkAnswers: typeof checkAnswers;
  clock: Clock;
}

/** The real host, orchestrator and clock. */
export const PORTS: Ports = {
  openHost,
  openOrchestrator,
  fetchAuthority,
  checkAnswers,
  clock: {
    now: () => Date.now(),
    sleep: (milliseconds, signal) =>
      pause(milliseconds, undefined, { signal }).catch(() => undefined),
  },
};
