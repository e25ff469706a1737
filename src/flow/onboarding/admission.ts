/** When the next node may be powered on. */
export interface AdmissionLimits {
  /** At most so many nodes under way at once. */
  maxConcurrent: number;
  /** At least so long between two power-ons. */
  staggerSeconds: number;
}

export class Admission {
  readonly #limits: AdmissionLimits;
  #lastAt: number | null = null;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** Whether one more may begin now; it is then counted as having begun. `underWay`: without it. */
  admit(now: number, underWay: number): boolean {
    if (underWay >= this.#limits.maxConcurrent) return false;
    // A clock that was set back must not hold anybody up for longer than that.
    const since = this.#lastAt === null ? Infinity : Math.abs(now - this.#lastAt);
    if (since < this.#limits.staggerSeconds * 1000) return false;
    this.#lastAt = now;
    return true;
  }
}
