/** ven's marks in libvirt's metadata. Found by namespace, whatever the prefix. Pure. */
import type { BootMark, DomainMark, MarkedVolume, NetworkMark } from '../model/index.js';
import { attribute, child, childrenNs, serializeXml, type XmlElement } from '../xml/index.js';

export const VEN_NAMESPACE = 'urn:ven:1';

/** null when there is none, or when it lacks what a mark must say: then it is not ven's. */
export function domainMark(domain: XmlElement): DomainMark | null {
  const found = markOf(domain, 'vm');
  if (!found) return null;
  const { ancestors, mark } = found;
  const fleet = attribute(mark, 'fleet');
  const vm = attribute(mark, 'name');
  const digest = attribute(mark, 'digest');
  if (fleet === null || vm === null || digest === null) return null;
  const firmware = attribute(mark, 'firmware');
  const certificates = attribute(mark, 'certificates');
  const keys = attribute(mark, 'keys');
  const inside = [...ancestors, mark];
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
    volumes: childrenNs(inside, VEN_NAMESPACE, 'volume').flatMap((element) => {
      const pool = attribute(element, 'pool');
      const volume = attribute(element, 'name');
      return pool !== null && volume !== null ? [{ pool, volume, ...askedOf(element) }] : [];
    }),
    nics: childrenNs(inside, VEN_NAMESPACE, 'nic')
      .flatMap((element) => attribute(element, 'mac')?.toLowerCase() ?? [])
      .sort(),
  };
}

function askedOf(volume: XmlElement): Pick<MarkedVolume, 'asked'> {
  const bus = attribute(volume, 'bus');
  const size = attribute(volume, 'size') ?? '';
  const known = bus === 'sata' || bus === 'virtio' || bus === 'scsi';
  return known && /^[1-9]\d*$/.test(size) ? { asked: { bus, sizeBytes: Number(size) } } : {};
}

export function networkMark(network: XmlElement): NetworkMark | null {
  const mark = markOf(network, 'network')?.mark;
  const fleet = attribute(mark, 'fleet');
  const name = attribute(mark, 'name');
  const digest = attribute(mark, 'digest');
  return fleet !== null && name !== null && digest !== null
    ? { fleet, network: name, digest }
    : null;
}

/** `options`: those that ven added. */
export function bootMark(network: XmlElement): (BootMark & { options: string[] }) | null {
  const found = markOf(network, 'boot');
  const url = attribute(found?.mark, 'url');
  if (!found || url === null) return null;
  const inside = [...found.ancestors, found.mark];
  return {
    url,
    fleets: childrenNs(inside, VEN_NAMESPACE, 'fleet').flatMap((element) => {
      const fleet = attribute(element, 'name');
      return fleet === null ? [] : [{ fleet, network: attribute(element, 'network') ?? '' }];
    }),
    options: childrenNs(inside, VEN_NAMESPACE, 'option').flatMap(
      (element) => attribute(element, 'value') ?? [],
    ),
  };
}

/** The mark as `virsh metadata --set` takes it: that adds the namespace by itself. */
export function markForMetadata(mark: DomainMark): string {
  return serializeXml({
    name: 'vm',
    attrs: {
      fleet: mark.fleet,
      name: mark.vm,
      digest: mark.digest,
      ready: mark.ready ? 'yes' : 'no',
      ...(mark.unregistered === undefined ? {} : { registered: 'no' }),
      ...(mark.firmware === undefined ? {} : { firmware: mark.firmware }),
      ...(mark.certificates === undefined ? {} : { certificates: mark.certificates }),
      ...(mark.keys === undefined ? {} : { keys: mark.keys }),
    },
    children: [
      ...mark.volumes.map(({ pool, volume, asked }) => ({
        name: 'volume',
        attrs: {
          pool,
          name: volume,
          ...(asked === undefined ? {} : { bus: asked.bus, size: String(asked.sizeBytes) }),
        },
        children: [],
      })),
      ...mark.nics.map((mac) => ({ name: 'nic', attrs: { mac }, children: [] })),
    ],
  });
}

/** The mark of that name, if it is the only one. */
export function markOf(
  root: XmlElement,
  local: string,
): { ancestors: XmlElement[]; mark: XmlElement } | null {
  const metadata = child(root, 'metadata');
  if (!metadata) return null;
  const ancestors = [root, metadata];
  const marks = childrenNs(ancestors, VEN_NAMESPACE, local);
  // Two marks contradict each other: nothing is owned on the strength of that.
  return marks.length === 1 && marks[0] ? { ancestors, mark: marks[0] } : null;
}
