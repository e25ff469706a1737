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
  type Ipv4Range,
  type Ipv4Subnet,
  type NetworkPlace,
  type OwnNetwork,
  type PlannedNetwork,
  type ResolvedFleet,
} from '../../model/index.js';
import type { OwnedNetwork } from '../fleet-on-host.js';

/** What has to be known of where the networks will be. */
export interface SubnetsInUse {
  /** The fleet's own, by UUID. */
  ownedNetworks: ReadonlyMap<string, Pick<OwnedNetwork, 'uuid' | 'bridge' | 'gateway' | 'active'>>;
  state: {
    networks: readonly (Pick<HostState['networks'][number], 'uuid' | 'gateway'> & {
      live: Pick<OwnedNetwork, 'gateway'> | null;
    })[];
    routes: HostState['routes'];
  };
}

/**
 * The pools that `subnet: auto` chooses from, in this order. Each is gone through once around, from
 * a start that follows from the network's name.
 */
const POOLS: readonly (readonly string[])[] = [
  Array.from({ length: 121 }, (_, index) => `192.168.${100 + index}.0/24`),
  Array.from({ length: 256 }, (_, index) => `10.213.${index}.0/24`),
];

/** How many other subnets a new network may take when its own is in use by the time it starts. */
const OTHERS = 3;

/**
 * A route or an interface that has 65,536 addresses or more says where packets go that have no
 * better place: a VPN that takes all, a site's 10.0.0.0/8. libvirt's networks work inside of it.
 */
const BROAD = 2 ** 16;

/**
 * The fleet's own networks as they will be: `subnet: auto` and `dhcp: auto` decided. The same
 * inputs give the same result. Throws `host-not-ready` when no subnet is free.
 */
export function decideSubnets(fleet: ResolvedFleet, onHost: SubnetsInUse): PlannedNetwork[] {
  const own = fleet.networks.filter((network) => network.kind === 'own');
  const known = own.map((network) => ({ network, subnet: knownSubnet(network, onHost) }));
  const taken = known.flatMap(({ subnet }) => subnet ?? []);
  const open = known.flatMap(({ network, subnet }) => (subnet === null ? [network] : []));
  const chosen =
    open.length === 0
      ? new Map<string, Ipv4Subnet[]>()
      : chooseSubnets(fleet, open, taken, onHost.state);
  return known.map(({ network, subnet: given }) => {
    const [subnet, ...others] = given === null ? (chosen.get(network.uuid) ?? []) : [given];
    if (subnet === undefined) throw new Error(`no subnet for ${network.address}`);
    const place = (at: Ipv4Subnet): NetworkPlace => ({ subnet: at, dhcp: rangeIn(at, network) });
    const otherwise = others.map(place);
    return { ...network, ...place(subnet), ...(otherwise.length > 0 && { otherwise }) };
  });
}

function rangeIn({ cidr }: Ipv4Subnet, { dhcp }: OwnNetwork): Ipv4Range | null {
  return dhcp === 'auto' ? defaultDhcpRange(blockOf(cidr) as Ipv4Block) : dhcp;
}

/**
 * What the file says, or what the network has since it was created. null: it is to be chosen, for
 * the first time, or because somebody else has it by now, so that the network could not start.
 */
function knownSubnet(network: OwnNetwork, onHost: SubnetsInUse): Ipv4Subnet | null {
  if (network.subnet !== 'auto') return network.subnet;
  const observed = onHost.ownedNetworks.get(network.uuid);
  const gateway = observed?.gateway ?? null;
  if (observed === undefined || gateway === null) return null;
  const cidr = subnetAround(gateway);
  if (!observed.active && isTaken(cidr, observed, onHost.state)) return null;
  return { cidr, gateway: gateway.split('/')[0] ?? '' };
}

/** libvirt starts no network whose subnet is exactly that of another interface or route. */
function isTaken(
  cidr: string,
  { uuid, bridge }: Pick<OwnedNetwork, 'uuid' | 'bridge'>,
  state: SubnetsInUse['state'],
): boolean {
  return (
    state.networks.some(
      ({ uuid: other, live }) =>
        other !== uuid && live?.gateway != null && subnetAround(live.gateway) === cidr,
    ) || state.routes.some((route) => route.cidr === cidr && route.device !== bridge)
  );
}

/** For each network (its UUID) the subnet, and others that are free as well. */
function chooseSubnets(
  fleet: ResolvedFleet,
  networks: readonly OwnNetwork[],
  taken: readonly Ipv4Subnet[],
  state: SubnetsInUse['state'],
): Map<string, Ipv4Subnet[]> {
  const blocks = (cidrs: readonly string[]): Ipv4Block[] =>
    cidrs.flatMap((cidr) => blockOf(cidr) ?? []);
  const ofNetworks = blocks([
    ...taken.map(({ cidr }) => cidr),
    ...state.networks.flatMap(({ gateway, live }) =>
      [gateway, live?.gateway ?? null].filter((each) => each !== null),
    ),
  ]);
  const ofRoutes = blocks(state.routes.map(({ cidr }) => cidr));
  const narrow = ofRoutes.filter(({ first, last }) => last - first + 1 < BROAD);
  const strict = [...ofNetworks, ...narrow];
  const broad = ofRoutes.filter((block) => !isAll(block) && !narrow.includes(block));
  const outside = freeSubnets([...strict, ...broad]);
  const inside = freeSubnets(strict).filter((cidr) => !outside.includes(cidr));
  const free = [new Set(outside), new Set(inside)];
  const chosen = networks.map((network) => {
    const [cidr] = inTurn(fleet.name, network, free, 1);
    if (cidr === undefined) throw noneFree(network);
    for (const each of free) each.delete(cidr);
    return { network, cidr };
  });
  return new Map(
    chosen.map(({ network, cidr }) => {
      const others = inTurn(fleet.name, network, free, OTHERS);
      return [network.uuid, [cidr, ...others].map(subnetOf)];
    }),
  );
}

function isAll({ first, last }: Ipv4Block): boolean {
  return last - first >= 2 ** 32 - 1;
}

function freeSubnets(blocks: readonly Ipv4Block[]): string[] {
  return POOLS.flat().filter(
    (cidr) => !blocks.some((block) => overlaps(block, blockOf(cidr) as Ipv4Block)),
  );
}

/** The first free ones of a network: outside of broad routes before those inside. */
function inTurn(
  fleet: string,
  { name }: OwnNetwork,
  free: readonly ReadonlySet<string>[],
  most: number,
): string[] {
  const start = createHash('sha256').update(`${fleet}/${name}`).digest().readUInt32BE(0);
  const found: string[] = [];
  for (const each of free) {
    for (const pool of POOLS) {
      for (let step = 0; step < pool.length && found.length < most; step++) {
        const cidr = pool[(start + step) % pool.length] as string;
        if (each.has(cidr)) found.push(cidr);
      }
    }
  }
  return found;
}

function subnetOf(cidr: string): Ipv4Subnet {
  return { cidr, gateway: formatAddress((blockOf(cidr) as Ipv4Block).first + 1) };
}

function noneFree({ address }: OwnNetwork): VenError {
  return new VenError('host-not-ready', {
    summary: `No free subnet is left for ${address}`,
    detail:
      'All of 192.168.100.0/24 to 192.168.220.0/24 and 10.213.0.0/16 are in use on this host.',
    hint: 'Give the network a subnet of its own in the fleet file (subnet: 172.20.0.0/24).',
    where: address,
  });
}
