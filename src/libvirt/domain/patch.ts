import { isUefi, type HostFirmware, type ResolvedVm } from '../../model/index.js';
import {
  at,
  attribute,
  child,
  childrenNamed,
  elementsOf,
  parseXml,
  serializeXml,
  textOf,
  type XmlElement,
} from '../../xml/index.js';
import { diskOf, nicOf, renderDomainTree } from './write.js';
import { insertAfter, remove, removeNamed, setNamed } from '../edit.js';
import type { Templates } from '../templates.js';

/** What a patch works on: the definition as it is (changed in place), and what it would be if it were made today. */
interface Patch {
  domain: XmlElement;
  fresh: XmlElement;
  vm: ResolvedVm;
  firmware: HostFirmware | null;
}

/**
 * Brings the named fields of a definition to what the VM says, and leaves all else in it. Idempotent.
 * @throws VenError when `current` is not XML; Error for a field it does not know.
 */
export function patchDomain(
  templates: Templates,
  current: string,
  vm: ResolvedVm,
  fields: readonly string[],
  firmware: HostFirmware | null,
): string {
  const patch: Patch = {
    domain: parseXml(current),
    fresh: renderDomainTree(templates, vm, firmware),
    vm,
    firmware,
  };
  for (const field of fields) patchField(patch, field);
  return serializeXml(patch.domain);
}

function patchField(patch: Patch, field: string): void {
  const whole = WHOLE.get(field);
  const keyed = /^(disks|-disks|nics|-nics)\.([^.]+)$/.exec(field);
  if (whole) whole(patch);
  else if (keyed?.[1] === 'disks') patchDisk(patch, keyed[2] ?? '');
  else if (keyed?.[1] === '-disks') dropDisk(patch, keyed[2] ?? '');
  else if (keyed?.[1] === 'nics') patchNic(patch, keyed[2] ?? '');
  else if (keyed) dropNic(patch, keyed[2] ?? '');
  else throw new Error(`no such field of a domain: ${field}`);
}

const WHOLE = new Map<string, (patch: Patch) => void>([
  ['title', (patch) => transplant(patch, 'title', ['name', 'uuid', 'genid'])],
  ['description', (patch) => transplant(patch, 'description', ['name', 'uuid', 'genid', 'title'])],
  ['accelerator', patchAccelerator],
  ['cpus', patchCpus],
  ['memory', patchMemory],
  ['firmware', patchFirmware],
  ['loader', patchLoader],
  [
    'tpm',
    (patch) =>
      setNamed(devicesOf(patch.domain), 'tpm', childrenNamed(devicesOf(patch.fresh), 'tpm'), [
        'serial',
        'console',
        'input',
      ]),
  ],
  ['boot', patchBoot],
  ['nvram', patchNvram],
  ['pxe', patchPxe],
  ['serialNumber', patchSerialNumber],
  ['graphics', patchGraphics],
  ['console', patchConsole],
]);

/** A child of the domain itself, or its absence. */
function transplant(patch: Patch, name: string, after: readonly string[]): void {
  setNamed(patch.domain, name, childrenNamed(patch.fresh, name), after);
}

function patchAccelerator(patch: Patch): void {
  if (patch.vm.accelerator === 'auto')
    throw new Error(`${patch.vm.address}: the accelerator is not decided`);
  patch.domain.attrs['type'] = patch.vm.accelerator;
  transplant(patch, 'cpu', ['features', 'os']);
}

function patchMemory(patch: Patch): void {
  transplant(patch, 'memory', ['name', 'uuid', 'title', 'description', 'metadata', 'maxMemory']);
  transplant(patch, 'currentMemory', ['memory']);
}

function patchCpus(patch: Patch): void {
  transplant(patch, 'vcpu', ['memory', 'currentMemory']);
  // Both name a number of CPUs of their own, and libvirt refuses a definition where they disagree.
  removeNamed(patch.domain, 'vcpus');
  const cpu = child(patch.domain, 'cpu');
  const topology = child(cpu, 'topology');
  if (cpu && topology) {
    const product = ['sockets', 'dies', 'clusters', 'cores', 'threads'].reduce(
      (n, key) => n * Number(attribute(topology, key) ?? 1),
      1,
    );
    if (product !== patch.vm.cpus) remove(cpu, topology);
  }
}

function patchFirmware(patch: Patch): void {
  patchLoader(patch);
  patchNvram(patch);
}

