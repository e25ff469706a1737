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
  type OwnNetwork,
  type PlannedNetwork,
  type ResolvedFleet,
} from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';

/**
 * The pools that `subnet: auto` chooses from, in this order. Each is gone through once around, from
 * a start that follows from the network's name.
 */
const POOLS: readonly (readonly string[])[] = [
  Array.from({ length: 121 }, (_, index) => `192.168.${100 + index}.0/24`),
  Array.from({ length: 256 }, (_, index) => `10.213.${index}.0/24`),
];

/**
 * The fleet's own networks as they will be: `subnet: auto` and `dhcp: auto` decided. The same
 * inputs give the same result. Throws `host-not-ready` when no subnet is free.
 */
export function decideSubnets(fleet: ResolvedFleet, onHost: FleetOnHost): PlannedNetwork[] {
  const own = fleet.networks.filter((network) => network.kind === 'own');
  const known = own.map((network) => ({ network, subnet: knownSubnet(network, onHost) }));
  const taken = known.flatMap(({ subnet }) => subnet ?? []);
  const open = known.flatMap(({ network, subnet }) => (subnet === null ? [network] : []));
  const chosen = open.length === 0 ? new Map() : chooseSubnets(fleet, open, taken, onHost.state);
  return known.map(({ network, subnet: given }) => {
    const subnet = given ?? (chosen.get(network.uuid) as Ipv4Subnet);
    const dhcp =
      network.dhcp === 'auto' ? defaultDhcpRange(blockOf(subnet.cidr) as Ipv4Block) : network.dhcp;
    return { ...network, subnet, dhcp };
  });
}

/** What the file says, or what the network has since it was created. */
function knownSubnet(network: OwnNetwork, onHost: FleetOnHost): Ipv4Subnet | null {
  if (network.subnet !== 'auto') return network.subnet;
  const gateway = onHost.ownedNetworks.get(network.uuid)?.gateway ?? null;
  return gateway === null
    ? null
    : { cidr: subnetAround(gateway), gateway: gateway.split('/')[0] ?? '' };
}

function chooseSubnets(
  fleet: ResolvedFleet,
  networks: readonly OwnNetwork[],
  taken: readonly Ipv4Subnet[],
  state: HostState,
): Map<string, Ipv4Subnet> {
  const free = freeSubnets([
    ...taken.map(({ cidr }) => cidr),
    ...state.networks.flatMap(({ gateway, live }) => [gateway ?? [], live?.gateway ?? []].flat()),
    ...state.routes.map(({ cidr }) => cidr),
  ]);
  const chosen = new Map<string, Ipv4Subnet>();
  for (const network of networks) {
    const subnet = choose(fleet.name, network, free);
    free.delete(subnet.cidr);
    chosen.set(network.uuid, subnet);
  }
  return chosen;
}

function freeSubnets(taken: readonly string[]): Set<string> {
  const blocks = taken.flatMap((cidr) => {
    const block = blockOf(cidr);
    // The default route takes nothing.
    return block === null || block.last - block.first >= 2 ** 32 - 1 ? [] : [block];
  });
  return new Set(
    POOLS.flat().filter(
      (cidr) => !blocks.some((block) => overlaps(block, blockOf(cidr) as Ipv4Block)),
    ),
  );
}

function choose(fleet: string, network: OwnNetwork, free: ReadonlySet<string>): Ipv4Subnet {
  const start = createHash('sha256').update(`${fleet}/${network.name}`).digest().readUInt32BE(0);
  for (const pool of POOLS) {
    for (let step = 0; step < pool.length; step++) {
      const cidr = pool[(start + step) % pool.length] as string;
      if (!free.has(cidr)) continue;
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
