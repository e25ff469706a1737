/** What a domain's XML says, as `DomainFacts`. Pure. */
import type { DomainFacts, FirmwareKind, ObservedDisk, ObservedNic } from '../../model/index.js';
import {
  at,
  attribute,
  child,
  childrenNamed,
  textAt,
  textOf,
  type XmlElement,
} from '../../xml/index.js';

/** KiB in each unit that libvirt writes or reads for memory. */
const KIB: Record<string, number> = {
  b: 1 / 1024,
  bytes: 1 / 1024,
  KB: 1000 / 1024,
  k: 1,
  KiB: 1,
  MB: 1e6 / 1024,
  M: 1024,
  MiB: 1024,
  GB: 1e9 / 1024,
  G: 1024 ** 2,
  GiB: 1024 ** 2,
  TB: 1e12 / 1024,
  T: 1024 ** 3,
  TiB: 1024 ** 3,
};

export function domainName(domain: XmlElement): string {
  return textAt(domain, 'name') ?? '';
}

export function domainUuid(domain: XmlElement): string {
  return (textAt(domain, 'uuid') ?? '').trim().toLowerCase();
}

/** Works for the persistent and for the live XML; what only a running domain has is null in the former. */
export function domainFacts(domain: XmlElement): DomainFacts {
  const os = child(domain, 'os');
  const devices = child(domain, 'devices');
  const type = attribute(domain, 'type');
  // Written as text, or since libvirt 8.5 as a source of its own.
  const nvram = attribute(at(os, 'nvram', 'source'), 'file') ?? textAt(os, 'nvram');
  return {
    title: textAt(domain, 'title') ?? '',
    description: textAt(domain, 'description') ?? '',
    accelerator: type === 'kvm' || type === 'qemu' ? type : 'other',
    cpus: number(attribute(child(domain, 'vcpu'), 'current') ?? textAt(domain, 'vcpu')) ?? 1,
    memoryKiB: kibibytes(child(domain, 'memory')),
    firmware: firmwareOf(os),
    loader: textAt(os, 'loader') || null,
    nvram: nvram === null || nvram === '' ? null : nvram,
    tpm: child(devices, 'tpm') !== undefined,
    boot: bootOf(os, devices),
    pxe: !PXE_SWITCHES.every((name) => firmwareSetting(domain, name) === 'n'),
    disks: childrenNamed(devices, 'disk').map(diskOf),
    nics: childrenNamed(devices, 'interface').map(nicOf),
    serialNumber: serialNumberOf(domain),
    graphics: graphicsOf(devices),
    console: consoleOf(devices),
  };
}

function firmwareOf(os: XmlElement | undefined): FirmwareKind {
  const loader = child(os, 'loader');
  if (attribute(os, 'firmware') !== 'efi' && attribute(loader, 'type') !== 'pflash') return 'bios';
  const features = childrenNamed(child(os, 'firmware'), 'feature');
  const asked = features.some(
    (feature) =>
      attribute(feature, 'name') === 'secure-boot' && attribute(feature, 'enabled') === 'yes',
  );
  // What the loader says itself counts more than what libvirt was asked to choose by.
  return (attribute(loader, 'secure') ?? (asked ? 'yes' : 'no')) === 'yes' ? 'uefi-secure' : 'uefi';
}

/** OVMF's own switches; each keeps one IP version's PXE off when it says `n`. */
const PXE_SWITCHES = ['opt/org.tianocore/IPv4PXESupport', 'opt/org.tianocore/IPv6PXESupport'];

function firmwareSetting(domain: XmlElement, name: string): string | null {
  const entries = childrenNamed(domain, 'sysinfo')
    .filter((sysinfo) => attribute(sysinfo, 'type') === 'fwcfg')
    .flatMap((sysinfo) => childrenNamed(sysinfo, 'entry'));
  const entry = entries.find((candidate) => attribute(candidate, 'name') === name);
  return entry ? textOf(entry).trim() : null;
}

