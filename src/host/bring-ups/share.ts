import { VenError, type BringUp, type BringUpOrder } from '../../model/index.js';

export type BringUpResult =
  { name: string; ok: true } | { name: string; ok: false; error: VenError };

/**
 * Brings the VMs of a share up, together. Settles when all have settled; one VM's failure does not
 * stop the others. `onOutput` gets each VM's own lines; `onSettled` is called once per VM, as soon
 * as it is known; `onStarted` before that, when the work on it begins. When `signal` is aborted,
 * its programs are stopped, and what has not settled fails with its reason.
 */
export type BringUpAct = (
  batch: readonly BringUp[],
  onOutput: (name: string, line: string) => void,
  onSettled: (result: BringUpResult) => void,
  signal: AbortSignal,
  onStarted: (name: string) => void,
) => Promise<void>;

/** An act that does not end after all its VMs have settled is stopped after this. */
const LINGER_MS = 30_000;
/** Stopped, it has this long to end before the run goes on without it. */
const ABANDON_MS = 10_000;

/**
 * Brings the VMs of a share up with one act. Never rejects; resolves when the act has ended, or was
 * given up. It is stopped when nobody needs it any more.
 */
export async function bringUpShare(
  orders: readonly BringUpOrder[],
  act: BringUpAct,
): Promise<void> {
  const stopper = new AbortController();
  const { signal } = stopper;
  /** Those who have begun and not settled. */
  const open = new Map<string, BringUpOrder>();
  /** Those of them that are still wanted. */
  const wanted = new Set<BringUpOrder>(orders);
  let movedAt = performance.now();
  let lingerTimer: NodeJS.Timeout | undefined;
  let abandonTimer: NodeJS.Timeout | undefined;
  let over = false;

  const settle = (order: BringUpOrder, error: unknown): void => {
    if (!open.delete(order.name)) return;
    if (wanted.delete(order) && wanted.size === 0) {
      lingerTimer = setTimeout(() => {
        stopper.abort(
          new VenError('tool-failed', {
            summary: 'The program that brings VMs up did not end after they were done',
          }),
        );
      }, LINGER_MS);
    }
    order.settled(error);
  };
  const begin = async (order: BringUpOrder): Promise<BringUp | null> => {
    // One that began before may have withdrawn it.
    if (order.signal.aborted) return null;
    open.set(order.name, order);
    try {
      const machine = await order.begin(() => movedAt);
      return wanted.has(order) ? machine : null;
    } catch (error) {
      settle(order, error);
      return null;
    }
  };
  const started = new Set<BringUpOrder>();
  const tellStarted = (order: BringUpOrder | undefined): void => {
    if (order === undefined || started.has(order)) return;
    started.add(order);
    order.started();
  };
  const work = async (): Promise<void> => {
    const beginnings = orders.map((order, at) => {
      const beginning = begin(order);
      // What comes before the first VM is done for it.
      if (at === 0) tellStarted(order);
      return beginning;
    });
    const batch = (await Promise.all(beginnings)).filter((machine) => machine !== null);
    const [first] = batch;
    if (first === undefined || signal.aborted) return;
    tellStarted(open.get(first.name));
    await act(
      batch,
      (name, line) => open.get(name)?.output(line),
      (result) => {
        const order = open.get(result.name);
        if (!order) return;
        movedAt = performance.now();
        settle(order, result.ok ? null : result.error);
      },
      signal,
      (name) => {
        tellStarted(open.get(name));
      },
    );
  };

  for (const order of orders) {
    const giveUp = (): void => {
      wanted.delete(order);
      if (wanted.size === 0 && !over) stopper.abort(order.signal.reason);
    };
    order.signal.addEventListener('abort', giveUp, { once: true });
  }
  const abandoned = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => (abandonTimer = setTimeout(resolve, ABANDON_MS)), {
      once: true,
    });
  });
  let failure: unknown;
  await Promise.race([work().catch((error: unknown) => (failure = error)), abandoned]);
  for (const order of [...open.values()]) {
    const unknown = new Error(`nothing was said of what became of ${order.name}`);
    settle(order, order.signal.aborted ? order.signal.reason : (failure ?? unknown));
  }
  over = true;
  clearTimeout(lingerTimer);
  clearTimeout(abandonTimer);
}
