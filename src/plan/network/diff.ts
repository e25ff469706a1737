import { compareNetwork, shownGateway, shownRanges } from '../../libvirt/index.js';
import type {
  Change,
  ChangeBase,
  Facts,
  FieldChange,
  NetworkEntryChange,
  NetworkFacts,
  NetworkFault,
  PlannedNetwork,
  Reason,
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
  /** It is deleted, and created as the template has it: what others added goes. */
  recreate: boolean;
  /** Fields of the persistent definition to patch. */
  define: string[];
  /** For the running network. */
  entries: NetworkEntryChange[];
  /** It is stopped, and started again. */
  stop: boolean;
  /** It must be started, or told to start with the host. */
  start: boolean;
  /** Its bridge goes and comes again: all that is on it has to be attached again. */
  outage: boolean;
}

export function diffNetwork(
  network: PlannedNetwork,
  observed: OwnedNetwork | null,
  requested: boolean,
): NetworkDiff {
  const base = {
    ...{ network, observed, fields: [], define: [], entries: [] },
    ...{ recreate: false, stop: false, start: false, outage: false },
  };
  if (observed === null) return { ...base, action: 'create', reason: 'missing', outage: true };

  const { fields: different, define, entries, restart } = compareNetwork(network, observed);
  const { active, fault } = observed;
  const states = [
    ...differ('active', fault === null ? yes(active) : FAULTS[fault], 'yes').map((field) =>
      fault === null ? field : { ...field, effect: 'restart' as const },
    ),
    ...differ('autostart', yes(observed.autostart), 'yes'),
    ...differ('persistent', yes(observed.persistent), 'yes'),
  ];
  const listed = (field: FieldChange): boolean => /^(dns|dhcp)\./.test(field.path);
  const found = [
    ...different.filter((field) => !listed(field)),
    ...states,
    ...different.filter(listed),
  ];
  const newDigest = observed.mark.digest !== network.digest;
  const fields = found.length === 0 ? markField(network, observed) : found;
  if (fields.length === 0 && !requested) return { ...base, action: null, reason: 'drift' };

  const reason = newDigest ? 'changed' : 'drift';
  if (requested) {
    return {
      ...{ ...base, action: 'replace', reason: newDigest ? reason : 'requested' },
      ...{ fields, recreate: true, outage: true },
    };
  }
  const stop = active && (restart || fault !== null);
  return {
    ...base,
    action: fields.some(({ effect }) => effect === 'replace') ? 'replace' : 'update',
    reason,
    fields,
    define: [
      ...define,
      ...(observed.persistent ? [] : ['persistent']),
      ...(newDigest ? ['mark'] : []),
    ],
    entries: stop ? [] : entries,
    stop,
    start: stop || !active || !observed.autostart || !observed.persistent,
    outage: stop || !active,
  };
}

/** In the words of the plan. */
const FAULTS: Record<NetworkFault, string> = {
  bridge: 'its bridge is gone',
  address: 'its bridge has lost its address',
  dnsmasq: 'its dnsmasq is not running',
};

function differ(path: string, before: string | null, after: string | null): FieldChange[] {
  return before === after ? [] : [{ path, before, after, effect: 'live' }];
}

function yes(value: boolean): string {
  return value ? 'yes' : 'no';
}

function markField(network: PlannedNetwork, { mark }: OwnedNetwork): FieldChange[] {
  const fields = differ('mark', mark.digest.slice(0, 8), network.digest.slice(0, 8));
  return fields.map((field) => ({
    ...field,
    why: 'its record of what was applied; changes nothing on the network',
  }));
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
    dhcp: shownRanges(network.dhcp === null ? [] : [network.dhcp]),
    bridge: network.bridge,
    ...bootFacts(network.bootUrl),
  };
}

export function observedNetworkFacts(network: NetworkFacts): Facts {
  return {
    mode: network.mode,
    subnet: shownGateway(network.gateway) ?? 'none',
    dhcp: shownRanges(network.ranges),
    bridge: network.bridge ?? 'none',
    ...bootFacts(network.bootUrl),
  };
}

function bootFacts(bootUrl: string | null): Facts {
  return bootUrl === null ? {} : { httpBoot: bootUrl };
}
