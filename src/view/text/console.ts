import { sshWords } from '../../model/index.js';
import { prose } from './prose.js';
import { paint, type Style, type Tone } from './style.js';
import { printable } from './words.js';

/** What is typed to leave: `^]` is Ctrl-]. */
export function keyOf(escape: string): string {
  return `Ctrl-${escape.slice(1).toUpperCase()}`;
}

const TONES: readonly Tone[] = ['cyan', 'yellow', 'green', 'red'];

/**
 * The lines of several logs: `edge-1 | …`, with a newline. `vms`: the names or addresses of all.
 */
export function logLines(
  vms: readonly string[],
  style: Style,
): (vm: string, line: string) => string {
  const names = [...new Set(vms.map((each) => each.replace(/^vm\./, '')))];
  const width = Math.max(...names.map((name) => name.length));
  const heads = new Map(
    names.map((name, at) => {
      const tone = TONES[at % TONES.length] ?? 'cyan';
      return [name, paint(style, tone, `${name.padEnd(width)} |`)];
    }),
  );
  return (vm, line) => `${heads.get(vm) ?? `${vm} |`} ${printable(line)}\n`;
}

/** Before the terminal is handed over. Ends in a newline. */
export function attachingText(
  address: string,
  { leave, isBios }: { leave: string; isBios: boolean },
  style: Style,
): string {
  const silent = isBios
    ? 'A BIOS says nothing here: wait for its system, and press Enter.'
    : 'If it is silent, press Enter.';
  return said(`${address}: its serial console. ${leave} leaves it. ${silent}`, style);
}

export function readingText(address: string, style: Style): string {
  return said(`${address}: reading along on its serial console. Ctrl-C ends it.`, style);
}

function said(text: string, style: Style): string {
  return `${prose(text, style, { first: '', rest: '' })}\n`;
}

export function leftText(address: string, ended: 'left' | 'stopped'): string {
  return ended === 'stopped'
    ? `${address}: the VM has stopped.\n`
    : `${address}: left its console.\n`;
}

/**
 * Resets a terminal after a VM has changed its modes: normal letters and characters, no scroll
 * region, a cursor, no mouse reports, the main screen. The text on the screen stays.
 */
export const RESET_TERMINAL = [
  '\u001b[0m', // letters
  '\u001b(B\u000f', // characters
  '\u001b7\u001b[r\u001b8', // the whole screen scrolls; the cursor is saved, as this moves it
  '\u001b[?7h', // long lines wrap
  '\u001b[?25h', // the cursor shows
  '\u001b[?1l\u001b>', // arrow keys and keypad
  '\u001b[4l', // typing does not insert
  '\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l', // the mouse
  '\u001b[?2004l', // pasting
  '\u001b[?47l', // the main screen
].join('');

/** What `vnc` prints: `127.0.0.1:5900`. Ends in a newline. */
export function vncText({ listen, port }: { listen: string; port: number }): string {
  return `${listen.includes(':') ? `[${listen}]` : listen}:${port}\n`;
}

/** For people, beside the address; empty when there is nothing to say. */
export function vncHint({
  port,
  listen,
  remote,
  viewer,
  served = false,
}: {
  port: number;
  listen: string;
  remote: string | null;
  viewer: string | null;
  served?: boolean;
}): string {
  if (served) return `${viewer === null ? 'Ready' : `Started ${viewer}`}; Ctrl-C ends it.\n`;
  if (viewer !== null) return `Started ${viewer}.\n`;
  if (remote === null) return '';
  const [, option = '', machine = 'HOST'] =
    /^(-p \d+ )?(.*)$/.exec(sshWords(remote) ?? 'HOST') ?? [];
  const tunnel = `${port}:${listen.includes(':') ? `[${listen}]` : listen}:${port}`;
  return printable(
    `That is on ${remote}. To reach it from here: ssh ${option}-L ${tunnel} ${machine}\n`,
  );
}
