/**
 * A function that runs its work with limited concurrency, in the order of the calls. A failure does
 * not stop the next.
 */
export function limiter(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The slot goes to the next in line, so that no later call takes it.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
