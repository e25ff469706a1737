/** The longest that a timer can be: as good as never. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Settles as `work` does, or rejects with the abort's reason as soon as `controller` is aborted. It
 * is aborted with `late()` when the time is up. What `work` still does after that goes unheard; it
 * sees the signal.
 */
export async function underDeadline(
  work: (signal: AbortSignal) => Promise<void>,
  milliseconds: number,
  late: () => Error,
  controller: AbortController,
): Promise<void> {
  const { signal } = controller;
  signal.throwIfAborted();
  const timer = setTimeout(
    () => {
      controller.abort(late());
    },
    Math.min(milliseconds, LONGEST_MS),
  );
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener(
        'abort',
        () => {
          reject(signal.reason as Error);
        },
        { once: true },
      );
      work(signal).then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Calls `late` once, when the last move (`performance.now()`) lies that many milliseconds back.
 * Returns what ends the watch.
 */
export function watchForStandstill(
  milliseconds: number,
  movedAt: () => number,
  late: () => void,
): () => void {
  const left = (): number => milliseconds - (performance.now() - movedAt());
  const wait = (): NodeJS.Timeout =>
    setTimeout(
      () => {
        if (left() <= 0) late();
        else timer = wait();
      },
      Math.min(Math.max(left(), 1), LONGEST_MS),
    );
  let timer = wait();
  return () => {
    clearTimeout(timer);
  };
}
