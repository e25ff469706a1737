/**
 * All else that `templates/domain.xml.njk` writes, and no field is about: CPU model, features, what
 * happens on a reboot, a disk's format, … Element by element: what the template writes must be in
 * the definition, with the same attributes; what stands beside it is left alone. So a new line of
 * the template is compared without further code. (decision 27)
 */
import { isIgnored, type FieldChange, type ResolvedVm } from '../../../model/index.js';
import {
  attribute,
  child,
  elementsOf,
  parseXml,
  textOf,
  type XmlElement,
} from '../../../xml/index.js';
import { insertAfter, remove, removeNamed } from '../../edit.js';
import {
  devicesOf,
  stateField,
  type Comparison,
  type Difference,
  type Field,
  type Patch,
} from './field.js';

/**
 * What the fields compare themselves. Places are element names from the domain's children on:
 * `os/boot`, `devices/disk@type`.
 */
export interface Covered {
  /** With all that is in them. */
  places: ReadonlySet<string>;
  /** Elements that are there or not as a field says. What is in them is compared here. */
  presence: ReadonlySet<string>;
}

/** `covered` is asked for when the table of fields is complete. */
export function writtenField(covered: () => Covered): Field<Record<never, never>> {
  return {
    ...stateField((comparison) => compareWritten(comparison, covered())),
    patches: {
      'written.'(patch, key) {
        patchWritten(patch, key, covered());
      },
    },
  };
}

interface Place {
  /** As in `Covered`. */
  name: string;
  /** As in plans: `cpu.model`, `disks.sda.driver`. */
  path: string;
  /** The key of its patch: `cpu`, `disk:sda`. */
  unit: string;
}

interface Leaf extends Place {
  before: string | null;
  after: string;
}

const ROOT: Place = { name: '', path: '', unit: '' };

function compareWritten({ vm, domain, around }: Comparison, covered: Covered): Difference {
  const { config, live, xml, liveXml } = domain;
  if (xml === '') return {};
  const leaves = (text: string, { accelerator }: typeof config, running: boolean): Leaf[] => {
    const fresh = parseXml(around.written(vm, accelerator === 'kvm' ? 'kvm' : 'qemu'));
    return [...leavesOf({ covered, running }, fresh, parseXml(text), ROOT)];
  };
  const defined = leaves(xml, config, false);
  const running = live === null || liveXml === '' ? [] : leaves(liveXml, live, true);
  const restarts = new Set(running.map(({ path }) => path));
  const byPath = new Map([...running, ...defined].map((leaf) => [leaf.path, leaf]));
  return {
    fields: [...byPath.values()].map(({ path, before, after }): FieldChange => ({
      ...{ path, before, after },
      effect: restarts.has(path) ? 'restart' : 'live',
    })),
    define: defined
      .filter(({ path }) => !isIgnored(vm, path))
      .map(({ unit }) => PATCHES[unit] ?? `written.${unit}`),
  };
}

/** Units that a field patches: libvirt mirrors the first serial port as a console. */
const PATCHES: Record<string, string> = { serial: 'console' };

interface Reading {
  covered: Covered;
  /** The running domain's definition, where libvirt writes down what QEMU has made of it. */
  running: boolean;
}

/** What differs, in the template's order. */
function* leavesOf(
  reading: Reading,
  fresh: XmlElement,
  found: XmlElement,
  place: Place,
): Generator<Leaf> {
  const { places, presence } = reading.covered;
  for (const [name, after] of Object.entries(fresh.attrs)) {
    const at = inside(place, name, '@');
    const before = attribute(found, name);
    if (places.has(at.name) || asTemplate(at.name, before) === after) continue;
    if (reading.running && AS_STARTED.has(at.name)) continue;
    yield { ...at, before, after };
  }
  const text = leafText(fresh);
  if (text !== '' && leafText(found) !== text)
    yield { ...place, before: leafText(found) || null, after: text };
  for (const part of elementsOf(fresh)) {
    const at = placeOf(part, place);
    if (places.has(at.name) || saysNone(part)) continue;
    const there = counterpart(reading, part, found, at);
    if (there && !isOtherModel(part, there)) yield* leavesOf(reading, part, there, at);
    else if (!there && !presence.has(at.name)) yield { ...at, before: null, after: shown(part) };
  }
}

/** libvirt gives the machine type a version, when a domain is defined. */
function asTemplate(place: string, value: string | null): string | null {
  return place === 'os/type@machine' ? (value?.replace(/^pc-q35-.*/, 'q35') ?? null) : value;
}

/** What libvirt sets when it starts a domain: it compares the CPU with what QEMU has. */
const AS_STARTED: ReadonlySet<string> = new Set(['cpu@check']);

/** `<controller type="usb" model="none"/>`: who adds a USB device takes it away, and must. */
function saysNone(part: XmlElement): boolean {
  return part.name === 'controller' && attribute(part, 'model') === 'none';
}

/** A NIC of another model gets all of the new one; `nics` tells of it. */
function isOtherModel(part: XmlElement, there: XmlElement): boolean {
  const model = (nic: XmlElement): string | null => attribute(child(nic, 'model'), 'type');
  return part.name === 'interface' && model(part) !== model(there);
}

