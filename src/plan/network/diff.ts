import {
  subnetAround,
  type Change,
  type ChangeBase,
  type Facts,
  type FieldChange,
  type NetworkEntryChange,
  type ObservedNetwork,
  type PlannedNetwork,
  type Reason,
} from '../../model/index.js';
import type { OwnedNetwork } from '../fleet-on-host.js';

/** What has to happen to one of the fleet's own networks. */
export interface NetworkDiff {
  network: PlannedNetwork;
  observed: OwnedNetwork | null;
  /** null: it is as it should be. */
  action: 'create' | 'update' | 'replace' | null;
  reason: Reason;
  fields: FieldChange[];
  /** It must be started, or told to start with the host. */
  start: boolean;
  /** Entries or the persistent definition change. */
  define: boolean;
  entries: NetworkEntryChange[];
  /** Its bridge goes and comes again: all that is on it has to be attached again. */
  outage: boolean;
}

export function diffNetwork(
  network: PlannedNetwork,
  observed: OwnedNetwork | null,
  requested: boolean,
): NetworkDiff {
  const base = {
    ...{ network, observed, fields: [], entries: [] },
    ...{ start: false, define: false, outage: false },
  };
  if (observed === null) return { ...base, action: 'create', reason: 'missing', outage: true };

  const rebuilding = [
    ...differ('mode', observed.mode, network.mode),
    ...differ('subnet', shownGateway(observed.gateway), shownGateway(wantedGateway(network))),
    ...differ('dhcp', shownRange(observed.dhcp), shownRange(network.dhcp)),
    ...differ('httpBoot', observed.bootUrl, network.bootUrl),
    ...differ('bridge', observed.bridge, network.bridge),
  ].map((field) => ({ ...field, effect: 'replace' as const, why: 'the network is rebuilt' }));
  const autostart = differ('autostart', yes(observed.autostart), 'yes');
  const persistent = differ('persistent', yes(observed.persistent), 'yes');
  const hosts = joined([dnsEntries(network, observed), dhcpEntries(network, observed)]);
  const found = [
    ...rebuilding,
    ...differ('active', yes(observed.active), 'yes'),
    ...autostart,
    ...persistent,
    ...hosts.fields,
  ];
  const mark = found.length > 0 ? [] : markField(network, observed);
  const fields = [...found, ...mark];
  const newDigest = observed.mark.digest !== network.digest;

  if (fields.length === 0 && !requested) return { ...base, action: null, reason: 'drift' };
  if (requested || rebuilding.length > 0) {
    const reason = requested ? 'requested' : 'drift';
    return {
      ...{ ...base, action: 'replace', reason: newDigest ? 'changed' : reason },
      ...{ fields, outage: true },
    };
  }
  return {
    ...base,
    action: 'update',
    reason: newDigest ? 'changed' : 'drift',
    fields,
    start: !observed.active || autostart.length > 0 || persistent.length > 0,
    define: persistent.length > 0 || mark.length > 0 || newDigest || hosts.entries.length > 0,
    // An inactive network is defined whole before it starts; entries are for one that runs.
    entries: observed.active ? hosts.entries : [],
    outage: !observed.active,
  };
}

function differ(path: string, before: string | null, after: string | null): FieldChange[] {
  return before === after ? [] : [{ path, before, after, effect: 'live' }];
}

function yes(value: boolean): string {
  return value ? 'yes' : 'no';
}

function markField(network: PlannedNetwork, { mark }: OwnedNetwork): FieldChange[] {
  const fields = differ('mark', mark.digest.slice(0, 8), network.digest.slice(0, 8));
  return fields.map((field) => ({ ...field, why: 'the spec it was made from' }));
}

/** Host entries of one section that differ. */
interface EntriesDiff {
  fields: FieldChange[];
  entries: NetworkEntryChange[];
}

function joined(diffs: readonly EntriesDiff[]): EntriesDiff {
  return {
    fields: diffs.flatMap(({ fields }) => fields),
    entries: diffs.flatMap(({ entries }) => entries),
  };
}

/** Deletions first: libvirt refuses an entry whose address or name another one still has. */
function deletionsFirst({ fields, entries }: EntriesDiff): EntriesDiff {
  const of = (operation: NetworkEntryChange['operation']): NetworkEntryChange[] =>
    entries.filter((entry) => entry.operation === operation);
  return { fields, entries: [...of('delete'), ...of('add-last')] };
}

