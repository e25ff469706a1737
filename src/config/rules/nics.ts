/** Network cards: the networks they are on, and that no MAC and no address is used twice. */
import {
  formatAddress,
  defaultDhcpRange,
  ownEntry,
  type FindingRule,
  type Fleet,
  type FleetNetwork,
  type FleetNic,
} from '../../model/index.js';
import type { ExpandedVm } from '../resolve/expand.js';
import {
  AUTO_RANGE_SIZE,
  formatCidr,
  gatewayOf,
  parseAddress,
  subnetOf,
  type Cidr,
} from '../resolve/ipv4.js';
import { quote, type Path } from '../source/source.js';
import { didYouMean } from '../schema/suggest.js';
import { checkLink } from './links.js';
import type { Report } from './report.js';

interface Card {
  vm: ExpandedVm;
  nic: FleetNic;
  path: Path;
}

export function checkNics(fleet: Fleet, vms: readonly ExpandedVm[], report: Report): void {
  const networks = fleet.networks ?? {};
  const hosts = Math.max(1, Object.keys(fleet.hosts ?? {}).length);
  const cards = vms.flatMap((vm): Card[] =>
    Array.isArray(vm.spec.nics)
      ? vm.spec.nics.map((nic, index) => ({ vm, nic, path: [...vm.pathOf('nics'), index] }))
      : [],
  );
  const macs = new Once('mac', 'duplicate-mac', 'MAC address', report);
  const addresses = new Once('address', 'duplicate-address', 'address', report);
  const onNetwork = new Map<string, Card[]>();
  for (const card of cards) {
    const { nic, path } = card;
    if (nic.link !== undefined) checkLink(nic.link, [...path, 'link'], report);
    if (nic.mac !== undefined) {
      checkMac(nic.mac, [...path, 'mac'], report);
      macs.use(nic.mac.toLowerCase(), nic.mac.toLowerCase(), card);
    }
    const network = nic.network === undefined ? undefined : ownEntry(networks, nic.network);
    if (network === null) {
      const known = Object.keys(networks);
      const name = nic.network ?? '';
      const hint =
        known.length === 0 || name === 'default' ? unknownHint(name) : didYouMean(name, known);
      report({
        rule: 'unknown-network',
        path: [...path, 'network'],
        message: `There is no network ${quote(nic.network)} in \`networks\``,
        hint,
      });
    } else if (network && nic.network !== undefined) {
      const others = onNetwork.get(nic.network);
      if (others) others.push(card);
      else onNetwork.set(nic.network, [card]);
    }
    if (nic.address === undefined || network === null) continue;
    if (
      checkAddress(nic.address, nic.network ?? null, network ?? null, [...path, 'address'], report)
    )
      addresses.use(`${nic.network} ${nic.address}`, nic.address, card);
  }
  for (const [name, users] of onNetwork) {
    const network = networks[name];
    if (network && network.existing === undefined) checkLeases(name, network, users, hosts, report);
  }
}

function unknownHint(name: string): string {
  return name === 'default'
    ? "For libvirt's own write `nics: default`, or add `default: { existing: default }` to " +
        '`networks`.'
    : `Add it: \`networks: { ${name}: {} }\`.`;
}

function checkMac(mac: string, path: Path, report: Report): void {
  const first = Number.parseInt(mac.slice(0, 2), 16);
  const refuse = (message: string): void =>
    report({
      rule: 'mac',
      path,
      message: `${mac} ${message}`,
      hint: 'Begin it with 52:54:00, or delete it: ven derives one.',
    });
  if ((first & 1) === 1) refuse('is a multicast address, which no card can have');
  else if (/^00(:00){5}$/.test(mac)) refuse('is no address at all');
  else if (first === 0xfe) refuse("begins with fe, which is kept for the host's side of a card");
}

