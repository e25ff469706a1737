/**
 * What a VM is called: title, description, and the serial number that its system has (SMBIOS type
 * 1).
 */
import { attribute, child, childrenNamed, textAt, type XmlElement } from '../../../xml/index.js';
import { insertAfter, setNamed } from '../../edit.js';
import { required, transplant, valueField, type Patch } from './field.js';

export const title = valueField({
  path: 'title',
  read: ({ domain }) => ({ title: textAt(domain, 'title') ?? '' }),
  patch: (patch) => {
    transplant(patch, 'title', ['name', 'uuid', 'genid']);
  },
  wanted: (vm) => vm.title,
  found: (facts) => facts.title,
  effect: 'live',
  setting: 'title',
  digest: (facts) => [facts.title],
});

export const description = valueField({
  path: 'description',
  read: ({ domain }) => ({ description: textAt(domain, 'description') ?? '' }),
  patch: (patch) => {
    transplant(patch, 'description', ['name', 'uuid', 'genid', 'title']);
  },
  wanted: (vm) => vm.description,
  found: (facts) => facts.description,
  effect: 'live',
  setting: 'title',
  digest: (facts) => [facts.description],
});

export const serialNumber = valueField({
  path: 'serialNumber',
  read: ({ domain }) => ({ serialNumber: readSerialNumber(domain) }),
  patch: patchSerialNumber,
  wanted: (vm) => vm.serialNumber,
  found: (facts) => facts.serialNumber ?? 'none',
  effect: 'restart',
  shown: true,
  digest: (facts) => [facts.serialNumber],
});

function readSerialNumber(domain: XmlElement): string | null {
  for (const sysinfo of childrenNamed(domain, 'sysinfo')) {
    if (attribute(sysinfo, 'type') !== 'smbios') continue;
    for (const entry of childrenNamed(child(sysinfo, 'system'), 'entry')) {
      if (attribute(entry, 'name') === 'serial')
        return entry.children.filter((node) => typeof node === 'string').join('');
    }
  }
  return null;
}

function patchSerialNumber(patch: Patch): void {
  const os = required(patch.domain, 'os');
  const smbios = childrenNamed(required(patch.fresh, 'os'), 'smbios');
  setNamed(os, 'smbios', smbios, ['type', 'loader', 'nvram', 'boot']);
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
