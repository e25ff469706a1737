/** The BMCs of a fleet: what happens while they are served, and the unit that serves them. */
import { jsonText } from './text/json.js';
import { paint, type Style } from './text/style.js';
import { count, listed, oneLine } from './text/words.js';

interface Service {
  url: string;
  vms: readonly string[];
}

export type ShownBmcEvent =
  | ({ type: 'listening'; fingerprint: string | null; certificate: string | null } & Service)
  | ({ type: 'renewed'; fingerprint: string; certificate: string } & Service)
  | ({ type: 'changed' | 'closed' } & Service)
  | { type: 'ready'; fleet: string; services: readonly Service[] }
  | { type: 'warning'; message: string }
  | {
      type: 'act';
      vm: string | null;
      what: string;
      user: string | null;
      client: string;
      error: string | null;
    };

/** So many names are listed. */
const FEW = 6;

/** One event; a service has a line or two. Ends in a newline. */
export function bmcEventText(event: ShownBmcEvent, style: Style, now: Date): string {
  switch (event.type) {
    case 'listening': {
      const { url, vms, fingerprint, certificate } = event;
      const tls =
        fingerprint === null ? '  plain HTTP\n' : certificateLines(fingerprint, certificate ?? '');
      return `${paint(style, 'bold', url)}  ${namesOf(vms)}\n${tls}`;
    }
    case 'renewed': {
      const { url, fingerprint, certificate } = event;
      return `${url}  new certificate\n${certificateLines(fingerprint, certificate)}`;
    }
    case 'changed':
      return `${event.url}  now ${namesOf(event.vms)}\n`;
    case 'closed':
      return `${event.url}  closed\n`;
    case 'ready': {
      const machines = event.services.reduce((sum, { vms }) => sum + vms.length, 0);
      const addresses = count(event.services.length, 'address', 'addresses');
      return `ready: ${count(machines, 'BMC')} of ${event.fleet} on ${addresses}\n`;
    }
    case 'warning':
      return `${paint(style, 'yellow', 'Warning')}: ${oneLine(event.message)}\n`;
    case 'act': {
      const { vm, what, user, client, error } = event;
      const who = [
        user === null ? '' : `by ${oneLine(user)}`,
        client === '' ? '' : `from ${client}`,
      ]
        .filter(Boolean)
        .join(' ');
      const failed = error === null ? '' : `: ${paint(style, 'red', oneLine(error))}`;
      const time = paint(style, 'dim', now.toTimeString().slice(0, 8));
      const about = [vm, oneLine(what)].filter(Boolean).join('  ');
      return `${time}  ${about}${who === '' ? '' : `  (${who})`}${failed}\n`;
    }
  }
}

function certificateLines(fingerprint: string, file: string): string {
  return `  SHA-256 ${fingerprint}\n  certificate: ${oneLine(file)}\n`;
}

function namesOf(vms: readonly string[]): string {
  return vms.length > FEW ? count(vms.length, 'VM') : listed(vms);
}

/** One object on a line. */
export function bmcEventJson(event: ShownBmcEvent, now: Date): string {
  return jsonText({ formatVersion: '1', time: now.toISOString(), ...event }, 'line');
}

export interface ShownUnit {
  unit: string;
  path: string;
  text: string;
  commands: readonly string[];
  done: 'installed' | 'none';
  isRunning: boolean;
  untilLogin: boolean;
}

/** What was installed; or the unit, and what installs it. Ends in a newline. */
export function bmcUnitText(shown: ShownUnit, isDryRun: boolean): string {
  const { unit, path, text, commands, done, isRunning, untilLogin } = shown;
  const login = untilLogin
    ? 'It starts with your login; to start it with the machine: loginctl enable-linger\n'
    : '';
  if (done === 'installed') return `Installed and started: ${unit}\n${path}\n${login}`;
  const why = isRunning || isDryRun ? '' : 'systemd does not run here: nothing was changed.\n';
  return `${why}# ${path}\n${text}\n# ${commands.join('\n# ')}\n`;
}
