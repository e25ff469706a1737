/** A call that waits for its turn. */
export interface Call<T, R> {
  item: T;
  answer: PromiseWithResolvers<R>;
}

/**
 * Gathers calls that are made within one turn of the event loop, so that one virsh process can
 * serve them all. `work` gets them in their order, answers each, and throws nothing.
 */
export function gathered<T, R>(
  work: (calls: readonly Call<T, R>[]) => unknown,
): (item: T) => Promise<R> {
  let waiting: Call<T, R>[] = [];

  const start = (): void => {
    const calls = waiting;
    waiting = [];
    work(calls);
  };

  return (item) => {
    if (waiting.length === 0) setImmediate(start);
    const answer = Promise.withResolvers<R>();
    waiting.push({ item, answer });
    return answer.promise;
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
