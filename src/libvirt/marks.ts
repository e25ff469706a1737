/**
 * ven's marks in libvirt's metadata: written and read here, and nowhere else. A mark is an element
 * of ven's namespace, whatever its prefix. What is written here must be read by all later versions
 * of ven. Pure.
 */
import type { BootMark, DomainMark, MarkedVolume, NetworkMark } from '../model/index.js';
import {
  attribute,
  child,
  childrenNs,
  serializeXml,
  textOf,
  type XmlElement,
} from '../xml/index.js';
import { element, laidOut } from './edit.js';

export const VEN_NAMESPACE = 'urn:ven:1';

/** How deep a mark stands in a definition: in `<metadata>`. */
const DEPTH = 2;

/** null when there is none, or when it lacks what a mark must say: then it is not ven's. */
export function domainMark(domain: XmlElement): DomainMark | null {
  const found = findMark(domain, 'vm');
  const fleet = attribute(found?.mark, 'fleet');
  const vm = attribute(found?.mark, 'name');
  const digest = attribute(found?.mark, 'digest');
  if (!found || fleet === null || vm === null || digest === null) return null;
  const { mark, inside } = found;
  const firmware = attribute(mark, 'firmware');
  const certificates = attribute(mark, 'certificates');
  const keys = attribute(mark, 'keys');
  const protect = attribute(mark, 'protect');
  const file = attribute(mark, 'file');
  const from = attribute(mark, 'moves-from');
  const to = attribute(mark, 'moves-to');
  return {
    fleet,
    vm,
    digest,
    ready: attribute(mark, 'ready') === 'yes',
    ...(attribute(mark, 'registered') === 'no' ? { unregistered: true as const } : {}),
    ...(firmware !== null && /^(bios|uefi|uefi-secure)(:\/.*)?$/.test(firmware)
      ? { firmware }
      : {}),
    ...(certificates === null ? {} : { certificates }),
    ...(keys === null ? {} : { keys }),
    ...(protect === 'yes' || protect === 'no' ? { protect: protect === 'yes' } : {}),
    ...(file === null ? {} : { file }),
    ...(from !== null && to !== null && { move: { from, to } }),
    volumes: inside('volume').flatMap((volume) => {
      const pool = attribute(volume, 'pool');
      const name = attribute(volume, 'name');
      return pool !== null && name !== null ? [{ pool, volume: name, ...askedOf(volume) }] : [];
    }),
    nics: inside('nic').flatMap((nic) => attribute(nic, 'mac')?.toLowerCase() ?? []),
  };
}

function askedOf(volume: XmlElement): Pick<MarkedVolume, 'asked'> {
  const bus = attribute(volume, 'bus');
  const size = attribute(volume, 'size') ?? '';
  const known = bus === 'sata' || bus === 'virtio' || bus === 'scsi';
  return known && /^[1-9]\d*$/.test(size) ? { asked: { bus, sizeBytes: Number(size) } } : {};
}

function plainDomainMark(mark: DomainMark): XmlElement {
  const { fleet, vm, digest, ready, unregistered, firmware, certificates, keys } = mark;
  const { protect, file, move } = mark;
  const attrs = {
    fleet,
    name: vm,
    digest,
    ready: ready ? 'yes' : 'no',
    ...(unregistered && { registered: 'no' }),
    ...(firmware !== undefined && { firmware }),
    ...(certificates !== undefined && { certificates }),
    ...(keys !== undefined && { keys }),
    ...(protect !== undefined && { protect: protect ? 'yes' : 'no' }),
    ...(file !== undefined && { file }),
    ...(move && { 'moves-from': move.from, 'moves-to': move.to }),
  };
  return element('vm', attrs, [
    ...mark.volumes.map(({ pool, volume, asked }) =>
      element('volume', {
        pool,
        name: volume,
        ...(asked && { bus: asked.bus, size: String(asked.sizeBytes) }),
      }),
    ),
    ...mark.nics.map((mac) => element('nic', { mac })),
  ]);
}

/** The mark as an element of a domain's `<metadata>`. */
export function domainMarkElement(mark: DomainMark): XmlElement {
  return laidOut(inNamespace(plainDomainMark(mark)), DEPTH);
}

