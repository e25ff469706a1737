/** Places in the plan; the earliest comes out first. A binary heap. */
export class EarliestFirst {
  readonly #heap: number[] = [];

  get size(): number {
    return this.#heap.length;
  }

  push(place: number): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(place);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#at(parent) <= place) break;
      heap[at] = this.#at(parent);
      at = parent;
    }
    heap[at] = place;
  }

  pop(): number | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#at(child + 1) < this.#at(child)) child += 1;
      if (this.#at(child) >= last) break;
      heap[at] = this.#at(child);
      at = child;
    }
    heap[at] = last;
    return first;
  }

  /** Everything, in plan order; nothing is left. */
  drain(): number[] {
    return this.#heap.splice(0).sort((a, b) => a - b);
  }

  #at(index: number): number {
    return this.#heap[index] ?? Infinity;
  }
}