/** All of the firmware but its variables. */
function patchLoader(patch: Patch): void {
  if (isUefi(patch.vm.firmware) && patch.firmware === null)
    throw new Error(`${patch.vm.address}: its firmware is not decided`);
  const os = required(patch.domain, 'os');
  const fresh = required(patch.fresh, 'os');
  const automatic = attribute(fresh, 'firmware');
  if (automatic === null) delete os.attrs['firmware'];
  else os.attrs['firmware'] = automatic;
  setNamed(os, 'firmware', childrenNamed(fresh, 'firmware'), ['type']);
  setNamed(os, 'loader', childrenNamed(fresh, 'loader'), ['type', 'firmware']);
  const features = child(patch.domain, 'features');
  const smm = childrenNamed(child(patch.fresh, 'features'), 'smm');
  if (features) setNamed(features, 'smm', smm, []);
  else if (smm.length > 0)
    insertAfter(patch.domain, ['os', 'idmap'], childrenNamed(patch.fresh, 'features'));
}

function patchNvram(patch: Patch): void {
  setNamed(
    required(patch.domain, 'os'),
    'nvram',
    childrenNamed(required(patch.fresh, 'os'), 'nvram'),
    ['type', 'firmware', 'loader'],
  );
}

/** The firmware's switches alone: a person may have others beside them. */
function patchPxe(patch: Patch): void {
  const isFirmware = (element: XmlElement): boolean => attribute(element, 'type') === 'fwcfg';
  const isSwitch = (entry: XmlElement): boolean =>
    /^opt\/org\.tianocore\/IPv[46]PXESupport$/.test(attribute(entry, 'name') ?? '');
  const fresh = childrenNamed(patch.fresh, 'sysinfo').filter(isFirmware);
  const wanted = fresh.flatMap((element) => childrenNamed(element, 'entry'));
  const infos = childrenNamed(patch.domain, 'sysinfo').filter(isFirmware);
  const found = infos.flatMap((info) => childrenNamed(info, 'entry').filter(isSwitch));
  const shown = (entries: readonly XmlElement[]): string =>
    entries.map((entry) => serializeXml(entry)).join();
  if (shown(found) === shown(wanted)) return;
  for (const info of infos)
    for (const entry of childrenNamed(info, 'entry').filter(isSwitch)) remove(info, entry);
  const [info] = infos;
  if (!info)
    insertAfter(patch.domain, ['vcpu', 'iothreads', 'cputune', 'resource', 'sysinfo'], fresh);
  else if (wanted.length > 0) insertAfter(info, ['entry'], wanted);
  else if (elementsOf(info).length === 0) remove(patch.domain, info);
}

function patchBoot(patch: Patch): void {
  const os = required(patch.domain, 'os');
  setNamed(os, 'boot', childrenNamed(required(patch.fresh, 'os'), 'boot'), [
    'type',
    'loader',
    'nvram',
  ]);
  // libvirt takes one or the other way of saying the order, not both.
  for (const device of elementsOf(devicesOf(patch.domain))) {
    for (const boot of childrenNamed(device, 'boot'))
      if (attribute(boot, 'order') !== null) remove(device, boot);
  }
}

function patchSerialNumber(patch: Patch): void {
  setNamed(
    required(patch.domain, 'os'),
    'smbios',
    childrenNamed(required(patch.fresh, 'os'), 'smbios'),
    ['type', 'loader', 'nvram', 'boot'],
  );
  const freshInfo = required(patch.fresh, 'sysinfo');
  const info = childrenNamed(patch.domain, 'sysinfo').find(
    (element) => attribute(element, 'type') === 'smbios',
  );
  if (!info) {
    insertAfter(patch.domain, ['vcpu', 'iothreads', 'cputune', 'resource'], [freshInfo]);
    return;
  }
  const system = child(info, 'system');
  if (!system) {
    insertAfter(info, ['bios'], [required(freshInfo, 'system')], 'start');
    return;
  }
  const isSerial = (entry: XmlElement): boolean => attribute(entry, 'name') === 'serial';
  const entry = childrenNamed(system, 'entry').find(isSerial);
  const fresh = childrenNamed(required(freshInfo, 'system'), 'entry').filter(isSerial);
  if (entry) entry.children = fresh.flatMap((element) => element.children);
  else insertAfter(system, ['entry'], fresh);
}

function patchGraphics(patch: Patch): void {
  const devices = devicesOf(patch.domain);
  const fresh = devicesOf(patch.fresh);
  const wanted = childrenNamed(fresh, 'graphics');
  // The password stays, where there still is to be one: it is never in what is rendered.
  const password = attribute(child(devices, 'graphics'), 'passwd');
  for (const { attrs } of wanted)
    if (attrs['passwd'] !== undefined && password !== null) attrs['passwd'] = password;
  setNamed(devices, 'graphics', wanted, ['tpm', 'console', 'serial']);
  // A graphics card that is there will do; without graphics, nobody looks at it.
  if (child(fresh, 'video') === undefined) removeNamed(devices, 'video');
  else if (child(devices, 'video') === undefined)
    insertAfter(devices, ['graphics'], childrenNamed(fresh, 'video'));
}

