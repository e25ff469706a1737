import type { DomainMark, ResolvedVm } from '../model/index.js';
import { at, attribute, childrenNamed, parseXml, serializeXml, type XmlElement } from '../xml/index.js';
import type { Templates } from './templates.js';

/** A complete domain definition with ven's mark. Disks are named by pool and volume. */
export function renderDomain(templates: Templates, vm: ResolvedVm, accelerator: 'kvm' | 'qemu', mark: DomainMark): string {
  return templates.domain({ vm, accelerator, mark, hasScsi: vm.disks.some((disk) => disk.bus === 'scsi') });
}

/**
 * The definition as a tree, to take pieces from. Its mark is empty: a mark is never taken from here, only from the
 * domain itself. `auto` gives qemu; who wants the accelerator patched says which.
 */
export function renderDomainTree(templates: Templates, vm: ResolvedVm): XmlElement {
  const mark: DomainMark = { fleet: '', vm: vm.name, digest: vm.digest, ready: false, volumes: [], nics: [] };
  return parseXml(renderDomain(templates, vm, vm.accelerator === 'kvm' ? 'kvm' : 'qemu', mark));
}

/** The `<interface>` element alone. @throws Error when the VM has no such NIC. */
export function renderNic(templates: Templates, vm: ResolvedVm, mac: string): string {
  return serializeXml(nicOf(renderDomainTree(templates, vm), mac) ?? absent(vm, `NIC ${mac}`));
}

/** The `<interface>` with that MAC, whatever its case. */
export function nicOf(domain: XmlElement, mac: string): XmlElement | undefined {
  return childrenNamed(at(domain, 'devices') ?? domain, 'interface').find(
    (nic) => attribute(at(nic, 'mac'), 'address')?.toLowerCase() === mac.toLowerCase(),
  );
}

/** The `<disk>` with that target device. */
export function diskOf(domain: XmlElement, target: string): XmlElement | undefined {
  return childrenNamed(at(domain, 'devices') ?? domain, 'disk').find((disk) => attribute(at(disk, 'target'), 'dev') === target);
}

function absent(vm: ResolvedVm, what: string): never {
  throw new Error(`${vm.address} has no ${what}`);
}
