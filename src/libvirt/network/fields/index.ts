/**
 * The table of a network's fields, which all that handles them walks: reading, patching, comparing.
 * A field of `PlannedNetwork` or a fact of `NetworkFacts` that has no row is a type error.
 */
import type {
  FieldChange,
  NetworkEntryChange,
  NetworkFacts,
  ObservedNetwork,
  PlannedNetwork,
} from '../../../model/index.js';
import { child, childrenNs, type XmlElement } from '../../../xml/index.js';
import { insertAfter, replace } from '../../edit.js';
import { VEN_NAMESPACE } from '../../marks.js';
import { httpBoot } from './boot.js';
import type { NetworkField, NetworkPatch } from './field.js';
import { dhcpHosts, dnsHosts, ranges } from './lists.js';
import { bridge, bridgeMac, delay, mode, stp, subnet } from './place.js';

/** Which network it is: nothing of its XML that could differ. */
type NoField = 'kind' | 'address' | 'name' | 'libvirtName' | 'uuid' | 'digest' | 'otherwise';
type FieldName = Exclude<keyof PlannedNetwork, NoField> | 'stp' | 'delay' | 'bridgeMac';

/** In the order in which a plan tells of changes. */
export const NETWORK_FIELDS = {
  mode,
  subnet,
  dhcp: ranges,
  bootUrl: httpBoot,
  bridge,
  stp,
  delay,
  bridgeMac,
  dnsHosts,
  dhcpHosts,
} satisfies Record<FieldName, NetworkField>;

const ALL: readonly NetworkField[] = Object.values(NETWORK_FIELDS);

type All<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer Intersection,
) => void
  ? Intersection
  : never;
type ReadFacts = All<ReturnType<(typeof NETWORK_FIELDS)[FieldName]['read']>>;

/** Works for the persistent definition and for what runs. */
export function networkFieldFacts(network: XmlElement): NetworkFacts {
  const facts = Object.assign({}, ...ALL.map(({ read }) => read(network))) as ReadFacts;
  return facts;
}

const PATCHES = new Map(ALL.map(({ name, patch }) => [name, patch]));

/**
 * `mark`: ven's own, from the fresh network. `persistent`: nothing of the text, which is defined.
 * @throws Error for a field that there is not.
 */
export function patchNetworkField(patch: NetworkPatch, field: string): void {
  if (field === 'persistent') return;
  if (field === 'mark') {
    patchMark(patch);
    return;
  }
  const change = PATCHES.get(field);
  if (!change) throw new Error(`no such field of a network: ${field}`);
  change(patch);
}

function patchMark({ network, fresh }: NetworkPatch): void {
  const markIn = (root: XmlElement): XmlElement | undefined => {
    const metadata = child(root, 'metadata');
    return metadata && childrenNs([root, metadata], VEN_NAMESPACE, 'network')[0];
  };
  const [now, wanted, metadata] = [markIn(network), markIn(fresh), child(network, 'metadata')];
  if (!wanted) throw new Error('a fresh network has no mark');
  if (metadata && now) replace(metadata, now, wanted);
  else if (metadata) insertAfter(metadata, [], [wanted]);
  else
    insertAfter(network, ['name', 'uuid'], [{ name: 'metadata', attrs: {}, children: [wanted] }]);
}

/** All that differs between a network as wanted and as it is. */
export interface NetworkDifferences {
  fields: FieldChange[];
  /** Names of fields to patch in the persistent definition. */
  define: string[];
  /** For the running network; empty when it restarts. */
  entries: NetworkEntryChange[];
  /** What runs can't be changed without a restart. */
  restart: boolean;
}

export function compareNetwork(
  wanted: PlannedNetwork,
  observed: ObservedNetwork,
): NetworkDifferences {
  const each = ALL.map(({ name, compare }) => ({ name, ...compare(wanted, observed) }));
  const restart = each.some((difference) => difference.restart);
  return {
    fields: each.flatMap(({ fields = [] }) => fields),
    define: each.flatMap(({ name, define = false }) => (define ? [name] : [])),
    entries: restart ? [] : each.flatMap(({ entries = [] }) => entries),
    restart,
  };
}

/** A definition as far as a plan hangs on it: lists in a fixed order. */
export function networkDigestParts(facts: NetworkFacts): unknown[] {
  const { bridge, stp, delay, bridgeMac, mode, gateway, bootUrl } = facts;
  return [
    [bridge, stp, delay, bridgeMac, mode, gateway, bootUrl],
    facts.ranges.map(({ start, end }) => [start, end]),
    facts.dnsHosts.map(({ ip, names }) => [ip, names]),
    facts.dhcpHosts.map(({ mac, ip, name }) => [mac, ip, name]),
  ];
}
