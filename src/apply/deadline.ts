/**
 * Settles as `work` does, or rejects with the abort's reason as soon as `controller` is aborted, which it is with `late()`
 * when the time is up. What `work` still does after that goes unheard; it sees the signal.
 */
export async function underDeadline(
  work: (signal: AbortSignal) => Promise<void>,
  milliseconds: number,
  late: () => Error,
  controller: AbortController,
): Promise<void> {
  const { signal } = controller;
  signal.throwIfAborted();
  // Longer than a timer can be is as good as never.
  const timer = setTimeout(
    () => {
      controller.abort(late());
    },
    Math.min(milliseconds, 2 ** 31 - 1),
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
