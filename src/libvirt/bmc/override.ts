/** A boot override in a definition, and in the firmware's variables. Pure. */
import { hasNextBoot, StoreError, withNextBoot, type PathNode } from '../../efi/index.js';
import { VenError, type BmcMark, type BootOverride, type BootTarget } from '../../model/index.js';
import {
  attribute,
  at,
  child,
  childrenNamed,
  elementsOf,
  parseXml,
  serializeXml,
  type XmlElement,
} from '../../xml/index.js';
import { MEDIA_TARGET } from '../domain/fields/media.js';
import { element, remove, setNamed } from '../edit.js';
import { domainFacts } from '../domain/fields/index.js';
import { needsVariables } from './machine.js';
import { setBmcMark } from './mark.js';

/** libvirt's words for the kinds of devices. */
const DEVICES: Partial<Record<BootTarget, string>> = {
  pxe: 'network',
  'uefi-http': 'network',
  hdd: 'hd',
  cd: 'cdrom',
};

/** The boot order of a definition, in libvirt's words. */
export function orderOf(definition: string): string[] {
  return childrenNamed(child(parseXml(definition), 'os'), 'boot').flatMap(
    (boot) => attribute(boot, 'dev') ?? [],
  );
}

/** That order with the target before all others. */
export function orderFor({ target }: BootOverride, order: readonly string[]): string[] {
  const first = DEVICES[target];
  return first === undefined ? [...order] : [first, ...order.filter((each) => each !== first)];
}

/** A definition with this mark and this boot order. */
export function redefined(definition: string, mark: BmcMark, order: readonly string[]): string {
  const domain = parseXml(definition);
  setBmcMark(domain, mark);
  const os = child(domain, 'os');
  if (os) {
    const fresh = order.map((dev) => element('boot', { dev }));
    setNamed(os, 'boot', fresh, ['type', 'loader', 'nvram']);
    // libvirt takes one or the other way of saying the order, not both.
    for (const device of elementsOf(child(domain, 'devices')))
      for (const boot of childrenNamed(device, 'boot'))
        if (attribute(boot, 'order') !== null) remove(device, boot);
  }
  return serializeXml(domain);
}

/** See `Render`. */
export function overrideWaits(definition: string): string | null {
  const domain = parseXml(definition);
  const facts = domainFacts(domain);
  const { override } = facts.bmc ?? {};
  if (override?.isArmed !== true || !needsVariables(facts, override)) return null;
  setBmcMark(domain, { ...facts.bmc, override: { ...override, isArmed: false } });
  return serializeXml(domain);
}

/**
 * Firmware variables with an override for the next start; null: without one. Devices are found by
 * their places on the buses of `definition`.
 * @throws VenError `not-possible`
 */
export function variablesWith(
  variables: Uint8Array,
  definition: string,
  override: BootOverride | null,
): Uint8Array {
  try {
    if (override === null) return withNextBoot(variables, null);
    return withNextBoot(variables, {
      from: override.target === 'bios-setup' ? 'menu' : pathTo(parseXml(definition), override),
      preferInstalled: override.target === 'hdd',
      always: override.enabled === 'continuous',
    });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new VenError('not-possible', {
      summary: `The file of the firmware's variables ${error.message}`,
      hint: 'Delete the file while the VM is off: the next ven apply makes it anew',
      cause: error,
    });
  }
}

/** Whether the firmware has not consumed it yet. A file that can't be read has none. */
export function awaitsStart(variables: Uint8Array): boolean {
  try {
    return hasNextBoot(variables);
  } catch (error) {
    if (error instanceof StoreError) return false;
    throw error;
  }
}

function pathTo(domain: XmlElement, { target, uri }: BootOverride): PathNode[] {
  const devices = child(domain, 'devices');
  if (target === 'pxe' || target === 'uefi-http') {
    const nic = child(devices, 'interface') ?? missing(target);
    const mac = attribute(child(nic, 'mac'), 'address') ?? '';
    const path: PathNode[] = [...pciPath(domain, nic), { kind: 'mac', mac }, { kind: 'ipv4' }];
    return target === 'pxe' ? path : [...path, { kind: 'uri', uri: uri ?? '' }];
  }
  const disks = childrenNamed(devices, 'disk');
  const disk =
    target === 'cd'
      ? disks.find((each) => attribute(child(each, 'target'), 'dev') === MEDIA_TARGET)
      : disks.find((each) => (attribute(each, 'device') ?? 'disk') === 'disk');
  return diskPath(domain, disk ?? missing(target));
}

function diskPath(domain: XmlElement, disk: XmlElement): PathNode[] {
  const bus = attribute(child(disk, 'target'), 'bus') ?? '';
  if (bus === 'virtio') return pciPath(domain, disk);
  const address = child(disk, 'address');
  const number = (name: string): number => Number(attribute(address, name) ?? 0);
  const controller =
    controllersOf(domain, bus).find((each) => index(each) === number('controller')) ??
    missing(`${bus} controller`);
  const path = pciPath(domain, controller);
  if (bus === 'sata') return [...path, { kind: 'sata', port: number('unit') }];
  return [...path, { kind: 'scsi', target: number('target'), lun: number('unit') }];
}

/** From the root bridge on: behind a port on another bus comes the port's own place first. */
function pciPath(domain: XmlElement, device: XmlElement): PathNode[] {
  const address = childrenNamed(device, 'address').find(
    (each) => attribute(each, 'type') === 'pci',
  );
  if (!address) missing(`place of <${device.name}> on a PCI bus`);
  const number = (name: string): number => Number(attribute(address, name) ?? 0);
  const place: PathNode = {
    kind: 'pci',
    device: number('slot'),
    function: number('function'),
  };
  const bus = number('bus');
  if (bus === 0) return [{ kind: 'pci-root' }, place];
  const port = controllersOf(domain, 'pci').find((each) => index(each) === bus);
  return [...pciPath(domain, port ?? missing(`PCI bus ${bus}`)), place];
}

function controllersOf(domain: XmlElement, type: string): XmlElement[] {
  return childrenNamed(at(domain, 'devices'), 'controller').filter(
    (each) => attribute(each, 'type') === type,
  );
}

function index(controller: XmlElement): number {
  return Number(attribute(controller, 'index') ?? 0);
}

function missing(what: string): never {
  throw new VenError('not-possible', { summary: `The machine has no ${what}` });
}

/**
 * The drive for virtual media with what is in it, as `virsh update-device` takes it. A file that
 * is gone is no reason for the VM not to start.
 */
export function driveXml(path: string | null): string {
  return serializeXml(
    element('disk', { type: 'file', device: 'cdrom' }, [
      element('driver', { name: 'qemu', type: 'raw' }),
      ...(path === null ? [] : [element('source', { file: path, startupPolicy: 'optional' })]),
      element('target', { dev: MEDIA_TARGET, bus: 'sata' }),
      element('readonly'),
    ]),
  );
}
