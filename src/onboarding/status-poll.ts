import { VenError, type Orchestrator, type OrchestratorHost } from '../model/index.js';
import type { OnboardingPorts } from './ports.js';

const EVERY_MS = 10_000;
const LONGEST_MS = 60_000;

/**
 * Asks the orchestrator for all hosts together, every 10 s; less often while it does not answer, or
 * refuses, which an operator may fix.
 */
export class StatusPoll {
  readonly #orchestrator: Pick<Orchestrator, 'hosts'>;
  readonly #clock: OnboardingPorts['clock'];
  readonly #warn: (message: string) => void;
  #pause = EVERY_MS;
  #nextAt: number;
  #asking = false;

  constructor(
    orchestrator: Pick<Orchestrator, 'hosts'>,
    clock: OnboardingPorts['clock'],
    warn: (message: string) => void,
  ) {
    this.#orchestrator = orchestrator;
    this.#clock = clock;
    this.#warn = warn;
    this.#nextAt = clock.now() + EVERY_MS;
  }

  isDue(now: number): boolean {
    return !this.#asking && now >= this.#nextAt;
  }

  /** null: no answer, which is reported as a warning; the consoles still show progress. */
  async ask(signal: AbortSignal): Promise<OrchestratorHost[] | null> {
    this.#asking = true;
    try {
      const hosts = await this.#orchestrator.hosts(signal);
      this.#pause = EVERY_MS;
      return hosts;
    } catch (error) {
      if (!(error instanceof VenError)) throw error;
      if (signal.aborted) return null;
      const refused = error.code === 'orchestrator-refused';
      this.#pause = refused ? LONGEST_MS : Math.min(LONGEST_MS, this.#pause * 2);
      this.#warn(
        `The orchestrator ${refused ? 'refuses' : 'does not answer'} the query for the status ` +
          `of its hosts: ${error.summary}`,
      );
      return null;
    } finally {
      this.#asking = false;
      this.#nextAt = this.#clock.now() + this.#pause;
    }
  }
}