function bootOf(os: XmlElement | undefined, devices: XmlElement | undefined): DomainFacts['boot'] {
  const named = childrenNamed(os, 'boot').map((boot) => attribute(boot, 'dev'));
  if (named.length > 0)
    return named.map((dev) => (dev === 'hd' ? 'disk' : dev === 'network' ? 'network' : 'other'));
  // The other way to say it: an order on each device. Several of a kind in a row count as one.
  const ordered = (devices ? devices.children : [])
    .filter((node) => typeof node !== 'string')
    .map((device) => ({ device, order: number(attribute(child(device, 'boot'), 'order')) }))
    .filter((entry): entry is { device: XmlElement; order: number } => entry.order !== null)
    .sort((a, b) => a.order - b.order)
    .map(({ device }) =>
      device.name === 'interface'
        ? 'network'
        : device.name === 'disk' && (attribute(device, 'device') ?? 'disk') === 'disk'
          ? 'disk'
          : 'other',
    );
  return ordered.filter((kind, index) => ordered[index - 1] !== kind);
}

function diskOf(disk: XmlElement): ObservedDisk {
  const source = child(disk, 'source');
  const pool = attribute(source, 'pool');
  const volume = attribute(source, 'volume');
  return {
    target: attribute(child(disk, 'target'), 'dev') ?? '',
    bus: attribute(child(disk, 'target'), 'bus') ?? '',
    path: attribute(source, 'file') ?? attribute(source, 'dev'),
    volume: pool !== null && volume !== null ? { pool, volume } : null,
    device: attribute(disk, 'device') ?? 'disk',
  };
}

function nicOf(nic: XmlElement): ObservedNic {
  const type = attribute(nic, 'type');
  const source = child(nic, 'source');
  const network = attribute(source, 'network');
  const bridge = attribute(source, 'bridge');
  return {
    mac: (attribute(child(nic, 'mac'), 'address') ?? '').toLowerCase(),
    model: attribute(child(nic, 'model'), 'type') ?? '',
    source:
      type === 'network' && network !== null
        ? { kind: 'network', network }
        : type === 'bridge' && bridge !== null
          ? { kind: 'bridge', bridge }
          : { kind: 'other' },
    tap: attribute(child(nic, 'target'), 'dev'),
    bridge,
  };
}

function serialNumberOf(domain: XmlElement): string | null {
  for (const sysinfo of childrenNamed(domain, 'sysinfo')) {
    if (attribute(sysinfo, 'type') !== 'smbios') continue;
    for (const entry of childrenNamed(child(sysinfo, 'system'), 'entry')) {
      if (attribute(entry, 'name') === 'serial')
        return entry.children.filter((node) => typeof node === 'string').join('');
    }
  }
  return null;
}

function graphicsOf(devices: XmlElement | undefined): DomainFacts['graphics'] {
  const graphics = child(devices, 'graphics');
  if (!graphics) return { type: 'none' };
  return {
    type: attribute(graphics, 'type') ?? 'other',
    listen:
      attribute(graphics, 'listen') ??
      attribute(child(graphics, 'listen'), 'address') ??
      '127.0.0.1',
    port: number(attribute(graphics, 'port')) ?? -1,
    autoport: attribute(graphics, 'autoport') === 'yes',
  };
}

/** COM1 is the serial device with port 0, which is the first when no port is said. */
function consoleOf(devices: XmlElement | undefined): DomainFacts['console'] {
  const serials = childrenNamed(devices, 'serial');
  const com1 =
    serials.find((serial) => attribute(child(serial, 'target'), 'port') === '0') ?? serials[0];
  return {
    pty: attribute(com1, 'type') === 'pty' ? attribute(child(com1, 'source'), 'path') : null,
    log: attribute(at(com1, 'log'), 'file'),
  };
}

function kibibytes(memory: XmlElement | undefined): number {
  const amount =
    number(memory ? memory.children.filter((node) => typeof node === 'string').join('') : null) ??
    0;
  return Math.round(amount * (KIB[attribute(memory, 'unit') ?? 'KiB'] ?? 1));
}

function number(text: string | null): number | null {
  return text !== null && /^\s*-?\d{1,15}\s*$/.test(text) ? Number(text) : null;
}
