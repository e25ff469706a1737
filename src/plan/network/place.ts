import { blockOf, overlaps, type Ipv4Block, type PlannedNetwork } from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';
import type { InTheWay } from '../guards/foreign.js';
import type { NetworkDiff } from './diff.js';
import type { NetworkRemoval } from './removals.js';

/** Where networks would stand: what has their names or UUIDs, their bridges, their subnets. */
export interface Places {
  inTheWay: InTheWay[];
  /** Of subnets that overlap with others. */
  warnings: string[];
}

/** Networks that go, or are rebuilt, in this plan stand in nobody's way. */
export function placesOf(
  diffs: readonly NetworkDiff[],
  removals: readonly NetworkRemoval[],
  onHost: FleetOnHost,
): Places {
  const going = new Set([
    ...removals.map(({ uuid }) => uuid),
    ...diffs.filter(({ action }) => action === 'replace').map(({ network }) => network.uuid),
  ]);
  const bridges = bridgesOf(onHost, going);
  const subnets = takenSubnets(onHost, going, bridges);
  const places = diffs.map(({ network, action, outage }): Places => {
    const named = namedAlike(network, onHost);
    // The bridge and the subnet have to be free only for one that is created or started.
    if (action === null || !outage) return { inTheWay: named, warnings: [] };
    const wanted = blockOf(network.subnet.cidr);
    if (wanted === null) return { inTheWay: named, warnings: [] };
    const clashes = subnets.filter(
      ({ block, uuid }) => uuid !== network.uuid && overlaps(block, wanted),
    );
    const isSame = ({ block }: TakenSubnet): boolean =>
      block.first === wanted.first && block.last === wanted.last;
    return {
      inTheWay: [
        ...named,
        ...onBridge(network, onHost, bridges),
        ...clashes.filter(isSame).map((taken) => sameSubnet(network, taken)),
      ],
      warnings: clashes
        .filter((taken) => !isSame(taken))
        .map(({ who }) => overlapping(network, who)),
    };
  });
  return {
    inTheWay: places.flatMap(({ inTheWay }) => inTheWay),
    warnings: places.flatMap(({ warnings }) => warnings),
  };
}

interface Bridges {
  /** The networks that stay, by their bridges. */
  byBridge: ReadonlyMap<string | null, readonly { uuid: string; name: string }[]>;
  live: ReadonlySet<string | null>;
  going: ReadonlySet<string | null>;
}

function bridgesOf({ state }: FleetOnHost, going: ReadonlySet<string>): Bridges {
  const bridges = (of: (network: (typeof state.networks)[number]) => boolean): Set<string | null> =>
    new Set(
      state.networks.filter(of).flatMap(({ bridge, live }) => [bridge, live?.bridge ?? bridge]),
    );
  return {
    byBridge: Map.groupBy(
      state.networks.filter(({ uuid }) => !going.has(uuid)),
      ({ bridge }) => bridge,
    ),
    live: bridges(({ active }) => active),
    going: bridges(({ uuid }) => going.has(uuid)),
  };
}

interface TakenSubnet {
  block: Ipv4Block;
  /** Of the network that has it; null: something else has it. */
  uuid: string | null;
  who: string;
  shownBy: InTheWay['shownBy'];
}

function takenSubnets(
  { state }: FleetOnHost,
  going: ReadonlySet<string>,
  bridges: Bridges,
): TakenSubnet[] {
  const ofNetworks = state.networks.flatMap(({ uuid, name, live }) => {
    const gateway = live?.gateway ?? null;
    const block = gateway === null || going.has(uuid) ? null : blockOf(gateway);
    if (block === null) return [];
    return [{ block, uuid, who: `network ${name}`, shownBy: { virsh: `net-dumpxml ${name}` } }];
  });
  const ofRoutes = state.routes.flatMap(({ cidr, device }) => {
    const block = blockOf(cidr);
    const isNetworks = bridges.live.has(device) || bridges.going.has(device);
    if (block === null || isForAll(block) || isNetworks) return [];
    // A route that throws packets away has no device.
    const nowhere = device === '*';
    const who = nowhere ? 'a route to nowhere' : `interface ${device}`;
    const shownBy = { command: `ip route show ${nowhere ? cidr : `dev ${device}`}` };
    return [{ block, uuid: null, who, shownBy }];
  });
  return [...ofNetworks, ...ofRoutes];
}

/** A default route, or a part of one: a VPN that takes all leaves two halves. */
function isForAll({ first, last }: Ipv4Block): boolean {
  return last - first + 1 > 2 ** 24;
}

function namedAlike(
  { address, uuid, libvirtName }: PlannedNetwork,
  onHost: FleetOnHost,
): InTheWay[] {
  const same = onHost.ownedNetworks.has(uuid) ? undefined : onHost.networks.get(uuid);
  const namesake = onHost.networksByName.get(libvirtName);
  const alike: InTheWay[] = [];
  if (same !== undefined)
    alike.push({
      address,
      what: `network ${same.name} has the UUID that is ${address}'s (${uuid}), but not its mark`,
      shownBy: { virsh: `net-dumpxml ${uuid}` },
    });
  if (namesake !== undefined && namesake.uuid !== uuid)
    alike.push({
      address,
      what: `network ${libvirtName} (${namesake.uuid}) has the name of ${address}`,
      shownBy: { virsh: `net-dumpxml ${namesake.uuid}` },
    });
  return alike;
}

function onBridge(
  { address, bridge, uuid }: PlannedNetwork,
  onHost: FleetOnHost,
  { byBridge, live }: Bridges,
): InTheWay[] {
  const holder = byBridge.get(bridge)?.find((other) => other.uuid !== uuid);
  if (holder !== undefined) {
    const who = `network ${holder.name} (${holder.uuid})`;
    const what = `${who} has bridge ${bridge}, which ${address} wants`;
    return [{ address, what, shownBy: { virsh: `net-dumpxml ${holder.uuid}` } }];
  }
  if (onHost.ports?.has(bridge) !== true || live.has(bridge)) return [];
  const what = `a bridge ${bridge} that is no libvirt network's has the name of ${address}'s`;
  return [{ address, what, shownBy: { command: `ip -d link show ${bridge}` } }];
}

function sameSubnet({ address, subnet }: PlannedNetwork, { who, shownBy }: TakenSubnet): InTheWay {
  return {
    address,
    what: `${who} has subnet ${subnet.cidr}, which ${address} wants`,
    shownBy,
    hint: `Give ${address} another subnet (subnet: auto takes a free one), or free this one.`,
  };
}

function overlapping({ address, subnet }: PlannedNetwork, who: string): string {
  return `${address}: its subnet ${subnet.cidr} overlaps with what ${who} has`;
}
