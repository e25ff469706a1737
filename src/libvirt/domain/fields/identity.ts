/**
 * What a VM is called: title, description, and the serial number that its system has (SMBIOS type
 * 1).
 */
import { textAt } from '../../../xml/index.js';
import { transplant, valueField } from './field.js';
import { patchSmbiosEntry, smbiosEntry } from './sysinfo.js';

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
  covers: { places: ['title'] },
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
  covers: { places: ['description'] },
});

export const serialNumber = valueField({
  path: 'serialNumber',
  read: ({ domain }) => ({ serialNumber: smbiosEntry(domain, 'system', 'serial') }),
  patch: (patch) => {
    patchSmbiosEntry(patch, 'system', 'serial');
  },
  wanted: (vm) => vm.serialNumber,
  found: (facts) => facts.serialNumber ?? 'none',
  effect: 'restart',
  shown: true,
  digest: (facts) => [facts.serialNumber],
  covers: { places: ['sysinfo'] },
});
