import type { OpenOrchestrator } from '../../orchestrator/index.js';

/**
 * The one client of a run, and so one token, for the steps of its plan and the watch over its
 * nodes.
 */
export class OneClient {
  #client: OpenOrchestrator | null = null;
  #projectChecked = false;

  /** `open` is called the first time; null: there is no orchestrator to query. */
  async get(
    open: () => OpenOrchestrator | null | Promise<OpenOrchestrator | null>,
  ): Promise<OpenOrchestrator | null> {
    return (this.#client ??= await open());
  }

  /** Queries once. Rejects as the client does. */
  async checkProject(signal: AbortSignal): Promise<void> {
    if (this.#projectChecked) return;
    await this.#client?.checkProject(signal);
    this.#projectChecked = this.#client !== null;
  }

  async close(): Promise<void> {
    await this.#client?.close();
    this.#client = null;
  }
}
