/** Where a network is: how it is forwarded, its bridge, its address. */
import { subnetAround, type NetworkFacts, type PlannedNetwork } from '../../../model/index.js';
import { attribute, child, type XmlElement } from '../../../xml/index.js';
import { insertAfter, removeNamed, replace, setNamed } from '../../edit.js';
import { ensured, ipOf, valueField, type NetworkPatch } from './field.js';

export const mode = valueField<Pick<NetworkFacts, 'mode'>>({
  path: 'mode',
  read: (network) => ({ mode: modeOf(child(network, 'forward')) }),
  patch: patchMode,
  wanted: (network) => network.mode,
  found: (facts) => facts.mode,
  effect: 'replace',
});

function modeOf(forward: XmlElement | undefined): NetworkFacts['mode'] {
  if (!forward) return 'isolated';
  const mode = attribute(forward, 'mode') ?? 'nat';
  return mode === 'nat' || mode === 'route' ? mode : 'other';
}

/** What is said of the way out (a device, ports of the NAT) stays where the new mode takes it. */
function patchMode({ network, fresh }: NetworkPatch): void {
  const [now, wanted] = [child(network, 'forward'), child(fresh, 'forward')];
  if (!wanted) {
    removeNamed(network, 'forward');
  } else if (!now) {
    insertAfter(network, ['name', 'uuid', 'metadata'], [wanted]);
  } else if (modeOf(now) === 'other') {
    replace(network, now, wanted);
  } else {
    now.attrs['mode'] = wanted.attrs['mode'] ?? 'nat';
    if (modeOf(now) !== 'nat') removeNamed(now, 'nat');
  }
}

const AFTER_BRIDGE = ['name', 'uuid', 'metadata', 'forward'];

function bridgeField<Key extends 'bridge' | 'stp' | 'delay'>(
  key: Key,
  attr: string,
  path: string,
  wanted: (network: PlannedNetwork) => string,
) {
  return valueField<Record<Key, string | null>>({
    path,
    read: (network) =>
      ({ [key]: attribute(child(network, 'bridge'), attr) }) as Record<Key, string | null>,
    patch({ network, fresh }) {
      const bridge = ensured(network, 'bridge', AFTER_BRIDGE);
      bridge.attrs[attr] = attribute(child(fresh, 'bridge'), attr) ?? '';
    },
    wanted,
    found: (facts) => facts[key],
    effect: key === 'bridge' ? 'replace' : 'restart',
  });
}

export const bridge = bridgeField('bridge', 'name', 'bridge', (network) => network.bridge);
/** As the template has them. */
export const stp = bridgeField('stp', 'stp', 'bridge.stp', () => 'on');
export const delay = bridgeField('delay', 'delay', 'bridge.delay', () => '0');

export const bridgeMac = valueField<Pick<NetworkFacts, 'bridgeMac'>>({
  path: 'bridge.mac',
  read: (network) => ({
    bridgeMac: attribute(child(network, 'mac'), 'address')?.toLowerCase() ?? null,
  }),
  patch: ({ network, fresh }) => {
    const mac = child(fresh, 'mac');
    setNamed(network, 'mac', mac ? [mac] : [], [...AFTER_BRIDGE, 'bridge']);
  },
  wanted: ({ uuid }) => macOfBridge(uuid),
  found: (facts) => facts.bridgeMac,
  effect: 'restart',
});

/** libvirt would pick one at random, and another each time the network is recreated. */
export function macOfBridge(uuid: string): string {
  const [a, b, c] = uuid.match(/[0-9a-f]{2}/g) ?? [];
  return ['52', '54', '00', a, b, c].join(':');
}

export const subnet = valueField<Pick<NetworkFacts, 'gateway'>>({
  path: 'subnet',
  read: (network) => ({ gateway: gatewayOf(ipOf(network)) }),
  patch({ network, fresh }) {
    const after = [...AFTER_BRIDGE, 'bridge', 'mac', 'dns'];
    const ip = ensured(network, 'ip', after, ipOf);
    delete ip.attrs['netmask'];
    Object.assign(ip.attrs, ipOf(fresh)?.attrs);
  },
  wanted: (network) =>
    shownGateway(`${network.subnet.gateway}/${network.subnet.cidr.split('/')[1]}`),
  found: ({ gateway }) => shownGateway(gateway),
  effect: 'replace',
});

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

/** The subnet alone where the gateway is its first host, as it mostly is. */
export function shownGateway(gateway: string | null): string | null {
  if (gateway === null) return null;
  const cidr = subnetAround(gateway);
  const usual = cidr.replace(/\.(\d+)\/.*$/, (_, last: string) => `.${Number(last) + 1}`);
  return gateway.split('/')[0] === usual ? cidr : `${cidr} (gateway ${gateway.split('/')[0]})`;
}
