import type { BringUp } from '../../model/index.js';

/**
 * Shares VMs out as they come over some programs at once. Those that come while all of them run are
 * shared out when one ends: so none waits for a share that takes longer than others.
 */
export class Starts {
  readonly #atOnce: number;
  readonly #start: (share: readonly BringUp[]) => Promise<unknown>;
  readonly #running = new Set<Promise<unknown>>();
  #waiting: BringUp[] = [];

  /** `start`: what it rejects with is what `idle` does. */
  constructor(atOnce: number, start: (share: readonly BringUp[]) => Promise<unknown>) {
    this.#atOnce = Math.max(1, atOnce);
    this.#start = start;
  }

  add(machine: BringUp): void {
    this.#waiting.push(machine);
    this.#next();
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #next(): void {
    if (this.#running.size >= this.#atOnce || this.#waiting.length === 0) return;
    const share = this.#waiting.splice(0, Math.ceil(this.#waiting.length / this.#atOnce));
    const running = this.#start(share).then(() => {
      this.#running.delete(running);
      this.#next();
    });
    // Whoever waits for the end hears of it; nobody may, where something else has failed before.
    running.catch(() => undefined);
    this.#running.add(running);
  }
}
