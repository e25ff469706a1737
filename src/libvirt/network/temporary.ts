/**
 * Transient networks that hold NICs of running VMs for a moment. Their UUIDs follow from what they
 * are for, so that they are found again. A restart of the host takes them away, and with them every
 * NIC that would need them. Pure.
 */
import { createHash } from 'node:crypto';
import {
  attribute,
  child,
  childrenNamed,
  parseXml,
  serializeXml,
  textAt,
  type XmlElement,
} from '../../xml/index.js';
import { element } from '../edit.js';
import { temporaryMarkElement, type MovedNic, type TemporaryMark } from '../marks.js';

export interface TemporaryNetwork {
  uuid: string;
  name: string;
  bridge: string;
}

/**
 * The network that holds VMs while their own, `network`, restarts. Its mark names that network, and
 * what each NIC was: when a run is interrupted, the next one reads from libvirt what is left to do.
 * libvirt has each UUID once, so creating this network is the lock between two fleets.
 */
export function temporaryNetworkOf(network: string): TemporaryNetwork {
  return derived(`stand-in/${network}`, 'ven-stand-in-', 'vns');
}

export function temporaryNetworkXml(mark: TemporaryMark): string {
  return definition(temporaryNetworkOf(mark.network), mark);
}

/** The network through which NICs of the domain `uuid` are attached again. */
export function reattachNetworkOf(uuid: string): TemporaryNetwork & { xml: string } {
  const network = derived(`reattach/${uuid}`, 'ven-reattach-', 'vnr');
  return { ...network, xml: definition(network) };
}

/** Never to be changed: what an older ven left would not be found again. */
function derived(text: string, name: string, bridge: string): TemporaryNetwork {
  const hash = createHash('sha256').update(text).digest('hex');
  const uuid = hash.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
  return { uuid, name: `${name}${hash.slice(0, 12)}`, bridge: `${bridge}${hash.slice(0, 10)}` };
}

function definition({ uuid, name, bridge }: TemporaryNetwork, mark?: TemporaryMark): string {
  return serializeXml(
    element('network', {}, [
      element('name', {}, [name]),
      element('uuid', {}, [uuid]),
      ...(mark ? [element('metadata', {}, [temporaryMarkElement(mark)])] : []),
      element('bridge', { name: bridge, stp: 'off', delay: '0' }),
    ]),
  );
}

/** What a NIC is attached to: `network default`, `bridge virbr0`; null for other kinds. */
export function attachedTo(nic: XmlElement): string | null {
  const type = attribute(nic, 'type');
  if (type !== 'network' && type !== 'bridge') return null;
  const name = attribute(child(nic, 'source'), type);
  return name === null ? null : `${type} ${name}`;
}

export function macOf(nic: XmlElement): string {
  return (attribute(child(nic, 'mac'), 'address') ?? '').toLowerCase();
}

/** The NICs of a running domain. `uuid`: of the domain that was asked for. */
export function runningNics(domain: XmlElement, uuid: string): MovedNic[] {
  if (!('id' in domain.attrs) || textAt(domain, 'uuid')?.trim() !== uuid) return [];
  return childrenNamed(child(domain, 'devices'), 'interface').map((nic) => ({
    domain: uuid,
    mac: macOf(nic),
    xml: withoutPort(nic),
  }));
}

/** Without libvirt's own name for the place on the network, which is another one each time. */
function withoutPort(nic: XmlElement): string {
  return serializeXml({
    ...nic,
    children: nic.children.map((node) => {
      if (typeof node === 'string' || node.name !== 'source' || attribute(node, 'portid') === null)
        return node;
      const { network = '', ...rest } = node.attrs;
      const attrs = Object.fromEntries(
        Object.entries(rest).filter(([name]) => !['portid', 'bridge'].includes(name)),
      );
      return { ...node, attrs: { network, ...attrs } };
    }),
  });
}

/**
 * The NIC on the temporary network instead. It keeps its kind: libvirt moves a NIC between two
 * networks or between two bridges.
 */
export function movedAside(xml: string, { name, bridge }: TemporaryNetwork): string {
  const nic = parseXml(xml);
  return withSource(nic, attribute(nic, 'type') === 'bridge' ? { bridge } : { network: name });
}

/** The NIC on the network through which it is attached again, whatever its kind. */
export function onReattachNetwork(xml: string, { name }: TemporaryNetwork): string {
  const nic = parseXml(xml);
  return withSource({ ...nic, attrs: { ...nic.attrs, type: 'network' } }, { network: name });
}

function withSource(nic: XmlElement, source: Record<string, string>): string {
  return serializeXml({
    ...nic,
    children: nic.children.map((node) =>
      typeof node !== 'string' && node.name === 'source' ? element('source', source) : node,
    ),
  });
}
