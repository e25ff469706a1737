import type { BringUpOrder, BringUps } from '../../model/index.js';
import { shares } from '../libvirt/gather.js';
import type { BringUpAct } from './bring-up.js';
import { runProcess } from './process.js';

/** How long a VM waits for others, to share a vagrant process (a second of Ruby each) with them. */
const GATHER_MS = 1000;

/**
 * Gathers VMs and shares them out evenly over as many vagrant processes as may run. VMs that come
 * while all of these run share the next ones.
 */
export class GatheredBringUps implements BringUps {
  readonly #act: BringUpAct;
  readonly #atOnce: number;
  readonly #waiting = new Set<BringUpOrder>();
  readonly #processes = new Set<Promise<void>>();
  /** When the first of those who wait came. */
  #firstAt = 0;
  #more = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(act: BringUpAct, atOnce: number) {
    this.#act = act;
    this.#atOnce = Math.max(1, atOnce);
  }

  bringUp(orders: readonly BringUpOrder[], more: boolean): void {
    this.#more = more;
    for (const order of orders) {
      if (order.signal.aborted) continue;
      if (this.#waiting.size === 0) this.#firstAt = performance.now();
      this.#waiting.add(order);
      const withdraw = (): void => {
        this.#waiting.delete(order);
        if (this.#waiting.size === 0) clearTimeout(this.#timer);
      };
      order.signal.addEventListener('abort', withdraw, { once: true });
    }
    this.#start(false);
  }

  async idle(): Promise<void> {
    while (this.#processes.size > 0) await Promise.all(this.#processes);
  }

  /** Shares those who wait out over the free processes, unless it is worth waiting for more. */
  #start(enough: boolean): void {
    const free = this.#atOnce - this.#processes.size;
    if (free <= 0 || this.#waiting.size === 0) return;
    clearTimeout(this.#timer);
    const waited = performance.now() - this.#firstAt;
    if (!enough && this.#more && waited < GATHER_MS) {
      this.#timer = setTimeout(() => {
        this.#start(true);
      }, GATHER_MS - waited);
      return;
    }
    const orders = [...this.#waiting].sort((a, b) => a.rank - b.rank);
    this.#waiting.clear();
    for (const share of shares(orders, free)) this.#process(share);
  }

  #process(share: readonly BringUpOrder[]): void {
    // What began before may have withdrawn these.
    const orders = share.filter(({ signal }) => !signal.aborted);
    if (orders.length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#processes.add(promise);
    void runProcess(orders, this.#act).then(() => {
      this.#processes.delete(promise);
      resolve();
      this.#start(false);
    });
  }
}
