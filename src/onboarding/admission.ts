export interface AdmissionLimits {
  /** The most nodes under way at the same time. */
  maxConcurrent: number;
  /** The shortest time between two power-ons. */
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

  /** Whether one more node may begin. `underWay`: the number of nodes without it. */
  admits(underWay: number): boolean {
    return underWay < this.#limits.maxConcurrent;
  }

  /**
   * Whether the next node may be powered on. The time counts from the end of the last power-on,
   * which may have waited for a lock.
   */
  mayPowerOn(now: number): boolean {
    const { staggerSeconds } = this.#limits;
    if (staggerSeconds === 0) return true;
    // `abs`: a clock that was set back must not make the wait longer.
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
