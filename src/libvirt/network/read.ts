/** What a network's XML says. Pure. */
import { isBootOption, offeredBootUrl, type ObservedNetwork } from '../../model/index.js';
import {
  attribute,
  child,
  childrenNamed,
  childrenNs,
  textAt,
  textOf,
  type XmlElement,
} from '../../xml/index.js';
import { bootMark, networkMark, temporaryMark } from '../marks.js';

const DNSMASQ = 'http://libvirt.org/schemas/network/dnsmasq/1.0';

export type NetworkFacts = Omit<ObservedNetwork, 'active' | 'autostart' | 'persistent' | 'unsaved'>;

export function networkFacts(network: XmlElement): NetworkFacts {
  const ip = childrenNamed(network, 'ip').find(
    (element) => (attribute(element, 'family') ?? 'ipv4') === 'ipv4',
  );
  const dhcp = child(ip, 'dhcp');
  const range = child(dhcp, 'range');
  const start = attribute(range, 'start');
  const end = attribute(range, 'end');
  const options = childrenNs([network], DNSMASQ, 'options').flatMap((element) =>
    childrenNs([network, element], DNSMASQ, 'option').flatMap(
      (option) => attribute(option, 'value') ?? [],
    ),
  );
  const boot = bootMark(network);
  const mark = networkMark(network);
  const temporary = temporaryMark(network);
  return {
    uuid: (textAt(network, 'uuid') ?? '').trim().toLowerCase(),
    name: textAt(network, 'name') ?? '',
    mark,
    bridge: attribute(child(network, 'bridge'), 'name'),
    mode: modeOf(child(network, 'forward')),
    gateway: gatewayOf(ip),
    dhcp: start !== null && end !== null ? { start, end } : null,
    dnsHosts: childrenNamed(child(network, 'dns'), 'host').map((host) => ({
      ip: attribute(host, 'ip') ?? '',
      names: childrenNamed(host, 'hostname').map(textOf),
    })),
    dhcpHosts: childrenNamed(dhcp, 'host').map((host) => ({
      mac: (attribute(host, 'mac') ?? '').toLowerCase(),
      ip: attribute(host, 'ip') ?? '',
      name: attribute(host, 'name'),
    })),
    bootUrl: offeredBootUrl(options),
    boot: boot && { url: boot.url, fleets: boot.fleets },
    otherBoot:
      mark === null
        ? options.filter(
            (option) => isBootOption(option) && boot?.options.includes(option) !== true,
          )
        : [],
    temporaryFor: temporary && { network: temporary.network, user: temporary.user },
  };
}

function modeOf(forward: XmlElement | undefined): ObservedNetwork['mode'] {
  if (!forward) return 'isolated';
  const mode = attribute(forward, 'mode') ?? 'nat';
  return mode === 'nat' || mode === 'route' ? mode : 'other';
}

/** Address and prefix; libvirt takes a netmask as well. */
function gatewayOf(ip: XmlElement | undefined): string | null {
  const address = attribute(ip, 'address');
  if (address === null) return null;
  const prefix = attribute(ip, 'prefix') ?? prefixOf(attribute(ip, 'netmask'));
  return prefix === null ? null : `${address}/${prefix}`;
}

function prefixOf(netmask: string | null): string | null {
  if (netmask === null) return null;
  const bits = netmask
    .split('.')
    .map((octet) => Number(octet).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) && bits.length === 32 ? String(bits.lastIndexOf('1') + 1) : null;
}
