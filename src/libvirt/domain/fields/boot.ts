/** What a VM boots from: the order of its devices, and whether UEFI firmware may use PXE. */
import type { DomainFacts } from '../../../model/index.js';
import {
  attribute,
  child,
  childrenNamed,
  elementsOf,
  serializeXml,
  textOf,
  type XmlElement,
} from '../../../xml/index.js';
import { insertAfter, remove, setNamed } from '../../edit.js';
import { bmcMark } from '../../bmc/mark.js';
import {
  changeOf,
  devicesOf,
  required,
  valueField,
  wholeNumber,
  yesOrNo,
  type Definition,
  type Field,
  type Patch,
} from './field.js';

const PATH = 'boot';

/** An order that the VM's BMC, while it has one, has put in place of this one is no difference. */
export const boot: Field<Pick<DomainFacts, 'boot' | 'bmc'>> = {
  read(definition) {
    const bmc = bmcMark(definition.domain);
    return { boot: readBoot(definition), ...(bmc && { bmc }) };
  },
  patches: { [PATH]: patchBoot },
  compare({ vm, domain }) {
    const wanted = vm.boot.join(', ');
    const found = (facts: DomainFacts): string =>
      vm.bmc === undefined || facts.bmc?.override?.order === undefined
        ? facts.boot.join(', ')
        : wanted;
    const change = changeOf(domain, { path: PATH, wanted, found, effect: 'restart' });
    if (change === null) return {};
    return { fields: [change.field], define: change.define ? [PATH] : [] };
  },
  shown: null,
  digest: ({ bmc, boot }) => [bmc?.override?.order ?? boot],
  covers: { places: ['os/boot'] },
};

type BootDevice = DomainFacts['boot'][number];

const BOOT_DEVICES: Record<string, BootDevice> = { hd: 'disk', network: 'network' };

function readBoot({ os, devices }: Definition): BootDevice[] {
  const named = childrenNamed(os, 'boot').map((element) => attribute(element, 'dev') ?? '');
  if (named.length > 0) return named.map((device) => BOOT_DEVICES[device] ?? 'other');
  // The other way to say it: an order on each device. Several of a kind in a row count as one.
  const ordered = elementsOf(devices)
    .map((device) => ({ device, order: wholeNumber(attribute(child(device, 'boot'), 'order')) }))
    .filter((entry): entry is { device: XmlElement; order: number } => entry.order !== null)
    .sort((a, b) => a.order - b.order)
    .map(({ device }) => kindOf(device));
  return ordered.filter((kind, index) => ordered[index - 1] !== kind);
}

function kindOf(device: XmlElement): BootDevice {
  if (device.name === 'interface') return 'network';
  const isDisk = device.name === 'disk' && (attribute(device, 'device') ?? 'disk') === 'disk';
  return isDisk ? 'disk' : 'other';
}

function patchBoot(patch: Patch): void {
  const fresh = childrenNamed(required(patch.fresh, 'os'), 'boot');
  setNamed(required(patch.domain, 'os'), 'boot', fresh, ['type', 'loader', 'nvram']);
  // libvirt takes one or the other way of saying the order, not both.
  for (const device of elementsOf(devicesOf(patch.domain))) {
    for (const element of childrenNamed(device, 'boot'))
      if (attribute(element, 'order') !== null) remove(device, element);
  }
}

/** OVMF's own switches; each keeps one IP version's PXE off when it says `n`. */
const PXE_SWITCHES = ['opt/org.tianocore/IPv4PXESupport', 'opt/org.tianocore/IPv6PXESupport'];

export const pxe = valueField({
  path: 'pxe',
  read({ domain }) {
    const switches = firmwareSettings(domain).flatMap(switchesIn);
    const isOff = (name: string): boolean =>
      textOf(switches.find((entry) => attribute(entry, 'name') === name)).trim() === 'n';
    return { pxe: !PXE_SWITCHES.every(isOff) };
  },
  patch: patchPxe,
  wanted: (vm) => yesOrNo(vm.pxe),
  found: (facts) => yesOrNo(facts.pxe),
  effect: 'restart',
  digest: (facts) => [facts.pxe],
  covers: { places: ['sysinfo'] },
});

function firmwareSettings(domain: XmlElement): XmlElement[] {
  return childrenNamed(domain, 'sysinfo').filter((info) => attribute(info, 'type') === 'fwcfg');
}

function switchesIn(info: XmlElement): XmlElement[] {
  return childrenNamed(info, 'entry').filter((entry) =>
    PXE_SWITCHES.includes(attribute(entry, 'name') ?? ''),
  );
}

/** The firmware's switches alone: a person may have others beside them. */
function patchPxe(patch: Patch): void {
  const fresh = firmwareSettings(patch.fresh);
  const wanted = fresh.flatMap((info) => childrenNamed(info, 'entry'));
  const infos = firmwareSettings(patch.domain);
  const text = (entries: readonly XmlElement[]): string => entries.map(serializeXml).join();
  if (text(infos.flatMap(switchesIn)) === text(wanted)) return;
  for (const info of infos) for (const entry of switchesIn(info)) remove(info, entry);
  const [info] = infos;
  if (!info)
    insertAfter(patch.domain, ['vcpu', 'iothreads', 'cputune', 'resource', 'sysinfo'], fresh);
  else if (wanted.length > 0) insertAfter(info, ['entry'], wanted);
  else if (elementsOf(info).length === 0) remove(patch.domain, info);
}
