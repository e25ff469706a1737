/**
 * Boot options in a borrowed network. Its mark says which options are ven's, for which fleets, and
 * what the definition was before. So ven can remove exactly what it added, and what others changed
 * since then stays.
 */
import { bootOptions, isBootOption, VenError, type BootMark } from '../../model/index.js';
import { child, elementsOf, parseXml, serializeXml, type XmlElement } from '../../xml/index.js';
import { element, insertAfter, laidOut, remove, replace } from '../edit.js';
import { bootMark, bootMarkElement, findMark, type NetworkBootMark } from '../marks.js';
import { addDnsmasqOptions, dnsmasqOptions, removeDnsmasqOptions } from './dnsmasq.js';

type User = BootMark['fleets'][number];

/** See `Render.bootNetwork`. */
export function bootNetwork(current: string, user: User, bootUrl: string | null): string {
  const network = parseXml(current);
  const mark = bootMark(network);
  const others = (mark?.fleets ?? []).filter(({ fleet }) => fleet !== user.fleet);
  if (mark !== null && bootUrl !== null && mark.url !== bootUrl && others.length > 0) {
    throw new VenError('foreign-object', {
      summary:
        `The network boots ${mark.url} for ` +
        others.map(({ fleet }) => `fleet ${fleet}`).join(', '),
      hint: `One network can offer one boot file. Nothing was changed.`,
    });
  }
  if (bootUrl === null && (mark === null || mark.fleets.length === others.length)) return current;
  if (bootUrl !== null) refuseOwners(network, mark);
  if (mark !== null && (bootUrl === null ? others.length === 0 : mark.url !== bootUrl))
    takeOut(network, mark);
  if (bootUrl === null && others.length === 0) return serializeXml(network);
  const fleets =
    bootUrl === null ? others : [...others, user].sort((a, b) => (a.fleet < b.fleet ? -1 : 1));
  putIn(network, { url: bootUrl ?? mark?.url ?? '', fleets });
  return serializeXml(network);
}

/**
 * The plan was made when the owner had none; two sets of boot options would get in each other's
 * way.
 */
function refuseOwners(network: XmlElement, mark: NetworkBootMark | null): void {
  const owners = dnsmasqOptions(network).filter(
    (option) => isBootOption(option) && mark?.options.includes(option) !== true,
  );
  if (owners.length === 0) return;
  throw new VenError('stale-plan', {
    summary:
      "The network has boot options of its owner's, which it had not when the plan was made: " +
      owners.join(' · '),
    hint: 'Nothing was changed in it. The new plan says what can be done: ven plan',
  });
}

/** What ven added, and no more: one of each, since others may have said the same. */
function takeOut(network: XmlElement, mark: NetworkBootMark): void {
  removeDnsmasqOptions(network, mark.options);
  const metadata = child(network, 'metadata');
  if (!metadata) return;
  const written = findMark(network, 'boot')?.mark;
  if (written) remove(metadata, written);
  if (elementsOf(metadata).length === 0 && !hadMetadata(mark)) remove(network, metadata);
}

function hadMetadata({ original }: NetworkBootMark): boolean {
  return original !== '' && child(parseXml(original), 'metadata') !== undefined;
}

/** All options that are missing, and the mark that says so. */
function putIn(network: XmlElement, { url, fleets }: BootMark): void {
  const before = bootMark(network);
  const old = findMark(network, 'boot')?.mark;
  const original = before?.original ?? serializeXml(network);
  const there = dnsmasqOptions(network);
  const missing = bootOptions(url).filter((option) => !there.includes(option));
  const ours = [...(before?.options ?? []).filter((option) => there.includes(option)), ...missing];
  addDnsmasqOptions(network, missing);
  const mark = bootMarkElement({ url, fleets, options: ours, original });
  const metadata = child(network, 'metadata');
  if (!metadata)
    insertAfter(network, ['name', 'uuid'], [laidOut(element('metadata', {}, [mark]), 1)]);
  else if (old) replace(metadata, old, mark);
  else insertAfter(metadata, [], [mark]);
}
