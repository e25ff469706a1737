/**
 * Gathers calls that are made within one turn of the event loop, so that one virsh process can
 * serve them all. `work` gets them in the order of the calls, and gives an outcome for each: null,
 * or why it failed. What `work` throws is the outcome of all.
 */
export function gathered<T>(
  work: (items: readonly T[]) => Promise<readonly unknown[]>,
): (item: T) => Promise<void> {
  let waiting: { item: T; settle: PromiseWithResolvers<void> }[] = [];

  const start = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    const outcomes = await work(batch.map(({ item }) => item)).catch((error: unknown) =>
      batch.map(() => error),
    );
    batch.forEach(({ settle }, index) => {
      const error = outcomes[index] ?? null;
      if (error === null) settle.resolve();
      else settle.reject(error);
    });
  };

  return (item) => {
    if (waiting.length === 0) setImmediate(() => void start());
    const settle = Promise.withResolvers<void>();
    waiting.push({ item, settle });
    return settle.promise;
  };
}

/** Cuts a list into at most `count` runs whose lengths differ by one at most. */
export function shares<T>(list: readonly T[], count: number): T[][] {
  const parts = Math.min(count, list.length);
  return Array.from({ length: parts }, (_, part) =>
    list.slice(
      Math.floor((part * list.length) / parts),
      Math.floor(((part + 1) * list.length) / parts),
    ),
  );
}
