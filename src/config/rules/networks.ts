/** The fleet's own networks: subnets, DHCP ranges, DNS entries. */
import ipaddr from 'ipaddr.js';
import { formatAddress, overlaps, type Fleet, type FleetNetwork } from '../../model/index.js';
import { formatCidr, gatewayOf, parseAddress, parseCidr, type Cidr } from '../resolve/ipv4.js';
import { quote } from '../source/source.js';
import type { Report } from './report.js';

/** Ranges that a lab network must not be in. */
const UNUSABLE: Record<string, string> = {
  unspecified: 'addresses of "this" network',
  loopback: 'loopback addresses',
  linkLocal: 'link-local addresses',
  multicast: 'multicast addresses',
  broadcast: 'the broadcast address',
  reserved: 'reserved addresses',
};

export function checkNetworks(fleet: Fleet, report: Report): void {
  const subnets: { name: string; cidr: Cidr }[] = [];
  for (const [name, network] of Object.entries(fleet.networks ?? {})) {
    if (network.existing !== undefined) continue;
    const cidr = checkSubnet(name, network, report);
    checkDhcp(name, network, cidr, report);
    checkDns(name, network, report);
    if (!cidr) continue;
    const other = subnets.find((one) => overlaps(one.cidr, cidr));
    if (other) {
      report({
        rule: 'subnet-overlap',
        path: ['networks', name, 'subnet'],
        message:
          `${formatCidr(cidr)} overlaps with ${formatCidr(other.cidr)} ` +
          `of the network "${other.name}"`,
        hint: 'Choose another subnet for one of them, or write `auto`.',
        because: [['networks', other.name, 'subnet']],
      });
    }
    subnets.push({ name, cidr });
  }
}

function checkSubnet(name: string, network: FleetNetwork, report: Report): Cidr | null {
  if (network.subnet === undefined || network.subnet === 'auto') return null;
  const path = ['networks', name, 'subnet'];
  const cidr = parseCidr(network.subnet);
  const refuse = (message: string, hint: string): null => {
    report({ rule: 'subnet', path, message: `${quote(network.subnet)} ${message}`, hint });
    return null;
  };
  if (!cidr)
    return refuse(
      'is not an IPv4 subnet',
      'Write four numbers from 0 to 255 without leading zeros, and a prefix: `192.168.150.0/24`.',
    );
  if (cidr.prefix < 8 || cidr.prefix > 30)
    return refuse(`has a prefix of ${cidr.prefix}`, 'Use /8 to /30; /24 is usual.');
  if (cidr.first !== cidr.written)
    return refuse('is not the beginning of its subnet', `Write \`${formatCidr(cidr)}\`.`);
  const kinds = [cidr.first, cidr.last].map((address) =>
    ipaddr.IPv4.parse(formatAddress(address)).range(),
  );
  const unusable = kinds.map((kind) => UNUSABLE[kind]).find((text) => text !== undefined);
  if (unusable !== undefined)
    return refuse(
      `holds ${unusable}`,
      'Use a private subnet, such as `192.168.150.0/24` or `10.20.0.0/16`.',
    );
  return cidr;
}

function checkDhcp(name: string, network: FleetNetwork, cidr: Cidr | null, report: Report): void {
  if (!network.dhcp) return;
  const path = ['networks', name, 'dhcp'];
  const because = [['networks', name, 'subnet']];
  if (network.subnet === undefined || network.subnet === 'auto') {
    const hint =
      'Write the subnet too (`subnet: 192.168.150.0/24`), or delete `dhcp` for the default range.';
    report({
      rule: 'dhcp-range',
      path,
      onKey: true,
      message: `A DHCP range needs a subnet, and the one of "${name}" is chosen later`,
      hint,
      because,
    });
  }
  const ends = (['start', 'end'] as const).map((key) => {
    const text = network.dhcp ? network.dhcp[key] : '';
    const address = parseAddress(text);
    const at = [...path, key];
    if (address === null) {
      report({
        rule: 'address',
        path: at,
        message: `${quote(text)} is not an IPv4 address`,
        hint: 'Write four numbers from 0 to 255 without leading zeros: `192.168.150.3`.',
      });
    } else if (cidr && (address <= gatewayOf(cidr) || address >= cidr.last)) {
      const [first, last] = [formatAddress(gatewayOf(cidr) + 1), formatAddress(cidr.last - 1)];
      const hint = `Use ${first} to ${last} (the gateway is ${formatAddress(gatewayOf(cidr))}).`;
      report({
        rule: 'dhcp-range',
        path: at,
        message: `${text} can't be given out in ${formatCidr(cidr)}`,
        hint,
        because,
      });
    }
    return address;
  });
  const [start, end] = ends;
  if (typeof start === 'number' && typeof end === 'number' && start > end) {
    report({
      rule: 'dhcp-range',
      path: [...path, 'end'],
      message: 'The DHCP range ends before it starts',
      hint: 'Swap `start` and `end`.',
      because: [[...path, 'start']],
    });
  }
}

function checkDns(name: string, network: FleetNetwork, report: Report): void {
  for (const ip of Object.keys(network.dns?.hosts ?? {})) {
    if (parseAddress(ip) !== null) continue;
    const hint =
      'The address comes first, then the list of its names: ' +
      '`192.168.150.1: [registry.lab.internal]`.';
    report({
      rule: 'address',
      path: ['networks', name, 'dns', 'hosts', ip],
      onKey: true,
      message: `${quote(ip)} is not an IPv4 address`,
      hint,
    });
  }
}