function patchConsole(patch: Patch): void {
  const devices = devicesOf(patch.domain);
  const fresh = childrenNamed(devicesOf(patch.fresh), 'serial');
  const isFirst = (element: XmlElement): boolean =>
    (attribute(child(element, 'target'), 'port') ?? '0') === '0';
  for (const serial of childrenNamed(devices, 'serial').filter(isFirst)) remove(devices, serial);
  // libvirt mirrors the first serial port as a console, and would take an old mirror for a port of its own.
  for (const console of childrenNamed(devices, 'console').filter(isFirst)) {
    if ((attribute(child(console, 'target'), 'type') ?? 'serial') === 'serial')
      remove(devices, console);
  }
  const others = childrenNamed(devices, 'serial');
  for (const serial of others) remove(devices, serial);
  insertAfter(devices, ['interface', 'controller', 'disk'], [...fresh, ...others]);
}

/** Sets type, source, format and bus of a disk that is there; the rest (cache, limits, a serial number) stays. */
function patchDisk(patch: Patch, target: string): void {
  const fresh = diskOf(patch.fresh, target) ?? absent(patch.vm, `disk ${target}`);
  const devices = devicesOf(patch.domain);
  const disk = diskOf(patch.domain, target);
  const bus = attribute(child(fresh, 'target'), 'bus');
  if (
    bus === 'scsi' &&
    !childrenNamed(devices, 'controller').some((element) => attribute(element, 'type') === 'scsi')
  ) {
    const controllers = childrenNamed(devicesOf(patch.fresh), 'controller').filter(
      (element) => attribute(element, 'type') === 'scsi',
    );
    insertAfter(devices, ['controller', 'disk'], controllers);
  }
  if (!disk) {
    insertAfter(devices, ['emulator', 'disk'], [fresh], 'start');
    return;
  }
  Object.assign(disk.attrs, fresh.attrs);
  if (attribute(child(disk, 'target'), 'bus') !== bus) removeNamed(disk, 'address');
  const driver = child(disk, 'driver');
  const freshDriver = required(fresh, 'driver');
  if (driver)
    Object.assign(driver.attrs, {
      name: freshDriver.attrs['name'],
      type: freshDriver.attrs['type'],
    });
  else insertAfter(disk, [], [freshDriver], 'start');
  setNamed(disk, 'source', childrenNamed(fresh, 'source'), ['driver']);
  setNamed(disk, 'target', childrenNamed(fresh, 'target'), ['driver', 'source']);
  for (const name of ['backingStore', 'mirror', 'readonly']) removeNamed(disk, name);
}

function dropDisk(patch: Patch, target: string): void {
  if (diskOf(patch.fresh, target)) throw new Error(`${patch.vm.address} wants disk ${target}`);
  const disk = diskOf(patch.domain, target);
  if (disk) remove(devicesOf(patch.domain), disk);
}

/** Sets model and source of a NIC that is there; its place on the bus and what else it has stay. */
function patchNic(patch: Patch, mac: string): void {
  const fresh = nicOf(patch.fresh, mac) ?? absent(patch.vm, `NIC ${mac}`);
  const nic = nicOf(patch.domain, mac);
  if (!nic) {
    insertAfter(devicesOf(patch.domain), ['emulator', 'disk', 'controller', 'interface'], [fresh]);
    return;
  }
  if (sourceName(nic) !== sourceName(fresh)) {
    nic.attrs['type'] = fresh.attrs['type'] ?? 'network';
    setNamed(nic, 'source', childrenNamed(fresh, 'source'), ['mac']);
    removeNamed(nic, 'virtualport');
  }
  if (attribute(child(nic, 'model'), 'type') !== attribute(child(fresh, 'model'), 'type')) {
    setNamed(nic, 'model', childrenNamed(fresh, 'model'), ['mac', 'source']);
    setNamed(nic, 'rom', childrenNamed(fresh, 'rom'), ['mac', 'source', 'model']);
    removeNamed(nic, 'driver');
  }
}

function dropNic(patch: Patch, mac: string): void {
  if (nicOf(patch.fresh, mac)) throw new Error(`${patch.vm.address} wants NIC ${mac}`);
  const nic = nicOf(patch.domain, mac);
  if (nic) remove(devicesOf(patch.domain), nic);
}

/** `network default`, `bridge br0`; what libvirt adds of its own (a port id) does not count. */
function sourceName(nic: XmlElement): string {
  const type = attribute(nic, 'type') ?? '';
  return `${type} ${attribute(child(nic, 'source'), type) ?? ''}`;
}

function devicesOf(domain: XmlElement): XmlElement {
  return required(domain, 'devices');
}

function required(parent: XmlElement, ...path: string[]): XmlElement {
  const found = at(parent, ...path);
  if (!found)
    throw new Error(
      `<${parent.name}> has no <${path.join('><')}>: ${textOf(parent).trim().slice(0, 40)}`,
    );
  return found;
}

function absent(vm: ResolvedVm, what: string): never {
  throw new Error(`${vm.address} has no ${what}`);
}
