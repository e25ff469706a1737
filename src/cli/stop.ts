import { VenError } from '../model/index.js';
import { takeSignals } from './signals.js';

/** How a command that runs until it is interrupted ends. */
export interface Stop {
  /** Aborted by Ctrl-C (SIGINT), SIGTERM, the terminal's end (SIGHUP), or `now`. */
  signal: AbortSignal;
  interrupted: () => boolean;
  now: () => void;
  /** Gives the signals back to Node. */
  end: () => void;
}

export function stopOnSignals(): Stop {
  const controller = new AbortController();
  let interrupted = false;
  const end = takeSignals((name) => {
    interrupted = true;
    controller.abort(new VenError('interrupted', { summary: `ended by ${name}` }));
  });
  return {
    signal: controller.signal,
    interrupted: () => interrupted,
    now: () => {
      controller.abort();
    },
    end,
  };
}

/** For work that ends by itself, and rejects when `signal` is aborted. */
export async function whileNotStopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = stopOnSignals();
  try {
    return await work(stop.signal);
  } finally {
    stop.end();
  }
}
