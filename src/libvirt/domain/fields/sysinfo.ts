/**
 * What a domain's XML says of its SMBIOS tables, which its system reads (libvirt's `<sysinfo>`).
 */
import { attribute, child, childrenNamed, textOf, type XmlElement } from '../../../xml/index.js';
import { insertAfter, remove, setNamed } from '../../edit.js';
import { required, type Patch } from './field.js';

/** libvirt's order of the tables. */
const SECTIONS = ['bios', 'system', 'baseBoard', 'chassis'] as const;
export type Section = (typeof SECTIONS)[number];

/** null: nothing is said. */
export function smbiosEntry(domain: XmlElement, section: Section, name: string): string | null {
  const [entry] = entriesOf(smbiosOf(domain), section, name);
  return entry === undefined ? null : textOf(entry);
}

/** One entry as in the fresh definition, or its absence; all others stay. */
export function patchSmbiosEntry(patch: Patch, section: Section, name: string): void {
  const os = required(patch.domain, 'os');
  const mode = childrenNamed(required(patch.fresh, 'os'), 'smbios');
  setNamed(os, 'smbios', mode, ['type', 'loader', 'nvram', 'boot']);
  const fresh = required(patch.fresh, 'sysinfo');
  const info = smbiosOf(patch.domain);
  if (!info) {
    insertAfter(patch.domain, ['vcpu', 'iothreads', 'cputune', 'resource'], [fresh]);
    return;
  }
  const wanted = entriesOf(fresh, section, name);
  const place = child(info, section);
  if (!place) {
    const before = SECTIONS.slice(0, SECTIONS.indexOf(section));
    const whole = wanted.length > 0 ? [required(fresh, section)] : [];
    insertAfter(info, before, whole, 'start');
    return;
  }
  const [entry] = entriesOf(info, section, name);
  if (!entry) insertAfter(place, ['entry'], wanted);
  else if (wanted[0]) entry.children = wanted[0].children;
  else remove(place, entry);
}

function smbiosOf(domain: XmlElement): XmlElement | undefined {
  return childrenNamed(domain, 'sysinfo').find((info) => attribute(info, 'type') === 'smbios');
}

function entriesOf(info: XmlElement | undefined, section: Section, name: string): XmlElement[] {
  const entries = childrenNamed(child(info, section), 'entry');
  return entries.filter((entry) => attribute(entry, 'name') === name);
}
