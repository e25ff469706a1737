/** The order in which QEMU's firmware tries devices, while it runs. Pure. */
import { attribute, child, childrenNamed, parseXml } from '../../xml/index.js';

/** A device by libvirt's alias, which is QEMU's id of it. -1: it is not tried. */
export interface BootIndex {
  device: string;
  index: number;
}

/**
 * What libvirt gives to QEMU at a start with this boot order (libvirt's words: `hd`, `network`):
 * the first device of each kind has a place. Those without one come first, as QEMU takes no place
 * twice. `live`: the running definition.
 */
export function bootIndexes(live: string, order: readonly string[]): BootIndex[] {
  const devices = child(parseXml(live), 'devices');
  const disks = childrenNamed(devices, 'disk');
  const kindOf = new Map([
    ...disks.map((disk) => [disk, attribute(disk, 'device') ?? 'disk'] as const),
    ...childrenNamed(devices, 'interface').map((nic) => [nic, 'network'] as const),
  ]);
  const seen = new Set<string>();
  const indexes = [...kindOf].flatMap(([device, kind]): BootIndex[] => {
    const alias = attribute(child(device, 'alias'), 'name');
    if (alias === null) return [];
    const place = seen.has(kind) ? -1 : order.indexOf(kind === 'disk' ? 'hd' : kind);
    seen.add(kind);
    return [{ device: alias, index: place < 0 ? -1 : place + 1 }];
  });
  return [...indexes.map(({ device }) => ({ device, index: -1 })), ...indexes.filter(isTried)];
}

function isTried({ index }: BootIndex): boolean {
  return index > 0;
}
