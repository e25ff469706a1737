/** Counts single changes, and lets the n-th go wrong. */
import { VenError } from '../../src/model/index.js';

/**
 * As if ven had been killed: this call and all after it end with it, until the host is given to
 * another run (`revive`).
 */
export class HostDied extends Error {
  override readonly name = 'HostDied';
}

export class Faults {
  /** Every change that was done, in order: `define <uuid>`, `vol-create pool/name`, … */
  readonly changes: string[] = [];
  #attempts = 0;
  #dead = false;
  #fail: { at: (change: string, attempt: number) => boolean; error: VenError }[] = [];
  #die: { at: number; when: 'before' | 'after' } | null = null;

  /**
   * The n-th change from now (1 is the next), or each that the predicate picks, fails and is not
   * done.
   */
  failAt(which: number | ((change: string) => boolean), error?: VenError): void {
    const until = typeof which === 'number' ? this.#attempts + which : 0;
    this.#fail.push({
      at: typeof which === 'number' ? (_change, attempt) => attempt === until : which,
      error: error ?? new VenError('tool-failed', { summary: 'a fault that the test asked for' }),
    });
  }

  /** ven is killed just before, or just after, the n-th change from now. */
  dieAt(n: number, when: 'before' | 'after' = 'before'): void {
    this.#die = { at: this.#attempts + n, when };
  }

  /** A new run on the same host: no faults any more. */
  revive(): void {
    this.#dead = false;
    this.#die = null;
    this.#fail = [];
  }

  get dead(): boolean {
    return this.#dead;
  }

  check(): void {
    if (this.#dead) throw new HostDied('the run is dead');
  }

  /** Does one change, or not. */
  change<T>(name: string, work: () => T): T {
    this.check();
    this.#attempts += 1;
    const die = this.#die?.at === this.#attempts ? this.#die.when : null;
    if (die === 'before') this.#kill();
    const fault = this.#fail.find(({ at }) => at(name, this.#attempts));
    if (fault) throw fault.error;
    const result = work();
    this.changes.push(name);
    if (die === 'after') this.#kill();
    return result;
  }

  #kill(): never {
    this.#dead = true;
    throw new HostDied('the run is dead');
  }
}