/** The mark as `virsh metadata --set` takes it: that adds the namespace by itself. */
export function markForMetadata(mark: DomainMark): string {
  return serializeXml(plainDomainMark(mark));
}

export function networkMark(network: XmlElement): NetworkMark | null {
  const mark = findMark(network, 'network')?.mark;
  const fleet = attribute(mark, 'fleet');
  const name = attribute(mark, 'name');
  const digest = attribute(mark, 'digest');
  return fleet !== null && name !== null && digest !== null
    ? { fleet, network: name, digest }
    : null;
}

export function networkMarkElement({ fleet, network, digest }: NetworkMark): XmlElement {
  return inNamespace(element('network', { fleet, name: network, digest }));
}

/** All that ven writes down in a borrowed network. */
export interface NetworkBootMark extends BootMark {
  /** Those that ven added. */
  options: string[];
  /** The definition before ven added anything; empty: not known. */
  original: string;
}

export function bootMark(network: XmlElement): NetworkBootMark | null {
  const found = findMark(network, 'boot');
  const url = attribute(found?.mark, 'url');
  if (!found || url === null) return null;
  return {
    url,
    fleets: found.inside('fleet').flatMap((user) => {
      const fleet = attribute(user, 'name');
      return fleet === null ? [] : [{ fleet, network: attribute(user, 'network') ?? '' }];
    }),
    options: found.inside('option').flatMap((option) => attribute(option, 'value') ?? []),
    original: textOf(found.inside('original')[0]),
  };
}

export function bootMarkElement({ url, fleets, options, original }: NetworkBootMark): XmlElement {
  const parts = [
    ...fleets.map(({ fleet, network }) => element('fleet', { name: fleet, network })),
    ...options.map((value) => element('option', { value })),
    element('original', {}, [original]),
  ];
  return laidOut(inNamespace(element('boot', { url }, parts)), DEPTH);
}

/** A NIC of a running domain, as its XML was before it was moved to a temporary network. */
export interface MovedNic {
  domain: string;
  mac: string;
  xml: string;
}

/**
 * The network (its UUID) whose place a temporary network takes, for which fleet, and the NICs that
 * were moved to it.
 */
export interface TemporaryMark {
  network: string;
  user: BootMark['fleets'][number];
  nics: MovedNic[];
}

export function temporaryMark(network: XmlElement): TemporaryMark | null {
  const found = findMark(network, 'standIn');
  const uuid = attribute(found?.mark, 'network');
  const fleet = attribute(found?.mark, 'fleet');
  if (!found || uuid === null || fleet === null) return null;
  return {
    network: uuid,
    user: { fleet, network: attribute(found.mark, 'name') ?? '' },
    nics: found.inside('nic').map((nic) => ({
      domain: attribute(nic, 'domain') ?? '',
      mac: attribute(nic, 'mac') ?? '',
      xml: textOf(nic),
    })),
  };
}

export function temporaryMarkElement({ network, user, nics }: TemporaryMark): XmlElement {
  return inNamespace(
    element(
      'standIn',
      { network, fleet: user.fleet, name: user.network },
      nics.map(({ domain, mac, xml }) => element('nic', { domain, mac }, [xml])),
    ),
  );
}

/** The mark of that name, if it is the only one; `inside` gives its children of a name. */
export function findMark(
  root: XmlElement,
  local: 'vm' | 'network' | 'boot' | 'standIn',
): { mark: XmlElement; inside: (local: string) => XmlElement[] } | null {
  const metadata = child(root, 'metadata');
  if (!metadata) return null;
  const [mark, ...more] = childrenNs([root, metadata], VEN_NAMESPACE, local);
  // Two marks contradict each other: nothing is owned on the strength of that.
  if (!mark || more.length > 0) return null;
  return { mark, inside: (name) => childrenNs([root, metadata, mark], VEN_NAMESPACE, name) };
}

/** Put into ven's namespace, with all that is in it. */
function inNamespace(mark: XmlElement): XmlElement {
  const prefixed = ({ name, attrs, children }: XmlElement): XmlElement => ({
    name: `ven:${name}`,
    attrs,
    children: children.map((node) => (typeof node === 'string' ? node : prefixed(node))),
  });
  const { name, attrs, children } = prefixed(mark);
  return { name, attrs: { 'xmlns:ven': VEN_NAMESPACE, ...attrs }, children };
}
