import {
  subnetAround,
  type Change,
  type ChangeBase,
  type Effect,
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
  /** Its bridge is made anew: whatever hung on it has to be hung on it again. */
  outage: boolean;
}

export function diffNetwork(
  network: PlannedNetwork,
  observed: OwnedNetwork | null,
  requested: boolean,
): NetworkDiff {
  const base = {
    network,
    observed,
    fields: [],
    start: false,
    define: false,
    entries: [],
    outage: false,
  };
  if (observed === null) return { ...base, action: 'create', reason: 'missing', outage: true };

  const fields: FieldChange[] = [];
  const differ = (
    path: string,
    before: string | null,
    after: string | null,
    effect: Effect,
    why?: string,
  ): boolean => {
    if (before === after) return false;
    fields.push({ path, before, after, effect, ...(why === undefined ? {} : { why }) });
    return true;
  };
  const yes = (value: boolean): string => (value ? 'yes' : 'no');
  const rebuilt = 'the network is rebuilt';
  differ('mode', observed.mode, network.mode, 'replace', rebuilt);
  differ(
    'subnet',
    shownGateway(observed.gateway),
    shownGateway(wantedGateway(network)),
    'replace',
    rebuilt,
  );
  differ('dhcp', shownRange(observed.dhcp), shownRange(network.dhcp), 'replace', rebuilt);
  differ('httpBoot', observed.bootUrl, network.bootUrl, 'replace', rebuilt);
  differ('bridge', observed.bridge, network.bridge, 'replace', rebuilt);
  const replace = requested || fields.length > 0;

  differ('active', yes(observed.active), 'yes', 'live');
  const autostart = differ('autostart', yes(observed.autostart), 'yes', 'live');
  const persistent = differ('persistent', yes(observed.persistent), 'yes', 'live');
  const entries = [
    ...dnsEntries(network, observed, differ),
    ...dhcpEntries(network, observed, differ),
  ];
  const marked =
    fields.length === 0 &&
    differ(
      'mark',
      observed.mark.digest.slice(0, 8),
      network.digest.slice(0, 8),
      'live',
      'the spec it was made from',
    );
  const newDigest = observed.mark.digest !== network.digest;

  if (fields.length === 0 && !requested) return { ...base, action: null, reason: 'drift' };
  const reason: Reason = newDigest ? 'changed' : fields.length === 0 ? 'requested' : 'drift';
  if (replace)
    return {
      ...base,
      action: 'replace',
      reason: requested && !newDigest ? 'requested' : reason,
      fields,
      outage: true,
    };
  return {
    ...base,
    action: 'update',
    reason,
    fields,
    start: !observed.active || autostart || persistent,
    define: persistent || marked || newDigest || entries.length > 0,
    // An inactive network is defined whole before it starts; entries are for one that runs.
    entries: observed.active ? entries : [],
    outage: !observed.active,
  };
}

type Differ = (
  path: string,
  before: string | null,
  after: string | null,
  effect: Effect,
) => boolean;

/** Deletions first: libvirt refuses an entry whose address or name another one still has. */
function ordered(entries: readonly NetworkEntryChange[]): NetworkEntryChange[] {
  return [
    ...entries.filter(({ operation }) => operation === 'delete'),
    ...entries.filter(({ operation }) => operation === 'add-last'),
  ];
}

function dnsEntries(
  network: PlannedNetwork,
  observed: ObservedNetwork,
  differ: Differ,
): NetworkEntryChange[] {
  const shown = ({ names }: { names: readonly string[] }): string =>
    [...new Set(names)].sort().join(', ');
  const byIp = <T extends { ip: string; names: string[] }>(hosts: readonly T[]): Map<string, T[]> =>
    Map.groupBy(hosts, ({ ip }) => ip);
  const wanted = byIp(network.dnsHosts);
  const found = byIp(observed.dnsHosts);
  const changes: NetworkEntryChange[] = [];
  for (const ip of new Set([...wanted.keys(), ...found.keys()])) {
    const after = wanted.get(ip);
    const before = found.get(ip);
    const names = (hosts: { names: string[] }[] | undefined): string | null =>
      hosts === undefined ? null : shown({ names: hosts.flatMap((host) => host.names) });
    if (!differ(`dns.${ip}`, names(before), names(after), 'live')) continue;
    for (const { names: old } of before ?? [])
      changes.push({ section: 'dns-host', operation: 'delete', entry: { ip, names: old } });
    for (const { names: fresh } of after ?? [])
      changes.push({ section: 'dns-host', operation: 'add-last', entry: { ip, names: fresh } });
  }
  return ordered(changes);
}

function dhcpEntries(
  network: PlannedNetwork,
  observed: ObservedNetwork,
  differ: Differ,
): NetworkEntryChange[] {
  // Host entries live inside the range's element: without DHCP there are none.
  const wanted = new Map(
    (network.dhcp === null ? [] : network.dhcpHosts).map((host) => [host.mac.toLowerCase(), host]),
  );
  const found = new Map(observed.dhcpHosts.map((host) => [host.mac.toLowerCase(), host]));
  const shown = (host: { ip: string; name: string | null } | undefined): string | null =>
    host === undefined ? null : `${host.ip}${host.name === null ? '' : ` ${host.name}`}`;
  const changes: NetworkEntryChange[] = [];
  for (const mac of new Set([...wanted.keys(), ...found.keys()])) {
    const after = wanted.get(mac);
    const before = found.get(mac);
    if (!differ(`dhcp.${mac}`, shown(before), shown(after), 'live')) continue;
    if (before !== undefined)
      changes.push({
        section: 'ip-dhcp-host',
        operation: 'delete',
        entry: { mac: before.mac, ip: before.ip, name: before.name },
      });
    if (after !== undefined)
      changes.push({
        section: 'ip-dhcp-host',
        operation: 'add-last',
        entry: { mac: after.mac, ip: after.ip, name: after.name },
      });
  }
  return ordered(changes);
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
