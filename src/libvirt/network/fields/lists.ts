/**
 * The lists of a network: DHCP ranges, DHCP hosts, DNS hosts. They are ven's as a whole, since the
 * fleet file gives them as a whole. A running network takes entries one by one.
 */
import type {
  FieldChange,
  Ipv4Range,
  NetworkEntryChange,
  NetworkFacts,
  ObservedNetwork,
} from '../../../model/index.js';
import {
  attribute,
  child,
  childrenNamed,
  elementsOf,
  textOf,
  type XmlElement,
} from '../../../xml/index.js';
import {
  compareValue,
  ensured,
  ipOf,
  removeEmpty,
  setChildren,
  type NetworkDifference,
  type NetworkField,
  type NetworkPatch,
} from './field.js';

type DnsHost = NetworkFacts['dnsHosts'][number];
type DhcpHost = NetworkFacts['dhcpHosts'][number];
type Operation = NetworkEntryChange['operation'];

export const ranges: NetworkField<Pick<NetworkFacts, 'ranges'>> = {
  name: 'dhcp.ranges',
  read: (network) => ({
    ranges: childrenNamed(child(ipOf(network), 'dhcp'), 'range').map(rangeOf),
  }),
  patch: (patch) => {
    patchDhcp(patch, 'range', (element) => shownRange(rangeOf(element)));
  },
  compare({ dhcp }, observed) {
    const wanted = dhcp === null ? [] : [dhcp];
    const difference = compareValue('dhcp', shownRanges(wanted), observed, (facts) =>
      shownRanges(facts.ranges),
    );
    if (difference === null) return {};
    const change = (operation: Operation, entry: Ipv4Range): NetworkEntryChange => ({
      ...{ section: 'ip-dhcp-range', operation, entry },
    });
    return {
      fields: [difference.field],
      define: difference.define,
      entries: difference.live
        ? missingEntries(observed.live?.ranges ?? [], wanted, shownRange, change)
        : [],
    };
  },
};

export function shownRanges(found: readonly Ipv4Range[]): string {
  return found.length === 0 ? 'none' : found.map(shownRange).join(', ');
}

function shownRange({ start, end }: Ipv4Range): string {
  return `${start} to ${end}`;
}

function rangeOf(range: XmlElement): Ipv4Range {
  return { start: attribute(range, 'start') ?? '', end: attribute(range, 'end') ?? '' };
}

export const dhcpHosts: NetworkField<Pick<NetworkFacts, 'dhcpHosts'>> = {
  name: 'dhcp.hosts',
  read: (network) => ({
    dhcpHosts: childrenNamed(child(ipOf(network), 'dhcp'), 'host').map(dhcpHostOf),
  }),
  patch: (patch) => {
    patchDhcp(patch, 'host', (element) => {
      const host = dhcpHostOf(element);
      return `${keyOfDhcp(host)} ${shownDhcpHost(host)}`;
    });
  },
  compare: (network, observed) =>
    compareEntries(observed, {
      prefix: 'dhcp',
      // Host entries live inside the range's element: without DHCP there are none.
      wanted: network.dhcp === null ? [] : network.dhcpHosts,
      of: (facts) => facts.dhcpHosts,
      keyOf: keyOfDhcp,
      shown: (hosts) => hosts.map(shownDhcpHost).join(', '),
      change: (operation, entry) => ({ section: 'ip-dhcp-host', operation, entry }),
    }),
};

function dhcpHostOf(host: XmlElement): DhcpHost {
  return {
    mac: (attribute(host, 'mac') ?? '').toLowerCase(),
    ip: attribute(host, 'ip') ?? '',
    name: attribute(host, 'name'),
  };
}

function keyOfDhcp({ mac, name }: DhcpHost): string {
  return mac === '' ? (name ?? '') : mac.toLowerCase();
}

function shownDhcpHost({ ip, name }: DhcpHost): string {
  return `${ip}${name === null ? '' : ` ${name}`}`;
}

export const dnsHosts: NetworkField<Pick<NetworkFacts, 'dnsHosts'>> = {
  name: 'dns.hosts',
  read: (network) => ({ dnsHosts: dnsElements(network).map(dnsHostOf) }),
  patch({ network, fresh }) {
    const wanted = dnsElements(fresh);
    if (wanted.length === 0 && child(network, 'dns') === undefined) return;
    const dns = ensured(network, 'dns', ['name', 'uuid', 'metadata', 'forward', 'bridge', 'mac']);
    setChildren(dns, dnsElements(network), wanted, (element) => {
      const host = dnsHostOf(element);
      return `${host.ip} ${shownNames([host])}`;
    });
    removeEmpty(network, dns);
  },
  compare: (network, observed) =>
    compareEntries(observed, {
      prefix: 'dns',
      wanted: network.dnsHosts,
      of: (facts) => facts.dnsHosts,
      keyOf: ({ ip }) => ip,
      shown: shownNames,
      change: (operation, entry) => ({ section: 'dns-host', operation, entry }),
      // libvirt finds the record to delete by its address, and there must be one only.
      takes: (found) => found.length < 2,
    }),
};

