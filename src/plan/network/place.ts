import { blockOf, overlaps, type Ipv4Block, type PlannedNetwork } from '../../model/index.js';
import type { InTheWay } from '../guards/foreign.js';
import type { FleetOnHost } from '../fleet-on-host.js';

/** Where a network would stand: what has its name or UUID, its bridge, its subnet. */
export interface Places {
  /** `building`: it is to be made or started, so its bridge and subnet have to be free as well. */
  check(network: PlannedNetwork, building: boolean): { inTheWay: InTheWay[]; warnings: string[] };
}

/** `going`: UUIDs of the fleet's own networks that are taken away or rebuilt in this plan, and so stand in nobody's way. */
export function placesOf(onHost: FleetOnHost, going: ReadonlySet<string>): Places {
  const standing = onHost.state.networks.filter(({ uuid }) => !going.has(uuid));
  const byBridge = Map.groupBy(standing, ({ bridge }) => bridge);
  const liveBridges = new Set(
    onHost.state.networks.filter(({ active }) => active).map(({ bridge }) => bridge),
  );
  const goingBridges = new Set(
    onHost.state.networks.filter(({ uuid }) => going.has(uuid)).map(({ bridge }) => bridge),
  );
  const taken: {
    range: Ipv4Block;
    uuid: string | null;
    who: string;
    shownBy: InTheWay['shownBy'];
  }[] = [];
  for (const { uuid, name, active, gateway } of standing) {
    const range = gateway === null ? null : blockOf(gateway);
    if (active && range !== null)
      taken.push({
        range,
        uuid,
        who: `network ${name}`,
        shownBy: { virsh: `net-dumpxml ${name}` },
      });
  }
  for (const { cidr, device } of onHost.state.routes) {
    const range = blockOf(cidr);
    const known = liveBridges.has(device) || goingBridges.has(device);
    if (range === null || cidr.endsWith('/0') || known) continue;
    taken.push({
      range,
      uuid: null,
      who: `interface ${device}`,
      shownBy: { command: `ip route show dev ${device}` },
    });
  }

  const names = (network: PlannedNetwork): InTheWay[] => {
    const { address, uuid, libvirtName } = network;
    const found: InTheWay[] = [];
    const same = onHost.networks.get(uuid);
    if (same !== undefined && !onHost.ownedNetworks.has(uuid)) {
      found.push({
        address,
        what: `network ${same.name} has the UUID that is ${address}'s (${uuid}), but not its mark`,
        shownBy: { virsh: `net-dumpxml ${uuid}` },
      });
    }
    const namesake = onHost.networksByName.get(libvirtName);
    if (namesake !== undefined && namesake.uuid !== uuid) {
      found.push({
        address,
        what: `network ${libvirtName} (${namesake.uuid}) has the name of ${address}`,
        shownBy: { virsh: `net-dumpxml ${namesake.uuid}` },
      });
    }
    return found;
  };
  const bridges = (network: PlannedNetwork): InTheWay[] => {
    const { address, bridge, uuid } = network;
    const holder = byBridge.get(bridge)?.find((other) => other.uuid !== uuid);
    if (holder !== undefined) {
      return [
        {
          address,
          what: `network ${holder.name} (${holder.uuid}) has bridge ${bridge}, which ${address} wants`,
          shownBy: { virsh: `net-dumpxml ${holder.uuid}` },
        },
      ];
    }
    if (onHost.ports?.has(bridge) !== true || liveBridges.has(bridge)) return [];
    return [
      {
        address,
        what: `a bridge ${bridge} that is no libvirt network's has the name of ${address}'s`,
        shownBy: { command: `ip -d link show ${bridge}` },
      },
    ];
  };

  return {
    check(network, building) {
      const inTheWay = names(network);
      const warnings: string[] = [];
      const wanted = blockOf(network.subnet.cidr);
      if (!building || wanted === null) return { inTheWay, warnings };
      inTheWay.push(...bridges(network));
      for (const { range, uuid, who, shownBy } of taken) {
        if (uuid === network.uuid || !overlaps(range, wanted)) continue;
        const equal = range.first === wanted.first && range.last === wanted.last;
        const what = `${who} has subnet ${network.subnet.cidr}, which ${network.address} wants`;
        const instead = `give ${network.address} another subnet (subnet: auto takes a free one)`;
        if (equal) inTheWay.push({ address: network.address, what, shownBy, instead });
        else
          warnings.push(
            `${network.address}: its subnet ${network.subnet.cidr} overlaps with what ${who} has`,
          );
      }
      return { inTheWay, warnings };
    },
  };
}
