/**
 * Gives a function that runs what it is given one after the other; a failure does not stop the
 * next.
 */
export function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  return atMost(1);
}

/** The same with so many at a time, in the order of the calls. */
export function atMost(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Handed on, so that nobody comes in between.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
