/**
 * A network is started anew beneath running VMs: meanwhile they hang on a stand-in, a transient network whose metadata says what it
 * stands for and what each NIC was. So whatever ends a run in the middle, what is left to do can be read from libvirt; and
 * since libvirt has each UUID once, making the stand-in is the lock between two fleets. A restart of the host takes it away, and
 * with it every NIC that would need it. Pure.
 */
import { createHash } from 'node:crypto';
import type { BootMark } from '../../model/index.js';
import {
  attribute,
  child,
  childrenNs,
  parseXml,
  serializeXml,
  textOf,
  type XmlElement,
} from '../../xml/index.js';
import { markOf, VEN_NAMESPACE } from '../marks.js';

type User = BootMark['fleets'][number];

/** A NIC of a running domain, as its XML was before it was moved to the stand-in. */
export interface HeldNic {
  domain: string;
  mac: string;
  xml: string;
}

export interface StandIn {
  uuid: string;
  name: string;
  bridge: string;
}

/** Follows from the network that it is for, so that it is found again. */
export function standInOf(network: string): StandIn {
  const hash = createHash('sha256').update(`stand-in/${network}`).digest('hex');
  const uuid = hash.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
  return { uuid, name: `ven-stand-in-${hash.slice(0, 12)}`, bridge: `vns${hash.slice(0, 10)}` };
}

export function standInXml(network: string, user: User, nics: readonly HeldNic[]): string {
  const { uuid, name, bridge } = standInOf(network);
  return serializeXml(
    element('network', {}, [
      element('name', {}, [name]),
      element('uuid', {}, [uuid]),
      element('metadata', {}, [
        element(
          'ven:standIn',
          { 'xmlns:ven': VEN_NAMESPACE, network, fleet: user.fleet, name: user.network },
          nics.map(({ domain, mac, xml }) => element('ven:nic', { domain, mac }, [xml])),
        ),
      ]),
      element('bridge', { name: bridge, stp: 'off', delay: '0' }),
    ]),
  );
}

export function heldFor(network: XmlElement): { network: string; user: User } | null {
  const mark = markOf(network, 'standIn')?.mark;
  const uuid = attribute(mark, 'network');
  const fleet = attribute(mark, 'fleet');
  return uuid === null || fleet === null
    ? null
    : { network: uuid, user: { fleet, network: attribute(mark, 'name') ?? '' } };
}

export function heldNics(standIn: XmlElement): HeldNic[] {
  const found = markOf(standIn, 'standIn');
  if (!found) return [];
  return childrenNs([...found.ancestors, found.mark], VEN_NAMESPACE, 'nic').map((nic) => ({
    domain: attribute(nic, 'domain') ?? '',
    mac: attribute(nic, 'mac') ?? '',
    xml: textOf(nic),
  }));
}

/** What a NIC hangs on: `network default`, `bridge virbr0`; null for other kinds. */
export function hangsOn(nic: XmlElement): string | null {
  const type = attribute(nic, 'type');
  if (type !== 'network' && type !== 'bridge') return null;
  const name = attribute(child(nic, 'source'), type);
  return name === null ? null : `${type} ${name}`;
}

export function macOf(nic: XmlElement): string {
  return (attribute(child(nic, 'mac'), 'address') ?? '').toLowerCase();
}

/** The NIC on the stand-in instead. It keeps its kind: libvirt moves a NIC between two networks or between two bridges. */
export function movedAside(xml: string, { name, bridge }: StandIn): string {
  const nic = parseXml(xml);
  const source = attribute(nic, 'type') === 'bridge' ? { bridge } : { network: name };
  return serializeXml({
    ...nic,
    children: nic.children.map((node) =>
      typeof node !== 'string' && node.name === 'source' ? element('source', source) : node,
    ),
  });
}

function element(
  name: string,
  attrs: Record<string, string> = {},
  children: (XmlElement | string)[] = [],
): XmlElement {
  return { name, attrs, children };
}
