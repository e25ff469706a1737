import type { OpenOrchestrator } from '../../orchestrator/index.js';

/**
 * One client of a fleet's orchestrator, and so one token, for all that a run asks it: its plan's
 * steps, and the watch over its nodes.
 */
export class OneClient {
  #client: OpenOrchestrator | null = null;
  #projectChecked = false;

  /** `open` is called where there is none yet; null: it may not be asked. */
  async get(
    open: () => OpenOrchestrator | null | Promise<OpenOrchestrator | null>,
  ): Promise<OpenOrchestrator | null> {
    return (this.#client ??= await open());
  }

  /** Asked once. Rejects as the client does. */
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
