/** What to write instead of a value that does not fit: from what its writer likely meant. */
import { nearest } from '../../model/index.js';
import { quote, type Path } from '../source/source.js';
import type { SchemaNode } from './walk.js';

const ON = ['on', 'yes', 'y', 'true', 'up', 'start', 'started'];
const OFF = ['off', 'no', 'n', 'false', 'down', 'stop', 'stopped', 'none'];

/**
 * A hint for a value of the wrong type or with the wrong words; null: there is no good guess.
 * `networks`: the fleet's.
 */
export function instead(
  value: unknown,
  path: Path,
  accepted: readonly SchemaNode[],
  networks: readonly string[],
): string | null {
  const key = path.findLast((step) => typeof step === 'string') ?? '';
  if (key === 'nics') return cards(value, networks, typeof path.at(-1) === 'number');
  const asWord = quote(value).replaceAll('"', '').toLowerCase();
  const isMeant = [ON, OFF].findIndex((words) => words.includes(asWord));
  const truth = isMeant === 0;
  if (isMeant !== -1 && accepted.some(({ type }) => type === 'boolean'))
    return `Write \`${key}: ${truth}\`.`;
  const words = accepted.flatMap((one) => one.enum ?? []);
  const state = truth ? 'running' : 'off';
  if (isMeant !== -1 && words.includes(state)) return `Did you mean "${state}"?`;
  if (isMeant === 1 && words.includes('none')) return `Write \`${key}: none\`.`;
  if (typeof value !== 'number') return null;
  return accepted.map((one) => withUnit(value, one)).find((hint) => hint !== null) ?? null;
}

/** For a bare number; null: nothing of this kind takes one with a unit. */
export function withUnit(value: unknown, { pattern = '' }: SchemaNode): string | null {
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  if (!/^[1-9][0-9]{0,8}$/.test(String(value))) return null;
  const number = Number(value);
  const said = (units: readonly string[]): string =>
    `Write it with its unit: ${units.map((unit) => `\`${number}${unit}\``).join(' or ')}`;
  if (pattern.endsWith('(s|m)$') || pattern.endsWith('(s|m|h)$'))
    return `${said(number <= 60 ? ['s', 'm'] : ['s'])}.`;
  if (!isSize(pattern)) return null;
  // A VM has 64 MiB to 4 TiB of memory; disks are of that order, too.
  if (number < 64) return `${said(['GiB'])} (units are powers of 1024).`;
  return `${said(number > 4096 ? ['MiB'] : ['MiB', 'GiB'])} (units are powers of 1024).`;
}

export function isSize(pattern = ''): boolean {
  return pattern.endsWith('(MiB|GiB|TiB)$');
}

/** For `nics`, or for an entry of it. */
function cards(value: unknown, networks: readonly string[], isEntry: boolean): string {
  const card = (name: string): string =>
    isEntry ? `{ network: ${name} }` : `nics: [{ network: ${name} }]`;
  const usual = ['default', 'per-vm'];
  const word = typeof value === 'string' ? value : '';
  if (networks.includes(word)) return `Write \`${card(word)}\`.`;
  if (isEntry && usual.includes(word))
    return `Write \`nics: ${word}\`, without a list, or a card: \`${card(networks[0] ?? 'lab')}\`.`;
  if (!isEntry && (value === false || OFF.includes(word)))
    return 'For a VM without cards write `nics: []`.';
  const near = nearest(word, isEntry ? networks : [...usual, ...networks]);
  if (near !== null)
    return `Did you mean \`${usual.includes(near) ? `nics: ${near}` : card(near)}\`?`;
  const own = card(networks[0] ?? 'lab');
  return isEntry
    ? `Write \`${own}\` or \`{ bridge: br0 }\`.`
    : `Write \`default\` or \`per-vm\`, or a list: \`${own}\`.`;
}
