/**
 * The fleet's networks as NetworkAttachmentDefinitions of Multus, with CNI's plugin `bridge`: a
 * bridge on each node.
 */
import { createHash } from 'node:crypto';
import {
  blockOf,
  KUBE,
  networkUuid,
  type Address,
  type Facts,
  type FieldChange,
  type KubeObject,
  type PlannedNetwork,
  type ResolvedFleet,
} from '../model/index.js';
import { shownRanges } from '../libvirt/index.js';
import { decideSubnets } from '../plan/index.js';
import { at, isMap, textAt, type JsonObject } from './json.js';
import { bridgeKey, isOurs, markOf, networkAddress, networkMark, networkName } from './names.js';
import { metadataOf, type Place } from './write.js';

export interface WantedNetwork {
  address: Address;
  object: KubeObject;
  config: JsonObject;
  /** Its bridge is ven's, so that nodes are apart from each other. */
  isOwn: boolean;
}

/**
 * Those of the fleet file, with their subnets decided, and one for each bridge of the nodes that a
 * VM is on. `there`: what the namespace has.
 */
export function wantedNetworks(
  fleet: ResolvedFleet,
  there: readonly KubeObject[],
  place: Place,
): WantedNetwork[] {
  const seen = there.map((object) => ({ object, gateway: gatewayOf(configOf(object)) }));
  const others = seen.map(({ gateway }) => ({ uuid: '', gateway, live: null }));
  const owned = seen.flatMap(({ object, gateway }) => {
    const key = isOurs(fleet.name, object) ? markOf(object)?.network : null;
    if (key === null || key === undefined) return [];
    const uuid = networkUuid(fleet.name, key);
    return [[uuid, { uuid, bridge: null, gateway, active: true }] as const];
  });
  const own = decideSubnets(fleet, {
    ownedNetworks: new Map(owned),
    state: { networks: others, routes: [] },
  });
  const bridges = new Set(
    fleet.vms.flatMap(({ nics }) =>
      nics.flatMap(({ source }) => (source.kind === 'bridge' ? [source.bridge] : [])),
    ),
  );
  const wanted = (key: string, config: JsonObject, digest: string, isOwn: boolean) => {
    const name = networkName(fleet.name, key);
    const whole: JsonObject = { cniVersion: '0.3.1', name, ...config };
    const object: KubeObject = {
      ...KUBE.network,
      metadata: { ...metadataOf(name, place), ...networkMark(fleet.name, key, digest) },
      spec: { config: JSON.stringify(whole) },
    };
    return { address: networkAddress(key), object, config: whole, isOwn };
  };
  return [
    ...own.map((network) => wanted(network.name, ownConfig(network), network.digest, true)),
    ...[...bridges].sort().map((bridge) => {
      const digest = createHash('sha256').update(bridge).digest('hex');
      return wanted(bridgeKey(bridge), { type: 'bridge', bridge }, digest, false);
    }),
  ];
}

function ownConfig({ bridge, mode, subnet, dhcp }: PlannedNetwork): JsonObject {
  const base = { type: 'bridge', bridge };
  // Without an address that it gives to VMs, the plugin gives none to the bridge either.
  if (dhcp === null) return base;
  const range = {
    subnet: subnet.cidr,
    gateway: subnet.gateway,
    rangeStart: dhcp.start,
    rangeEnd: dhcp.end,
  };
  return {
    ...base,
    isGateway: true,
    ipMasq: mode === 'nat',
    ipam: {
      type: 'host-local',
      ranges: [[range]],
      ...(mode !== 'isolated' && { routes: [{ dst: '0.0.0.0/0' }] }),
    },
  };
}

/** null: it can't be read. */
export function configOf({ spec }: KubeObject): JsonObject | null {
  try {
    const config: unknown = JSON.parse(textAt(spec, 'config') ?? '');
    return isMap(config) ? config : null;
  } catch {
    return null;
  }
}

function rangeOf(config: JsonObject | null): unknown {
  const ranges = at(config, 'ipam', 'ranges');
  const [first] = Array.isArray(ranges) ? (ranges as unknown[]) : [];
  return Array.isArray(first) ? (first as unknown[])[0] : undefined;
}

/** With the prefix of its subnet, as libvirt has it. */
function gatewayOf(config: JsonObject | null): string | null {
  const range = rangeOf(config);
  const cidr = textAt(range, 'subnet') ?? textAt(config, 'ipam', 'subnet');
  if (cidr === null || blockOf(cidr) === null) return null;
  const [first = '', prefix = '24'] = cidr.split('/');
  return `${textAt(range, 'gateway') ?? first}/${prefix}`;
}

function modeOf(config: JsonObject | null): string {
  if (at(config, 'isGateway') !== true) return 'isolated';
  if (at(config, 'ipMasq') === true) return 'nat';
  return at(config, 'ipam', 'routes') === undefined ? 'isolated' : 'route';
}

export function networkFacts(config: JsonObject | null): Facts {
  const range = rangeOf(config);
  const [start, end] = [textAt(range, 'rangeStart'), textAt(range, 'rangeEnd')];
  return {
    mode: modeOf(config),
    subnet: textAt(range, 'subnet') ?? 'none',
    dhcp: shownRanges(start === null || end === null ? [] : [{ start, end }]),
    bridge: textAt(config, 'bridge') ?? 'none',
  };
}

/** Nothing: it is as it should be. */
export function compareNetworks(wanted: WantedNetwork, found: KubeObject): FieldChange[] {
  const there = configOf(found);
  const before = networkFacts(there);
  const changed = Object.entries(networkFacts(wanted.config)).flatMap(
    ([path, after]): FieldChange[] =>
      before[path] === after
        ? []
        : [{ path, before: before[path] ?? null, after, effect: 'next-start' }],
  );
  if (changed.length > 0 || sorted(there) === sorted(wanted.config)) return changed;
  const path = 'config';
  return [{ path, before: sorted(there), after: sorted(wanted.config), effect: 'next-start' }];
}

/** As text, whatever the order of keys. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isMap(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
