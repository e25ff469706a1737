/**
 * Who a VM's SMBIOS tables say it is, beside its serial number (`identity.ts`): manufacturer,
 * product, asset tag, UUID. libvirt wants the UUID of its own `<sysinfo>` to be the domain's, so
 * another one is an argument for QEMU, whose last `-smbios` wins.
 */
import type { DomainFacts, FieldChange, ResolvedVm } from '../../../model/index.js';
import { attribute, child, childrenNamed, type XmlElement } from '../../../xml/index.js';
import { insertAfter, remove } from '../../edit.js';
import {
  changeOf,
  mergedFor,
  type Comparison,
  type Difference,
  type Field,
  type Patch,
} from './field.js';
import { patchSmbiosEntry, smbiosEntry, type Section } from './sysinfo.js';

type Smbios = DomainFacts['smbios'];

const DEFAULTS: Smbios = {
  manufacturer: 'ven',
  product: 'Virtual Edge Node',
  assetTag: null,
  uuid: null,
};

const ENTRIES = {
  manufacturer: ['system', 'manufacturer'],
  product: ['system', 'product'],
  assetTag: ['chassis', 'asset'],
} as const satisfies Record<string, readonly [Section, string]>;
const ENTRY_NAMES = Object.keys(ENTRIES) as (keyof typeof ENTRIES)[];

/**
 * As the definition has it: what the fleet file leaves out is the default. `uuid` null: the
 * domain's own.
 */
export function smbiosFor({ smbios }: ResolvedVm): Smbios {
  return { ...DEFAULTS, ...smbios };
}

export const smbios: Field<Pick<DomainFacts, 'smbios'>> = {
  read: ({ domain }) => ({
    smbios: {
      manufacturer: smbiosEntry(domain, ...ENTRIES.manufacturer),
      product: smbiosEntry(domain, ...ENTRIES.product),
      assetTag: smbiosEntry(domain, ...ENTRIES.assetTag),
      uuid: uuidArgument(domain)?.uuid ?? null,
    },
  }),
  patches: {
    'smbios.'(patch, key) {
      const name = ENTRY_NAMES.find((entry) => entry === key);
      if (name === undefined) patchUuid(patch);
      else patchSmbiosEntry(patch, ENTRIES[name][0], ENTRIES[name][1]);
    },
  },
  compare: ({ vm, domain }) =>
    mergedFor(vm, [
      ...ENTRY_NAMES.map((name) => compareOne(domain, name, smbiosFor(vm)[name] ?? 'none', 'none')),
      compareOne(domain, 'uuid', smbiosFor(vm).uuid ?? vm.uuid, vm.uuid),
    ]),
  shown: null,
  digest: ({ smbios }) =>
    ENTRY_NAMES.every((name) => smbios[name] === DEFAULTS[name]) && smbios.uuid === null
      ? []
      : [['smbios', smbios.manufacturer, smbios.product, smbios.assetTag, smbios.uuid]],
  covers: { places: ['sysinfo', 'qemu:commandline'] },
};

function compareOne(
  domain: Comparison['domain'],
  name: keyof Smbios,
  wanted: string,
  otherwise: string,
): Difference {
  const path = `smbios.${name}`;
  const found = ({ smbios }: DomainFacts): string => smbios[name] ?? otherwise;
  const change = changeOf(domain, { path, wanted, found, effect: 'restart' });
  if (change === null) return {};
  const fields: FieldChange[] = [change.field];
  return change.define ? { fields, define: [path] } : { fields };
}

const COMMAND_LINE = 'qemu:commandline';
const ARGUMENT = 'qemu:arg';
const UUID_ARGUMENT = /^type=1,uuid=([0-9a-fA-F-]{36})$/;

/** The two arguments that give QEMU another UUID. */
function uuidArgument(domain: XmlElement): { uuid: string; both: XmlElement[] } | null {
  const all = childrenNamed(child(domain, COMMAND_LINE), ARGUMENT);
  for (const [index, argument] of all.entries()) {
    const [, uuid] = UUID_ARGUMENT.exec(attribute(argument, 'value') ?? '') ?? [];
    const option = all[index - 1];
    if (uuid !== undefined && option !== undefined && attribute(option, 'value') === '-smbios')
      return { uuid: uuid.toLowerCase(), both: [option, argument] };
  }
  return null;
}

/** The two arguments alone: a person may have others beside them. */
function patchUuid({ domain, fresh }: Patch): void {
  const line = child(domain, COMMAND_LINE);
  const wanted = child(fresh, COMMAND_LINE);
  if (!line) {
    insertAfter(domain, ['devices'], wanted ? [wanted] : []);
    return;
  }
  for (const argument of uuidArgument(domain)?.both ?? []) remove(line, argument);
  insertAfter(line, [ARGUMENT], childrenNamed(wanted, ARGUMENT));
  if (childrenNamed(line, ARGUMENT).length === 0) remove(domain, line);
}
