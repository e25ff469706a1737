/**
 * What one field of a network is, on every side: how it is read from its XML, patched into it and
 * compared, what a change of it costs, and its words in the plan. How it is written for a new
 * network stands in `templates/network.xml.njk`; a patch takes its pieces from there. What ven's
 * template writes, and the whole lists that the fleet file gives (DNS hosts, DHCP hosts, ranges),
 * are ven's; all else is whoever's wrote it, and stays.
 */
import type {
  FieldChange,
  NetworkEntryChange,
  NetworkFacts,
  ObservedNetwork,
  PlannedNetwork,
} from '../../../model/index.js';
import { attribute, child, childrenNamed, type XmlElement } from '../../../xml/index.js';
import { insertAfter, remove } from '../../edit.js';

export interface NetworkField<Facts extends Partial<NetworkFacts> = Partial<NetworkFacts>> {
  /** Works for the persistent definition and for what runs. */
  read: (network: XmlElement) => Facts;
  /** Its name in `network-update`. */
  name: string;
  /** Idempotent. */
  patch: (patch: NetworkPatch) => void;
  compare: (wanted: PlannedNetwork, observed: ObservedNetwork) => NetworkDifference;
}

/** The definition as it is, changed in place, and what it would be if the network were made now. */
export interface NetworkPatch {
  network: XmlElement;
  fresh: XmlElement;
}

/** What differs, and what is to be done about it. Nothing in it: all is as it should be. */
export interface NetworkDifference {
  fields?: FieldChange[];
  /** The persistent definition differs. */
  define?: boolean;
  /** What runs differs, and takes this; where only a restart helps, there is none. */
  entries?: NetworkEntryChange[];
  restart?: boolean;
}

interface Value<Facts extends Partial<NetworkFacts>> {
  path: string;
  read: (network: XmlElement) => Facts;
  patch: (patch: NetworkPatch) => void;
  wanted: (network: PlannedNetwork) => string | null;
  found: (facts: Facts) => string | null;
  /** `replace`: said of what makes another network of it. */
  effect: 'restart' | 'replace';
}

/** A field with one value, which a running network takes over by a restart. */
export function valueField<Facts extends Partial<NetworkFacts>>(
  value: Value<Facts>,
): NetworkField<Facts> {
  const { path, read, patch, effect } = value;
  // All facts are more than enough for a function of some.
  const found = value.found as (facts: NetworkFacts) => string | null;
  return {
    name: path,
    read,
    patch,
    compare(network, observed) {
      const difference = compareValue(path, value.wanted(network), observed, found);
      if (difference === null) return {};
      const { field, define, live } = difference;
      const why = effect === 'replace' ? 'the network is rebuilt' : 'the network restarts';
      return {
        fields: [live || observed.live === null ? { ...field, effect, why } : field],
        define,
        restart: live,
      };
    },
  };
}

/**
 * One value as it is wanted, defined, and running; null: they agree. `live`: what runs differs.
 */
export function compareValue(
  path: string,
  wanted: string | null,
  { live, ...config }: ObservedNetwork,
  found: (facts: NetworkFacts) => string | null,
): { field: FieldChange; define: boolean; live: boolean } | null {
  const defined = found(config);
  const running = live === null ? wanted : found(live);
  const [define, differs] = [defined !== wanted, running !== wanted];
  if (!define && !differs) return null;
  const before = define ? defined : running;
  const field: FieldChange = { path, before, after: wanted, effect: 'live' };
  if (live !== null && define !== differs) field.only = define ? 'definition' : 'live';
  return { field, define, live: differs };
}

/** The element that ven's fields of an address are in: the first of IPv4. */
export function ipOf(network: XmlElement | undefined): XmlElement | undefined {
  return childrenNamed(network, 'ip').find(isIpv4);
}

export function isIpv4(ip: XmlElement): boolean {
  return (attribute(ip, 'family') ?? 'ipv4') === 'ipv4';
}

/** The child of that name, or of that kind; a fresh one, empty, where there is none. */
export function ensured(
  parent: XmlElement,
  name: string,
  after: readonly string[],
  find: (parent: XmlElement) => XmlElement | undefined = (parent) => child(parent, name),
): XmlElement {
  const found = find(parent);
  if (found) return found;
  const made: XmlElement = { name, attrs: {}, children: [] };
  insertAfter(parent, after, [made]);
  return made;
}

/**
 * Makes the children of that name those of `wanted`, by what they say (`shown`): what agrees stays
 * as it is, with all that is in it.
 */
export function setChildren(
  parent: XmlElement,
  children: readonly XmlElement[],
  wanted: readonly XmlElement[],
  shown: (element: XmlElement) => string,
): void {
  const left = new Map(wanted.map((element) => [shown(element), element]));
  for (const element of children) if (!left.delete(shown(element))) remove(parent, element);
  const missing = [...left.values()];
  insertAfter(parent, [missing[0]?.name ?? ''], missing);
}

/** Takes out an element that has become empty. */
export function removeEmpty(parent: XmlElement, element: XmlElement): void {
  const empty = element.children.every((node) => typeof node === 'string' && node.trim() === '');
  if (empty && Object.keys(element.attrs).length === 0) remove(parent, element);
}
