import { EXIT, VenError } from '../model/index.js';
import { stderr } from './output.js';
import { takeSignals } from './signals.js';

/**
 * The two signals that a run takes, raised by Ctrl-C (SIGINT), SIGTERM, or the terminal's end
 * (SIGHUP).
 */
export interface Interruption {
  interrupt: { graceful: AbortSignal; hard: AbortSignal };
  /** From now on the run itself says what an interruption does. */
  runStarted: () => void;
  /** Gives the signals back to Node. */
  end: () => void;
}

/**
 * First: start nothing new. Second: stop the children. Third: exit at once (the host is safe: the
 * next plan holds what is left). Before the run there is nothing to wait for, so the second exits.
 */
export function watchInterruption(): Interruption {
  const graceful = new AbortController();
  const hard = new AbortController();
  let running = false;
  const escalate = (): void => {
    if (!graceful.signal.aborted) {
      graceful.abort(running ? undefined : tooEarly());
      if (!running)
        stderr(
          '\nInterrupted: leaving before anything is changed.\nCtrl-C again leaves at once.\n',
        );
    } else if (running && !hard.signal.aborted) {
      hard.abort();
    } else {
      process.exit(EXIT.interrupted);
    }
  };
  // A terminal that closes sends more than one signal; that alone must not stop running steps.
  const hangUp = (): void => {
    if (!graceful.signal.aborted) escalate();
  };
  const end = takeSignals((signal) => {
    if (signal === 'SIGHUP') hangUp();
    else escalate();
  });
  return {
    interrupt: { graceful: graceful.signal, hard: hard.signal },
    runStarted: () => {
      running = true;
    },
    end,
  };
}

function tooEarly(): VenError {
  return new VenError('interrupted', { summary: 'Interrupted before anything was changed' });
}
