/**
 * The orchestrator's hosts, for `status`: never asks the user for credentials, never waits long.
 */
import {
  VenError,
  type Clock,
  type OrchestratorHost,
  type ResolvedFleet,
} from '../../model/index.js';
import type { OpenOrchestrator } from '../../orchestrator/index.js';
import type { Request } from '../load.js';
import { PORTS } from '../ports.js';
import { StatusPoll } from '../../onboarding/index.js';
import { apiOf, statusCredentials } from './api.js';

export interface HostsStatus {
  project: string;
  /** All hosts of the project, from the last answer; null: no answer yet. */
  hosts: readonly OrchestratorHost[] | null;
  /**
   * The time of that answer, ISO 8601, if the orchestrator has not answered since; null: at most
   * ten seconds ago, or never.
   */
  asOf: string | null;
  /** One line: why it did not answer; null: it did. */
  warning: string | null;
}

interface Opened {
  /** The fleet file's `orchestrator`, resolved. */
  of: string;
  api: OpenOrchestrator;
  poll: StatusPoll;
}

/** The time limit of one query, the token included. */
const LIMIT_MS = 3000;

/**
 * Can be asked at any rate: it queries the orchestrator no more often than `provision` does.
 */
export class HostsQuery {
  readonly #request: Request;
  readonly #clock: Clock;
  #open: Opened | null = null;
  #hosts: HostsStatus['hosts'] = null;
  #askedAt: string | null = null;
  #warning: string | null = null;

  constructor(request: Request) {
    this.#request = request;
    this.#clock = (request.ports ?? PORTS).clock;
  }

  /**
   * null: the fleet file names no orchestrator, or there are no credentials without asking the
   * user.
   */
  async ask(fleet: ResolvedFleet): Promise<HostsStatus | null> {
    const project = fleet.orchestrator?.project ?? null;
    const of = JSON.stringify(fleet.orchestrator);
    const first = this.#open?.of !== of;
    if (first) {
      await this.close();
      try {
        this.#open = this.#begin(fleet, of);
      } catch (error) {
        if (!(error instanceof VenError) || project === null) throw error;
        return {
          project,
          hosts: null,
          asOf: null,
          warning: `The orchestrator is not asked: ${error.summary}`,
        };
      }
    }
    if (!this.#open || project === null) return null;
    const { poll } = this.#open;
    if (first || poll.isDue(this.#clock.now())) {
      const hosts = await poll.ask(new AbortController().signal);
      if (hosts) {
        this.#hosts = hosts;
        this.#askedAt = new Date(this.#clock.now()).toISOString();
        this.#warning = null;
      }
    }
    return {
      project,
      hosts: this.#hosts,
      asOf: this.#warning === null ? null : this.#askedAt,
      warning: this.#warning,
    };
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    this.#hosts = null;
    this.#askedAt = null;
    this.#warning = null;
    await open?.api.close();
  }

  #begin(fleet: ResolvedFleet, of: string): Opened | null {
    const { orchestrator } = fleet;
    // No secret is read when there is nothing to query.
    if (orchestrator?.domain == null || orchestrator.project === null) return null;
    // One attempt: the next query tries again.
    const api = apiOf(fleet, this.#request, statusCredentials(orchestrator, this.#request), {
      attempt: LIMIT_MS / 1000,
      call: 0,
    });
    if (!api) return null;
    const clock = { now: () => this.#clock.now(), sleep: () => Promise.resolve() };
    const poll = new StatusPoll(
      { hosts: () => inTime(this.#clock, (signal) => api.hosts(signal)) },
      clock,
      (message) => {
        this.#warning = message;
      },
    );
    return { of, api, poll };
  }
}

async function inTime<T>(clock: Clock, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const late = new VenError('orchestrator-unreachable', {
    summary: `no answer within ${LIMIT_MS / 1000} s`,
  });
  const done = new AbortController();
  void clock.sleep(LIMIT_MS, done.signal).then(() => {
    if (!done.signal.aborted) limit.abort(late);
  });
  try {
    return await work(limit.signal);
  } finally {
    done.abort();
  }
}
