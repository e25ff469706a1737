import type { OrchestratorHost } from '../../model/index.js';
import { paint, type Style } from '../text/style.js';
import { aligned, count, listed, oneLine } from '../text/words.js';
import { jsonText } from '../text/json.js';

export interface ShownHosts {
  project: string;
  hosts: readonly (OrchestratorHost & { vm: string | null })[];
  unknown: readonly string[];
}

/** A table, a line a host; then which VMs are not in it. Ends in a newline. */
export function hostsText({ project, hosts, unknown }: ShownHosts, style: Style): string {
  const rows = hosts.map(({ name, serialNumber, hostStatus, instance }) => [
    cell(name),
    cell(serialNumber),
    cell(hostStatus),
    cell(instance?.os ?? ''),
    colored(style, instance?.provisioningStatus ?? ''),
  ]);
  const heads = ['NAME', 'SERIAL', 'HOST', 'OS', 'PROVISIONING'].map((head) =>
    paint(style, 'bold', head),
  );
  const table = rows.length === 0 ? [] : [...aligned([heads, ...rows]), ''];
  const missing = unknown.length === 0 ? '' : `; it does not know ${listed(unknown)}`;
  const total = `Project ${oneLine(project)}: ${count(hosts.length, 'host')}${missing}.`;
  return `${[...table, total].join('\n')}\n`;
}

/** The middle of a long one is left out; at its end may stand how long it was. */
function cell(text: string): string {
  const shown = text.length > 100 ? `${text.slice(0, 60)}…${text.slice(-24)}` : text;
  return shown === '' ? '-' : oneLine(shown);
}

function colored(style: Style, status: string): string {
  if (/fail|error/i.test(status)) return paint(style, 'red', cell(status));
  if (/^provisioned$/i.test(status)) return paint(style, 'green', cell(status));
  return cell(status);
}

/** What `orchestrator hosts --json` prints. */
export function hostsJson(hosts: object): string {
  return jsonText(hosts, 'lines');
}

export function registeredText({
  name,
  serialNumber,
  id,
  already,
}: {
  name: string;
  serialNumber: string;
  id: string;
  already: boolean;
}): string {
  const verb = already ? 'was registered already' : 'registered';
  return `${name}  ${serialNumber}  ${verb} as ${oneLine(id)}\n`;
}

/** The last line, once all are done. Ends in a newline. */
export function registeredTotal(all: readonly { already: boolean }[]): string {
  const before = all.filter(({ already }) => already).length;
  return `Registered: ${count(all.length - before, 'VM')}, ${before} registered already.\n`;
}

/** Likewise. */
export function unregisteredTotal(all: readonly { removed: boolean }[]): string {
  const gone = all.filter(({ removed }) => removed).length;
  return `Removed: ${count(gone, 'host')}, ${all.length - gone} not there.\n`;
}

export function unregisteredText({
  name,
  serialNumber,
  removed,
}: {
  name: string;
  serialNumber: string;
  removed: boolean;
}): string {
  return `${name}  ${serialNumber}  ${removed ? 'removed' : 'was not there'}\n`;
}

export function defaultOsText({
  profile,
  id,
  project,
  changed,
}: {
  profile: string;
  id: string;
  project: string;
  changed: boolean;
}): string {
  const [named, where] = [`${oneLine(profile)} (${oneLine(id)})`, `project ${oneLine(project)}`];
  return changed
    ? `New hosts of ${where} get ${named} from now on.\n`
    : `New hosts of ${where} get ${named} already: nothing was changed.\n`;
}
