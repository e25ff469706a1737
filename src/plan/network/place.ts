import { blockOf, overlaps, type Ipv4Block, type PlannedNetwork } from '../../model/index.js';
import type { InTheWay } from '../guards/foreign.js';
import type { Seen } from '../fleet-on-host.js';

/** Where a network would stand: what has its name or UUID, its bridge, its subnet. */
export interface Places {
  /** `building`: it is to be made or started, so its bridge and subnet have to be free as well. */
  check(network: PlannedNetwork, building: boolean): { inTheWay: InTheWay[]; warnings: string[] };
}

/** `going`: UUIDs of the fleet's own networks that are taken away or rebuilt in this plan, and so stand in nobody's way. */
export function placesOf(seen: Seen, going: ReadonlySet<string>): Places {
  const standing = seen.state.networks.filter(({ uuid }) => !going.has(uuid));
  const byBridge = Map.groupBy(standing, ({ bridge }) => bridge);
  const liveBridges = new Set(
    seen.state.networks.filter(({ active }) => active).map(({ bridge }) => bridge),
  );
  const goingBridges = new Set(
    seen.state.networks.filter(({ uuid }) => going.has(uuid)).map(({ bridge }) => bridge),
  );
  const taken: { range: Ipv4Block; uuid: string | null; who: string; look: InTheWay['look'] }[] =
    [];
  for (const { uuid, name, active, gateway } of standing) {
    const range = gateway === null ? null : blockOf(gateway);
    if (active && range !== null)
      taken.push({ range, uuid, who: `network ${name}`, look: { virsh: `net-dumpxml ${name}` } });
  }
  for (const { cidr, device } of seen.state.routes) {
    const range = blockOf(cidr);
    const known = liveBridges.has(device) || goingBridges.has(device);
    if (range === null || cidr.endsWith('/0') || known) continue;
    taken.push({
      range,
      uuid: null,
      who: `interface ${device}`,
      look: { command: `ip route show dev ${device}` },
    });
  }

  const names = (network: PlannedNetwork): InTheWay[] => {
    const { address, uuid, libvirtName } = network;
    const found: InTheWay[] = [];
    const same = seen.networks.get(uuid);
    if (same !== undefined && !seen.ownedNetworks.has(uuid)) {
      found.push({
        address,
        what: `network ${same.name} has the UUID that is ${address}'s (${uuid}), but not its mark`,
        look: { virsh: `net-dumpxml ${uuid}` },
      });
    }
    const namesake = seen.networksByName.get(libvirtName);
    if (namesake !== undefined && namesake.uuid !== uuid) {
      found.push({
        address,
        what: `network ${libvirtName} (${namesake.uuid}) has the name of ${address}`,
        look: { virsh: `net-dumpxml ${namesake.uuid}` },
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
          look: { virsh: `net-dumpxml ${holder.uuid}` },
        },
      ];
    }
    if (seen.ports?.has(bridge) !== true || liveBridges.has(bridge)) return [];
    return [
      {
        address,
        what: `a bridge ${bridge} that is no libvirt network's has the name of ${address}'s`,
        look: { command: `ip -d link show ${bridge}` },
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
      for (const { range, uuid, who, look } of taken) {
        if (uuid === network.uuid || !overlaps(range, wanted)) continue;
        const equal = range.first === wanted.first && range.last === wanted.last;
        const what = `${who} has subnet ${network.subnet.cidr}, which ${network.address} wants`;
        const instead = `give ${network.address} another subnet (subnet: auto takes a free one)`;
        if (equal) inTheWay.push({ address: network.address, what, look, instead });
        else
          warnings.push(
            `${network.address}: its subnet ${network.subnet.cidr} overlaps with what ${who} has`,
          );
      }
      return { inTheWay, warnings };
    },
  };
}