function dnsEntries(network: PlannedNetwork, observed: ObservedNetwork): EntriesDiff {
  const wanted = Map.groupBy(network.dnsHosts, ({ ip }) => ip);
  const found = Map.groupBy(observed.dnsHosts, ({ ip }) => ip);
  const shown = (hosts: readonly { names: string[] }[]): string | null =>
    hosts.length === 0 ? null : [...new Set(hosts.flatMap(({ names }) => names))].sort().join(', ');
  const diffs = [...new Set([...wanted.keys(), ...found.keys()])].map((ip): EntriesDiff => {
    const before = found.get(ip) ?? [];
    const after = wanted.get(ip) ?? [];
    const fields = differ(`dns.${ip}`, shown(before), shown(after));
    if (fields.length === 0) return { fields, entries: [] };
    const change = (
      operation: NetworkEntryChange['operation'],
      { names }: { names: string[] },
    ): NetworkEntryChange => ({ section: 'dns-host', operation, entry: { ip, names } });
    const entries = [
      ...before.map((host) => change('delete', host)),
      ...after.map((host) => change('add-last', host)),
    ];
    return { fields, entries };
  });
  return deletionsFirst(joined(diffs));
}

type DhcpHost = ObservedNetwork['dhcpHosts'][number];

function dhcpEntries(network: PlannedNetwork, observed: ObservedNetwork): EntriesDiff {
  const byMac = (hosts: readonly DhcpHost[]): Map<string, DhcpHost> =>
    new Map(hosts.map((host) => [host.mac.toLowerCase(), host]));
  // Host entries live inside the range's element: without DHCP there are none.
  const wanted = byMac(network.dhcp === null ? [] : network.dhcpHosts);
  const found = byMac(observed.dhcpHosts);
  const shown = (host: DhcpHost | undefined): string | null =>
    host === undefined ? null : `${host.ip}${host.name === null ? '' : ` ${host.name}`}`;
  const change = (
    operation: NetworkEntryChange['operation'],
    host: DhcpHost | undefined,
  ): NetworkEntryChange[] => {
    if (host === undefined) return [];
    const { mac, ip, name } = host;
    return [{ section: 'ip-dhcp-host', operation, entry: { mac, ip, name } }];
  };
  const diffs = [...new Set([...wanted.keys(), ...found.keys()])].map((mac): EntriesDiff => {
    const before = found.get(mac);
    const after = wanted.get(mac);
    const fields = differ(`dhcp.${mac}`, shown(before), shown(after));
    if (fields.length === 0) return { fields, entries: [] };
    return { fields, entries: [...change('delete', before), ...change('add-last', after)] };
  });
  return deletionsFirst(joined(diffs));
}

/** The change to show. `notes` are of what hangs on the network. */
export function networkChange(diff: NetworkDiff, notes: string[]): Change | null {
  const { network, observed, fields } = diff;
  const base: ChangeBase = { address: network.address, reason: diff.reason, notes };
  if (diff.action === 'create')
    return { ...base, action: 'create', after: plannedNetworkFacts(network) };
  if (diff.action === 'update') return { ...base, action: 'update', fields };
  if (diff.action === 'replace' && observed !== null) {
    return {
      ...base,
      action: 'replace',
      fields: fields.map((field) => ({ ...field, effect: 'replace' })),
      before: observedNetworkFacts(observed),
      after: plannedNetworkFacts(network),
    };
  }
  return null;
}

function plannedNetworkFacts(network: PlannedNetwork): Facts {
  return {
    mode: network.mode,
    subnet: network.subnet.cidr,
    dhcp: shownRange(network.dhcp),
    bridge: network.bridge,
    ...bootFacts(network.bootUrl),
  };
}

export function observedNetworkFacts(network: ObservedNetwork): Facts {
  return {
    mode: network.mode,
    subnet: shownGateway(network.gateway) ?? 'none',
    dhcp: shownRange(network.dhcp),
    bridge: network.bridge ?? 'none',
    ...bootFacts(network.bootUrl),
  };
}

function bootFacts(bootUrl: string | null): Facts {
  return bootUrl === null ? {} : { httpBoot: bootUrl };
}

function wantedGateway({ subnet }: PlannedNetwork): string {
  return `${subnet.gateway}/${subnet.cidr.split('/')[1]}`;
}

/** The subnet alone where the gateway is its first host, as it mostly is. */
function shownGateway(gateway: string | null): string | null {
  if (gateway === null) return null;
  const cidr = subnetAround(gateway);
  const usual = cidr.replace(/\.(\d+)\/.*$/, (_, last: string) => `.${Number(last) + 1}`);
  return gateway.split('/')[0] === usual ? cidr : `${cidr} (gateway ${gateway.split('/')[0]})`;
}

function shownRange(range: { start: string; end: string } | null): string {
  return range === null ? 'none' : `${range.start} to ${range.end}`;
}
