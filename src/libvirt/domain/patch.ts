import type { HostFirmware, ResolvedVm } from '../../model/index.js';
import { attribute, parseXml, serializeXml } from '../../xml/index.js';
import { patchField } from './fields/index.js';
import type { Templates } from '../templates.js';
import { renderDomainTree } from './write.js';

/**
 * Brings the named fields of a definition to what the VM says, and leaves all else in it.
 * Idempotent.
 * @throws VenError when `current` is not XML; Error for a field it does not know.
 */
export function patchDomain(
  templates: Templates,
  current: string,
  vm: ResolvedVm,
  fields: readonly string[],
  firmware: HostFirmware | null,
): string {
  const domain = parseXml(current);
  // `auto` is decided once, when the VM is made.
  const asked = vm.accelerator === 'auto' ? attribute(domain, 'type') : vm.accelerator;
  const fresh = renderDomainTree(templates, vm, asked === 'kvm' ? 'kvm' : 'qemu', firmware);
  for (const field of fields) patchField({ domain, fresh, vm, firmware }, field);
  return serializeXml(domain);
}
