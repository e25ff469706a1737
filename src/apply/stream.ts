import type { Emit, RunEvent } from '../model/index.js';

/**
 * The run's one voice. An event that is sent while another is being shown waits for it, so that
 * every view sees the same order, also when a view itself causes events (a key that interrupts). A
 * view that throws never disturbs the run: the first fault is remembered, and the view goes on
 * getting events, since what ails it may pass.
 */
export class EventStream {
  fault: { error: unknown } | null = null;
  readonly #emit: Emit;
  readonly #waiting: RunEvent[] = [];
  #showing = false;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  send(event: RunEvent): void {
    this.#waiting.push(event);
    if (this.#showing) return;
    this.#showing = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      try {
        this.#emit(next);
      } catch (error) {
        this.fault ??= { error };
      }
    }
    this.#showing = false;
  }
}