/** Those of IPv4: the fleet file has no others. */
function dnsElements(network: XmlElement): XmlElement[] {
  return childrenNamed(child(network, 'dns'), 'host').filter(
    (host) => !(attribute(host, 'ip') ?? '').includes(':'),
  );
}

function dnsHostOf(host: XmlElement): DnsHost {
  return {
    ip: attribute(host, 'ip') ?? '',
    names: childrenNamed(host, 'hostname').map(textOf),
  };
}

function shownNames(hosts: readonly { names: string[] }[]): string {
  return [...new Set(hosts.flatMap(({ names }) => names))].sort().join(', ');
}

/** A list whose entries have keys, each of which is told in the plan. */
interface Entries<Entry> {
  prefix: string;
  wanted: readonly Entry[];
  of: (facts: NetworkFacts) => readonly Entry[];
  keyOf: (entry: Entry) => string;
  /** Entries of one key. */
  shown: (entries: readonly Entry[]) => string;
  change: (operation: Operation, entry: Entry) => NetworkEntryChange;
  /** Whether libvirt can change the running network's entries of one key. */
  takes?: (found: readonly Entry[]) => boolean;
}

function compareEntries<Entry>(
  observed: ObservedNetwork,
  { prefix, wanted, of, keyOf, shown, change, takes }: Entries<Entry>,
): NetworkDifference {
  const byKey = (entries: readonly Entry[]) => Map.groupBy(entries, keyOf);
  const wantedByKey = byKey(wanted);
  const running = byKey(observed.live === null ? [] : of(observed.live));
  const keys = new Set([...wantedByKey.keys(), ...byKey(of(observed)).keys(), ...running.keys()]);
  const shownOf = (entries: readonly Entry[]): string | null =>
    entries.length === 0 ? null : shown(entries);
  const each = [...keys].flatMap((key) => {
    const after = wantedByKey.get(key) ?? [];
    const difference = compareValue(`${prefix}.${key}`, shownOf(after), observed, (facts) =>
      shownOf(of(facts).filter((entry) => keyOf(entry) === key)),
    );
    if (difference === null) return [];
    const before = running.get(key) ?? [];
    const restart = difference.live && takes?.(before) === false;
    const field: FieldChange = restart
      ? {
          ...difference.field,
          effect: 'restart',
          why: `there are ${before.length} entries of it, which libvirt can't change live`,
        }
      : difference.field;
    const entries = difference.live
      ? [
          ...before.map((entry) => change('delete', entry)),
          ...after.map((entry) => change('add-last', entry)),
        ]
      : [];
    return [{ field, define: difference.define, restart, entries }];
  });
  return {
    fields: each.map(({ field }) => field),
    define: each.some(({ define }) => define),
    restart: each.some(({ restart }) => restart),
    entries: deletionsFirst(each.flatMap(({ entries }) => entries)),
  };
}

/** Deletions first: libvirt refuses an entry whose address or name another one still has. */
function deletionsFirst(entries: readonly NetworkEntryChange[]): NetworkEntryChange[] {
  const of = (operation: Operation): NetworkEntryChange[] =>
    entries.filter((entry) => entry.operation === operation);
  return [...of('delete'), ...of('add-last')];
}

function missingEntries<Entry>(
  before: readonly Entry[],
  after: readonly Entry[],
  shown: (entry: Entry) => string,
  change: (operation: Operation, entry: Entry) => NetworkEntryChange,
): NetworkEntryChange[] {
  const lacking = (entries: readonly Entry[], from: readonly Entry[]): Entry[] =>
    entries.filter((entry) => !from.some((other) => shown(other) === shown(entry)));
  return [
    ...lacking(before, after).map((entry) => change('delete', entry)),
    ...lacking(after, before).map((entry) => change('add-last', entry)),
  ];
}

/** Elements of one name in the DHCP of ven's address; others in it stay. */
function patchDhcp(
  { network, fresh }: NetworkPatch,
  name: 'range' | 'host',
  shown: (element: XmlElement) => string,
): void {
  const ip = ipOf(network);
  if (!ip) return;
  const wanted = childrenNamed(child(ipOf(fresh), 'dhcp'), name);
  if (wanted.length === 0 && child(ip, 'dhcp') === undefined) return;
  const dhcp = ensured(
    ip,
    'dhcp',
    elementsOf(ip).map((each) => each.name),
  );
  setChildren(dhcp, childrenNamed(dhcp, name), wanted, shown);
  removeEmpty(ip, dhcp);
}
