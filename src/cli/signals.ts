import { EXIT } from '../model/index.js';

/** Ctrl-C, `kill`, and the end of the terminal. */
type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';
const SIGNALS: readonly Signal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

let taken = 0;

/**
 * Signals end ven at once, as they would without this; but what it was asking is ended too. Not
 * while somebody takes them.
 */
export function leaveOnSignals(): void {
  for (const signal of SIGNALS)
    process.on(signal, () => {
      if (taken === 0) process.exit(EXIT.interrupted);
    });
}

/** `hear` takes the signals until the result is called. */
export function takeSignals(hear: (signal: Signal) => void): () => void {
  // Never `once`: a package that restores the cursor ends the process when no other listener is
  // left.
  for (const signal of SIGNALS) process.on(signal, hear);
  taken += 1;
  let given = false;
  return () => {
    if (given) return;
    given = true;
    taken -= 1;
    for (const signal of SIGNALS) process.off(signal, hear);
  };
}