const IDENTITY: Record<string, (element: XmlElement) => string> = {
  disk: (element) => attribute(child(element, 'target'), 'dev') ?? '',
  interface: (element) => attribute(child(element, 'mac'), 'address')?.toLowerCase() ?? '',
  controller: (element) =>
    `${attribute(element, 'type') ?? ''} ${attribute(element, 'index') ?? '0'}`,
  serial: (element) => attribute(child(element, 'target'), 'port') ?? '0',
};

/** The same thing in a definition: by what identifies it, else the one that is most like it. */
function counterpart(
  reading: Reading,
  part: XmlElement,
  parent: XmlElement,
  place: Place,
): XmlElement | undefined {
  const identity = IDENTITY[part.name] ?? (() => '');
  const candidates = elementsOf(parent).filter(
    (element) => element.name === part.name && identity(element) === identity(part),
  );
  const differs = (found: XmlElement): boolean =>
    leavesOf(reading, part, found, place).next().done !== true;
  return candidates.length > 1
    ? (candidates.find((found) => !differs(found)) ?? candidates[0])
    : candidates[0];
}

const LISTS: Record<string, string> = { disk: 'disks', interface: 'nics' };

function placeOf(part: XmlElement, place: Place): Place {
  const { name } = part;
  const list = LISTS[name];
  if (list !== undefined) {
    const key = IDENTITY[name]?.(part) ?? '';
    return { name: `${place.name}/${name}`, path: `${list}.${key}`, unit: `${name}:${key}` };
  }
  // Devices are told as if they stood beside the rest: `rng`, not `devices.rng`.
  const at = inside(place, name, place.name === '' ? '' : '/');
  return name === 'devices' ? { ...at, path: '' } : at;
}

function inside(place: Place, name: string, separator: '' | '/' | '@'): Place {
  const isUnit = place.path === '' && separator !== '@';
  return {
    name: `${place.name}${separator}${name}`,
    path: place.path === '' ? name : `${place.path}.${name}`,
    unit: isUnit ? name : place.unit,
  };
}

function leafText(element: XmlElement): string {
  return elementsOf(element).length > 0 ? '' : textOf(element).trim();
}

/** A thing that is gone, in a word: `virtio random /dev/urandom`; `yes` for a mere switch. */
function shown(part: XmlElement): string {
  const inner = elementsOf(part).map((each) => {
    const words = shown(each);
    return words === 'yes' ? each.name : words;
  });
  const words = [...Object.values(part.attrs), leafText(part), ...inner];
  return words.filter((word) => word !== '').join(' ') || 'yes';
}

/** Puts back what the template writes in one unit; what else is in it stays. */
function patchWritten(patch: Patch, key: string, covered: Covered): void {
  const reading: Reading = { covered, running: false };
  const devices = placeOf(devicesOf(patch.fresh), ROOT);
  const parents = [
    { fresh: patch.fresh, found: patch.domain, place: ROOT },
    { fresh: devicesOf(patch.fresh), found: devicesOf(patch.domain), place: devices },
  ];
  for (const { fresh, found, place } of parents) {
    for (const part of elementsOf(fresh)) {
      const at = placeOf(part, place);
      if (at.unit === key && part.name !== 'devices') restore(reading, patch.vm, part, found, at);
    }
  }
  if (key === 'os') moveToMachine(patch);
}

function restore(
  reading: Reading,
  vm: ResolvedVm,
  part: XmlElement,
  parent: XmlElement,
  place: Place,
): void {
  const { places, presence } = reading.covered;
  if (places.has(place.name) || saysNone(part) || isIgnored(vm, place.path)) return;
  const found = counterpart(reading, part, parent, place);
  if (!found) {
    if (!presence.has(place.name)) insertAfter(parent, [part.name], [part]);
    return;
  }
  const wrong = Object.entries(part.attrs).filter(([name]) => {
    const at = inside(place, name, '@');
    const right = asTemplate(at.name, attribute(found, name)) === part.attrs[name];
    return !right && !places.has(at.name) && !isIgnored(vm, at.path);
  });
  if (wrong.length > 0) becomeAnother(found, part, parent);
  Object.assign(found.attrs, Object.fromEntries(wrong));
  const text = leafText(part);
  if (text !== '' && leafText(found) !== text) found.children = part.children;
  for (const each of elementsOf(part)) restore(reading, vm, each, found, placeOf(each, place));
}

/** What belongs to the other kind of a CPU or device goes, for libvirt to fill in anew. */
function becomeAnother(found: XmlElement, part: XmlElement, parent: XmlElement): void {
  if (found.name === 'cpu') {
    for (const name of ['match', 'migratable']) delete found.attrs[name];
    Object.assign(found.attrs, part.attrs);
    for (const name of ['model', 'vendor'])
      if (child(part, name) === undefined) removeNamed(found, name);
  }
  if (found.name !== 'model') return;
  if (parent.name === 'video') {
    found.attrs = {};
    found.children = [];
  }
  removeNamed(parent, 'address');
}

/** Another machine has other buses: libvirt gives each device its place there. */
function moveToMachine({ domain, fresh }: Patch): void {
  const machine = (of: XmlElement): string =>
    attribute(child(child(of, 'os'), 'type'), 'machine') ?? '';
  if (machine(domain) !== machine(fresh)) return;
  const devices = devicesOf(domain);
  for (const device of elementsOf(devices)) {
    if (device.name === 'controller' && attribute(device, 'type') === 'pci')
      remove(devices, device);
    for (const address of elementsOf(device).filter(({ name }) => name === 'address'))
      if (attribute(address, 'type') === 'pci') remove(device, address);
  }
}
