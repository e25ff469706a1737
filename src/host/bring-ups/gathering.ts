import type { BringUpOrder, BringUps } from '../../model/index.js';
import { shares } from '../libvirt/gather.js';
import { bringUpShare, type BringUpAct } from './share.js';

export interface Gathering {
  /** How many shares may be under way at once. */
  atOnce: number;
  /** How long a VM waits for others that may follow, to be in a share with them; 0: not at all. */
  waitMs: number;
  /** Whether those who wait are shared out evenly, or are one share. */
  split: boolean;
}

/**
 * Gathers VMs into shares, each brought up by one act. VMs that come while as many are under way as
 * may be are in the next ones.
 */
export class GatheredBringUps implements BringUps {
  readonly #act: BringUpAct;
  readonly #atOnce: number;
  readonly #waitMs: number;
  readonly #split: boolean;
  readonly #waiting = new Set<BringUpOrder>();
  readonly #shares = new Set<Promise<void>>();
  /** When the first of those who wait came. */
  #firstAt = 0;
  #more = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(act: BringUpAct, { atOnce, waitMs, split }: Gathering) {
    this.#act = act;
    this.#atOnce = Math.max(1, atOnce);
    this.#waitMs = waitMs;
    this.#split = split;
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
    while (this.#shares.size > 0) await Promise.all(this.#shares);
  }

  /** Shares out those who wait, unless it is worth waiting for more. */
  #start(enough: boolean): void {
    const free = this.#atOnce - this.#shares.size;
    if (free <= 0 || this.#waiting.size === 0) return;
    clearTimeout(this.#timer);
    const waited = performance.now() - this.#firstAt;
    if (!enough && this.#more && waited < this.#waitMs) {
      this.#timer = setTimeout(() => {
        this.#start(true);
      }, this.#waitMs - waited);
      return;
    }
    const orders = [...this.#waiting].sort((a, b) => a.rank - b.rank);
    this.#waiting.clear();
    for (const share of shares(orders, this.#split ? free : 1)) this.#bringUp(share);
  }

  #bringUp(share: readonly BringUpOrder[]): void {
    // What began before may have withdrawn these.
    const orders = share.filter(({ signal }) => !signal.aborted);
    if (orders.length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#shares.add(promise);
    void bringUpShare(orders, this.#act).then(() => {
      this.#shares.delete(promise);
      resolve();
      this.#start(false);
    });
  }
}
