import { on } from 'node:events';
import { emitKeypressEvents, type Key } from 'node:readline';
import type { AskSecret } from '../operations/index.js';
import { VenError } from '../model/index.js';
import { rememberSecret } from '../secrets/index.js';
import { canType } from './consent.js';
import { stderr } from './output.js';

/** To the line's beginning, and clears the line. */
const LINE_AGAIN = '\r\u001b[K';

const known = new Map<string, Promise<string>>();

/**
 * The `askSecret` of a request: asks for each secret once; null: there is no terminal to ask on.
 */
export function secretAsker(): AskSecret | null {
  if (!canType() || !process.stderr.isTTY) return null;
  return (what, signal, isShown = false) => {
    const answer = known.get(what) ?? askSecret(what, signal, isShown);
    known.set(what, answer);
    return answer;
  };
}

/** Reads a line from the terminal, without echo unless it `isShown`; an empty one is refused. */
async function askSecret(what: string, signal: AbortSignal, isShown: boolean): Promise<string> {
  const { stdin } = process;
  // When the terminal is gone, restoring its mode fails, which must not crash.
  stdin.on('error', () => undefined);
  emitKeypressEvents(stdin);
  stdin.setRawMode(true).resume();
  stderr(`${what}: `);
  let typed = '';
  const change = (next: string): void => {
    if (isShown) stderr(`${LINE_AGAIN}${what}: ${next}`);
    typed = next;
  };
  let end: unknown;
  try {
    const keys = on(stdin, 'keypress', { signal, close: ['end', 'close'] }) as AsyncIterable<
      [string | undefined, Key]
    >;
    // An arrow, or what a terminal sends around a paste, is one key without text.
    for await (const [text = '', key] of keys) {
      if (key.name === 'return' || key.name === 'enter') {
        if (typed !== '') {
          rememberSecret(typed);
          return typed;
        }
        stderr(`\nIt can't be empty. ${what}: `);
      } else if (key.ctrl === true && (key.name === 'c' || key.name === 'd')) break;
      else if (key.ctrl === true && key.name === 'u') change('');
      else if (key.name === 'backspace') change([...typed].slice(0, -1).join(''));
      else if (text >= ' ') change(typed + text);
    }
  } catch (error) {
    end = signal.aborted ? signal.reason : error;
  } finally {
    stdin.setRawMode(false).pause();
    stderr('\n');
  }
  throw end instanceof VenError
    ? end
    : new VenError('interrupted', {
        summary: `Interrupted while asking for the ${what}`,
        cause: end,
      });
}
