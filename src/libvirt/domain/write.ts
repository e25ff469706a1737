import {
  isImpaired,
  isUefi,
  type DomainMark,
  type HostFirmware,
  type HostChoice,
  type ResolvedVm,
} from '../../model/index.js';
import { parseXml, serializeXml, type XmlElement } from '../../xml/index.js';
import { domainMarkElement } from '../marks.js';
import type { Templates } from '../templates.js';
import { absent } from './fields/field.js';
import { smbiosFor } from './fields/smbios.js';
import { nicElement } from './fields/nics.js';
import { impairmentTexts } from './impairments.js';
import { variablesFile } from './own-files.js';

/**
 * A complete domain definition with ven's mark. Disks are named by pool and volume.
 * @throws Error when a UEFI VM comes without firmware.
 */
export function renderDomain(
  templates: Templates,
  vm: ResolvedVm,
  on: HostChoice,
  mark: DomainMark,
): string {
  if (isUefi(vm.firmware) && on.firmware === null)
    throw new Error(`${vm.address}: its firmware is not decided`);
  return renderAny(templates, vm, on, mark);
}

function renderAny(templates: Templates, vm: ResolvedVm, on: HostChoice, mark: DomainMark): string {
  const { firmware } = on;
  return templates.domain(
    {
      vm,
      ...on,
      nvram: nvramOf(vm, firmware),
      uefi: isUefi(vm.firmware),
      smbios: smbiosFor(vm),
      impaired: impairedNics(vm),
      hasScsi: vm.disks.some((disk) => disk.bus === 'scsi'),
    },
    domainMarkElement(mark),
  );
}

function impairedNics({ nics }: ResolvedVm): object[] {
  return nics.flatMap(({ mac, link }) =>
    link !== undefined && isImpaired(link) ? [{ mac, parts: impairmentTexts(link) }] : [],
  );
}

function nvramOf(vm: ResolvedVm, firmware: HostFirmware | null): string {
  const qcow2 = firmware?.by === 'files' && firmware.nvramTemplate.format === 'qcow2';
  return variablesFile(vm, qcow2 ? 'qcow2' : 'fd');
}

/**
 * The definition as a tree, to take pieces from. Its mark is empty: a mark is never taken from
 * here, only from the domain itself. Without `firmware` none stands in it.
 */
export function renderDomainTree(
  templates: Templates,
  vm: ResolvedVm,
  accelerator: HostChoice['accelerator'],
  firmware: HostFirmware | null = null,
): XmlElement {
  return parseXml(renderWritten(templates, vm, accelerator, firmware));
}

/** See `Render.written`. */
export function renderWritten(
  templates: Templates,
  vm: ResolvedVm,
  accelerator: HostChoice['accelerator'],
  firmware: HostFirmware | null = null,
): string {
  const mark: DomainMark = {
    fleet: '',
    vm: vm.name,
    digest: vm.digest,
    ready: false,
    volumes: [],
    nics: [],
  };
  return renderAny(templates, vm, { accelerator, firmware }, mark);
}

/** The `<interface>` element alone. @throws Error when the VM has no such NIC. */
export function renderNic(templates: Templates, vm: ResolvedVm, mac: string): string {
  const nic = nicElement(renderDomainTree(templates, vm, 'qemu'), mac);
  return serializeXml(nic ?? absent(vm, `NIC ${mac}`));
}
