import type { Emit, Plan, ProvisionEvent, RunEvent } from '../../model/index.js';
import { paint, type Style } from '../text/style.js';
import { isInterruption, stepWords } from './steps.js';
import { count, duration, oneLine } from '../text/words.js';
import { jsonText } from '../text/json.js';

/** Takes a run's events as they come. */
export interface Progress<Event = RunEvent> {
  emit: (event: Event) => void;
  /** Leaves the screen at rest. Idempotent. */
  close: () => Promise<void>;
}

export type Write = (text: string) => void;

/** One line a transition, nothing drawn twice: for logs and pipes. */
export function plainProgress(plan: Plan, write: Write, style: Style): Progress {
  const words = stepWords(plan);
  const widest = Math.max(0, ...plan.changes.map(({ address }) => address.length));
  const told = new Set<string>();
  const begun = new Set<string>();
  const line = (address: string, text: string): void => {
    write(`${address.padEnd(widest)}  ${text}\n`);
  };
  const emit: Emit = (event) => {
    switch (event.type) {
      case 'step-started': {
        const step = words.get(event.step);
        begun.add(event.address);
        if (step?.slow) line(event.address, paint(style, 'dim', step.doing));
        break;
      }
      case 'step-finished': {
        const step = words.get(event.step);
        if (event.outcome === 'done' && !step?.quiet) {
          line(
            event.address,
            `${paint(style, 'green', step?.done ?? 'done')} (${duration(event.durationSeconds)})`,
          );
        } else if (event.outcome === 'failed') {
          const doing = step?.doing ?? event.step;
          const time = `(${duration(event.durationSeconds)})`;
          const text = isInterruption(event.error)
            ? `${paint(style, 'yellow', `interrupted while ${doing}`)} ${time}`
            : `${paint(style, 'red', `failed ${doing}`)} ${time}: ${oneLine(event.error.summary)}`;
          line(event.address, text);
          told.add(event.address);
        } else if (event.outcome === 'skipped' && !told.has(event.address)) {
          told.add(event.address);
          const what = begun.has(event.address) ? 'not finished' : 'skipped';
          line(event.address, paint(style, 'yellow', `${what}: ${oneLine(event.because)}`));
        }
        break;
      }
      case 'interrupted':
        write(`${paint(style, 'yellow', interruptedText(event))}\n`);
        break;
      case 'run-started':
      case 'step-output':
      case 'run-finished':
        break; // shown before, in the logs, and told by a view of its own
    }
  };
  return { emit, close: () => Promise.resolve() };
}

/** What an interruption does. */
export function interruptedText({
  hard,
  running,
  because,
}: Extract<RunEvent, { type: 'interrupted' }>): string {
  const head = because ?? 'Interrupted';
  if (running.length === 0) return `${head}: starting nothing new.`;
  const steps = count(running.length, 'step');
  const times = because === undefined ? 'again' : 'twice';
  const stops = running.length === 1 ? 'stops it' : 'stops them';
  return hard
    ? `Interrupted again: stopping ${steps}.`
    : `${head}: finishing ${steps}; Ctrl-C ${times} ${stops}.`;
}

/** One JSON object a line. */
export function jsonProgress(write: Write): Progress<RunEvent | ProvisionEvent> {
  return {
    emit: (event) => {
      write(jsonText(event, 'line'));
    },
    close: () => Promise.resolve(),
  };
}
