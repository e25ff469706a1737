import { createHash } from 'node:crypto';
import {
  VenError,
  blockOf,
  formatAddress,
  overlaps,
  subnetAround,
  defaultDhcpRange,
  type HostState,
  type Ipv4Block,
  type Ipv4Subnet,
  type ObservedNetwork,
  type OwnNetwork,
  type PlannedNetwork,
} from '../../model/index.js';

/** The pools that `subnet: auto` chooses from, in this order; each is gone through once around, from a start of the network's own. */
const POOLS: readonly (readonly string[])[] = [
  Array.from({ length: 121 }, (_, index) => `192.168.${100 + index}.0/24`),
  Array.from({ length: 256 }, (_, index) => `10.213.${index}.0/24`),
];

/** A network as it will be made or kept: `subnet: auto` and `dhcp: auto` decided. Same inputs, same result. */
export function decideSubnets(
  fleet: string,
  networks: readonly OwnNetwork[],
  observed: ReadonlyMap<string, ObservedNetwork>,
  state: HostState,
): Map<string, PlannedNetwork> {
  const kept = (network: OwnNetwork): Ipv4Subnet | null => {
    if (network.subnet !== 'auto') return network.subnet;
    const gateway = observed.get(network.uuid)?.gateway ?? null;
    return gateway === null
      ? null
      : { cidr: subnetAround(gateway), gateway: gateway.split('/')[0] ?? '' };
  };
  const chosen = new Map<string, Ipv4Subnet>();
  const open: OwnNetwork[] = [];
  for (const network of networks) {
    const subnet = kept(network);
    if (subnet === null) open.push(network);
    else chosen.set(network.uuid, subnet);
  }
  if (open.length > 0) {
    const free = freeSubnets(
      [...chosen.values()].map(({ cidr }) => cidr),
      state,
    );
    for (const network of open) chosen.set(network.uuid, choose(fleet, network, free));
  }
  return new Map(
    networks.map((network) => {
      const subnet = chosen.get(network.uuid) as Ipv4Subnet;
      const dhcp =
        network.dhcp === 'auto'
          ? defaultDhcpRange(blockOf(subnet.cidr) as Ipv4Block)
          : network.dhcp;
      return [network.uuid, { ...network, subnet, dhcp }];
    }),
  );
}

function freeSubnets(wanted: readonly string[], state: HostState): Set<string> {
  const taken: Ipv4Block[] = [];
  const take = (cidr: string | null): void => {
    const range = cidr === null ? null : blockOf(cidr);
    if (range !== null && range.last - range.first < 2 ** 32 - 1) taken.push(range); // the default route takes nothing
  };
  wanted.forEach(take);
  for (const network of state.networks) take(network.gateway);
  for (const route of state.routes) take(route.cidr);
  return new Set(
    POOLS.flat().filter(
      (cidr) => !taken.some((range) => overlaps(range, blockOf(cidr) as Ipv4Block)),
    ),
  );
}

function choose(fleet: string, network: OwnNetwork, free: Set<string>): Ipv4Subnet {
  const start = createHash('sha256').update(`${fleet}/${network.name}`).digest().readUInt32BE(0);
  for (const pool of POOLS) {
    for (let step = 0; step < pool.length; step++) {
      const cidr = pool[(start + step) % pool.length] as string;
      if (!free.delete(cidr)) continue;
      return { cidr, gateway: formatAddress((blockOf(cidr) as Ipv4Block).first + 1) };
    }
  }
  throw new VenError('host-not-ready', {
    summary: `No free subnet is left for ${network.address}`,
    detail:
      'All of 192.168.100.0/24 to 192.168.220.0/24 and 10.213.0.0/16 are in use on this host.',
    hint: 'Give the network a subnet of its own in the fleet file (subnet: 172.20.0.0/24).',
    where: network.address,
  });
}
