import { EarliestFirst } from './earliest-first.js';

/** Lets steps in, a limited number at once. Of those who wait, the earliest in the plan is next. */
export class Limiter {
  readonly #most: number;
  readonly #waiting = new EarliestFirst();
  #inside = 0;

  constructor(most: number) {
    this.#most = Math.max(1, most);
  }

  wait(place: number): void {
    this.#waiting.push(place);
  }

  /** The next that is in now. undefined: none waits, or there is no room. */
  enter(): number | undefined {
    if (this.#inside >= this.#most) return undefined;
    const place = this.#waiting.pop();
    if (place !== undefined) this.#inside += 1;
    return place;
  }

  leave(): void {
    this.#inside -= 1;
  }

  /** Only these go on waiting. */
  keep(places: ReadonlySet<number>): void {
    for (const place of this.#waiting.drain()) if (places.has(place)) this.#waiting.push(place);
  }
}
