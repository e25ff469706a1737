import type { Finding, VenError } from '../../model/index.js';
import { hintText, prose } from './prose.js';
import { paint, type Style } from './style.js';
import { count, indent, printable } from './words.js';
import { jsonText } from './json.js';

/**
 * All mistakes of a fleet file, for people: `file:line:column: message`, the lines around it, and
 * what to do. Ends in a newline.
 */
export function findingsText(findings: readonly Finding[], style: Style): string {
  const blocks = findings.map((finding) => {
    const place = `${printable(finding.file)}:${finding.line}:${finding.column}`;
    const said =
      `${paint(style, 'bold', place)}: ${paint(style, 'red', 'error')}: ` +
      `${printable(finding.message)} ${paint(style, 'dim', `[${finding.rule}]`)}`;
    const lines = [prose(said, style, { first: '', rest: '  ' })];
    if (finding.frame !== '') lines.push(indent(printable(finding.frame).trimEnd(), '  '));
    if (finding.hint !== '') lines.push(hintText(finding.hint, style));
    return `${lines.join('\n')}\n`;
  });
  const files = [...new Set(findings.map(({ file }) => file))];
  const total = `${count(findings.length, 'mistake')} in ${printable(files.join(', '))}.`;
  return `${blocks.join('\n')}\n${total}\n`;
}

/** A file that was checked: `fleet` and `error` exclude each other. */
interface Checked {
  file: string;
  fleet: { name: string; vms: readonly unknown[] } | null;
  error: Pick<VenError, 'summary' | 'findings'> | null;
}

/** What `validate --json` prints: of one file or of several. Ends in a newline. */
export function validationJson(checked: readonly Checked[]): string {
  const files = checked.map(({ file, fleet, error }) => ({
    file,
    valid: error === null,
    ...(fleet && { fleet: fleet.name, vms: fleet.vms.length }),
    ...(error && { error: error.summary }),
  }));
  const [first, ...others] = files;
  const facts =
    others.length > 0 || first?.fleet === undefined ? {} : { fleet: first.fleet, vms: first.vms };
  const findings = checked.flatMap(({ error }) => error?.findings ?? []);
  const valid = files.every((file) => file.valid);
  return jsonText({ formatVersion: '1', valid, ...facts, findings, files }, 'lines');
}

/** What a right fleet file holds, on one line. Ends in a newline. */
export function validText(
  fleet: { name: string; vms: readonly unknown[]; networks: readonly { kind: string }[] },
  file: string,
): string {
  const own = fleet.networks.filter(({ kind }) => kind === 'own').length;
  const networks = own === 0 ? '' : ` and ${count(own, 'network')} of its own`;
  const vms = count(fleet.vms.length, 'VM');
  return `${printable(file)} is valid: the fleet ${fleet.name} with ${vms}${networks}.\n`;
}
