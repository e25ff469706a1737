export interface AdmissionLimits {
  /** At most so many nodes under way at once. */
  maxConcurrent: number;
  /** At least so long between two power-ons. */
  staggerSeconds: number;
}

/** Which nodes may begin, and when the next may be powered on. */
export class Admission {
  readonly #limits: AdmissionLimits;
  #poweringOn = false;
  #lastAt: number | null = null;

  constructor(limits: AdmissionLimits) {
    this.#limits = limits;
  }

  /** Whether one more may begin. `underWay`: without it. */
  admits(underWay: number): boolean {
    return underWay < this.#limits.maxConcurrent;
  }

  /**
   * Whether the next may be powered on: so long after the one before it was, which may have had to
   * wait for a lock.
   */
  mayPowerOn(now: number): boolean {
    const { staggerSeconds } = this.#limits;
    if (staggerSeconds === 0) return true;
    // A clock that was set back must not hold anybody up for longer than that.
    const since = this.#lastAt === null ? Infinity : Math.abs(now - this.#lastAt);
    return !this.#poweringOn && since >= staggerSeconds * 1000;
  }

  async powerOn(work: () => Promise<void>, now: () => number): Promise<void> {
    this.#poweringOn = true;
    try {
      await work();
    } finally {
      this.#poweringOn = false;
      this.#lastAt = now();
    }
  }
}