/** true: DHCP can give it out. */
function checkAddress(
  address: string,
  name: string | null,
  network: FleetNetwork | null,
  path: Path,
  report: Report,
): boolean {
  const because = name === null ? [] : [['networks', name]];
  const refuse = (message: string, hint: string): boolean => {
    report({ rule: 'address', path, message, hint, because });
    return false;
  };
  const value = parseAddress(address);
  if (value === null)
    return refuse(
      `${quote(address)} is not an IPv4 address`,
      'Write four numbers from 0 to 255 without leading zeros: `192.168.150.10`.',
    );
  if (name === null || network === null || network.existing !== undefined) {
    const what = name === null ? 'a bridge of the host' : `the existing network "${name}"`;
    return refuse(
      `ven can't give out an address on ${what}`,
      "Delete `address`, or put the card on one of the fleet's own networks.",
    );
  }
  if (network.dhcp === false)
    return refuse(
      `The network "${name}" has no DHCP that could give out ${address}`,
      'Delete `dhcp: false`, or set the address inside the guest.',
    );
  const cidr = subnetOf(network);
  if (!cidr) {
    if (network.subnet !== undefined && network.subnet !== 'auto') return false;
    return refuse(
      `The subnet of "${name}" is chosen later, so ${address} may not lie in it`,
      `Write the subnet: \`${name}: { subnet: 192.168.150.0/24 }\`.`,
    );
  }
  const range = `${formatAddress(gatewayOf(cidr) + 1)} to ${formatAddress(cidr.last - 1)}`;
  if (value < cidr.first || value > cidr.last)
    return refuse(
      `${address} is not in ${formatCidr(cidr)}, the subnet of "${name}"`,
      `Use ${range}.`,
    );
  const taken = {
    [gatewayOf(cidr)]: "the gateway's address",
    [cidr.first]: "the network's own address",
    [cidr.last]: 'the broadcast address',
  }[value];
  if (taken !== undefined)
    return refuse(`${address} is ${taken} in ${formatCidr(cidr)}`, `Use ${range}.`);
  return true;
}

function checkLeases(
  name: string,
  network: FleetNetwork,
  users: readonly Card[],
  hosts: number,
  report: Report,
): void {
  if (network.dhcp === false) return;
  const cidr = subnetOf(network);
  const fixed = new Set(
    users.flatMap(({ nic }) =>
      nic.address === undefined ? [] : (parseAddress(nic.address) ?? []),
    ),
  );
  // Each host has a DHCP of its own; how the VMs are spread is not known here.
  const needed = Math.ceil(users.filter(({ nic }) => nic.address === undefined).length / hosts);
  const room = cidr ? freeLeases(network, cidr, fixed) : AUTO_RANGE_SIZE;
  if (room === null || needed <= room) return;
  const path = ['networks', name];
  if (network.dhcp) path.push('dhcp');
  else if (network.subnet !== undefined) path.push('subnet');
  const larger = cidr && 2 ** (32 - cidr.prefix) - 3 < needed ? ', in a larger subnet' : '';
  const hint = cidr
    ? `Make the range larger: \`dhcp: { start: …, end: … }\`${larger}.`
    : 'Write a larger subnet and its range: ' +
      '`subnet: 10.20.0.0/16`, `dhcp: { start: 10.20.0.3, end: 10.20.15.254 }`.';
  report({
    rule: 'dhcp-too-small',
    path,
    onKey: true,
    message: `DHCP on "${name}" has ${room} addresses, and ${needed} network cards need one`,
    hint,
    because: users.map(({ path: at }) => at),
  });
}

/** null: the range can't be read. */
function freeLeases(network: FleetNetwork, cidr: Cidr, fixed: ReadonlySet<number>): number | null {
  const range =
    network.dhcp === false || network.dhcp === undefined ? defaultDhcpRange(cidr) : network.dhcp;
  if (range === null) return null;
  const start = parseAddress(range.start);
  const end = parseAddress(range.end);
  if (start === null || end === null || end < start) return null;
  return (
    end - start + 1 - [...fixed].filter((address) => address >= start && address <= end).length
  );
}

/** Reports values that two cards would have. */
class Once {
  readonly #seen = new Map<string, Card>();
  readonly #key: 'mac' | 'address';
  readonly #rule: FindingRule;
  readonly #what: string;
  readonly #report: Report;

  constructor(key: 'mac' | 'address', rule: FindingRule, what: string, report: Report) {
    this.#key = key;
    this.#rule = rule;
    this.#what = what;
    this.#report = report;
  }

  use(identity: string, shown: string, card: Card): void {
    const first = this.#seen.get(identity);
    if (!first) {
      this.#seen.set(identity, card);
      return;
    }
    const path = [...card.path, this.#key];
    if (first.path.join('.') === card.path.join('.')) {
      const message = `The ${this.#what} ${shown} would be given to more than one VM`;
      this.#report({
        rule: this.#rule,
        path,
        message,
        hint: `Delete it, or write one entry for each VM instead of \`count\` or \`defaults\`.`,
      });
    } else {
      const message = `The ${this.#what} ${shown} is used twice, first by "${first.vm.name}"`;
      this.#report({
        rule: this.#rule,
        path,
        message,
        hint: `Choose another, or delete it.`,
        because: [[...first.path, this.#key]],
      });
    }
  }
}
