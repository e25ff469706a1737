/**
 * The table of a VM's fields, which all that handles fields walks: reading, patching, comparing,
 * words, digest. A field of `ResolvedVm` or a fact of `DomainFacts` that has no row is a type
 * error.
 */
import type { CommonFacts, DomainFacts, Facts, ResolvedVm } from '../../../model/index.js';
import type { Kept, XmlElement } from '../../../xml/index.js';
import { boot, pxe } from './boot.js';
import { serialConsole } from './console.js';
import { accelerator, cpus, memory } from './cpu-memory.js';
import { disks } from './disks.js';
import {
  definitionOf,
  mergedFor,
  type Actions,
  type Comparison,
  type Difference,
  type Field,
  type MarkedDomain,
  type Patch,
  type Surroundings,
} from './field.js';
import { firmware } from './firmware.js';
import { graphics, password } from './graphics.js';
import { description, serialNumber, title } from './identity.js';
import { media } from './media.js';
import { nics } from './nics.js';
import { nvram } from './nvram.js';
import { autostart, persistent, power } from './power.js';
import { smbios } from './smbios.js';
import { tpm } from './tpm.js';
import { writtenField, type Covered } from './written.js';

/** Who a VM is, and how ven goes about it: nothing of its domain's that could differ. */
type NoField =
  | 'address'
  | 'name'
  | 'domain'
  | 'uuid'
  | 'bmc'
  | 'protect'
  | 'ignore'
  | 'shutdownTimeoutSeconds'
  | 'placement'
  | 'digest';
type FieldName =
  Exclude<keyof ResolvedVm, NoField> | 'console' | 'password' | 'persistent' | 'written';

/** In the order in which a plan tells of changes. */
export const FIELDS = {
  title,
  description,
  cpus,
  memoryKiB: memory,
  firmware,
  tpm,
  boot,
  pxe,
  serialNumber,
  smbios,
  graphics,
  console: serialConsole,
  accelerator,
  password,
  persistent,
  autostart,
  nvram,
  disks,
  media,
  nics,
  written: writtenField((): Covered => COVERED),
  power,
} satisfies Record<FieldName, Field>;

const ALL: readonly Field[] = Object.values(FIELDS);

/** Who a domain is, and ven's mark, are nobody's to compare. */
const COVERED: Covered = {
  places: new Set([
    'name',
    'uuid',
    'metadata',
    ...ALL.flatMap(({ covers }) => covers?.places ?? []),
  ]),
  presence: new Set(ALL.flatMap(({ covers }) => covers?.presence ?? [])),
};

/**
 * The fields, those named first in this order: an order that others go by stays, and a new field
 * stands at its end.
 */
function inOrder(first: readonly FieldName[], without: readonly FieldName[] = []): Field[] {
  const others = (Object.keys(FIELDS) as FieldName[]).filter((name) => !first.includes(name));
  return [...first, ...others]
    .filter((name) => !without.includes(name))
    .map((name) => FIELDS[name]);
}

type All<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer Intersection,
) => void
  ? Intersection
  : never;
type ReadFacts = All<ReturnType<(typeof FIELDS)[FieldName]['read']>>;

/**
 * Works for the persistent and for the live XML; what only a running domain has is null in the
 * former.
 */
export function domainFacts(domain: XmlElement): DomainFacts {
  const definition = definitionOf(domain);
  const facts = Object.assign({}, ...ALL.map(({ read }) => read(definition))) as ReadFacts;
  return facts;
}

const COMMON = [nvram, serialNumber, smbios, graphics, disks, nics] as const;

/** The same of any domain, also from a tree that has only the parts of `COMMON_PARTS`. */
export function commonFacts(domain: XmlElement): CommonFacts {
  const definition = definitionOf(domain);
  const facts = Object.assign({}, ...COMMON.map(({ read }) => read(definition))) as All<
    ReturnType<(typeof COMMON)[number]['read']>
  >;
  return facts;
}

/** Who a domain is, its mark, and where its `CommonFacts` are. */
export const COMMON_PARTS: Kept = new Map<string, Kept>([
  ...['name', 'uuid', 'metadata', 'sysinfo', 'qemu:commandline'].map(whole),
  ['os', new Map(['nvram'].map(whole))],
  ['devices', new Map(['disk', 'interface', 'graphics'].map(whole))],
]);

function whole(name: string): [string, Kept] {
  return [name, 'all'];
}

const PATCHES = new Map(ALL.flatMap(({ patches }) => Object.entries(patches)));

/** `field`: `cpus`, `disks.sda`, `-disks.sda`. @throws Error for one that no field has. */
export function patchField(patch: Patch, field: string): void {
  const [, list, key = ''] = /^([^.]+\.)?([^.]+)$/.exec(field) ?? [];
  const change = PATCHES.get(list ?? key);
  if (!change) throw new Error(`no such field of a domain: ${field}`);
  change(patch, key);
}

export type VmDifference = Required<Omit<Difference, 'actions'>> & Actions;

/** All that differs between a VM as wanted and its domain. */
export function compareVm(comparison: Comparison): VmDifference {
  const { actions, define, settings, ...lists } = mergedFor(
    comparison.vm,
    ALL.map(({ compare }) => compare(comparison)),
  );
  return {
    ...lists,
    define: [...new Set(define)],
    settings: [...new Set(settings)],
    power: 'none',
    persist: false,
    password: false,
    nvram: null,
    ...actions,
  };
}

const SHOWN = inOrder([
  'cpus',
  'memoryKiB',
  'firmware',
  'tpm',
  'disks',
  'nics',
  'serialNumber',
  'power',
]).flatMap(({ shown }) => shown ?? []);

/** What a plan shows of a VM that it creates. */
export function vmFacts(vm: ResolvedVm): Facts {
  return Object.fromEntries(SHOWN.map(({ name, wanted }) => [name, wanted(vm)]));
}

/** What a plan shows of a VM that it deletes. */
export function observedVmFacts(
  domain: MarkedDomain,
  around: Omit<Surroundings, 'outages'>,
): Facts {
  return Object.fromEntries(SHOWN.map(({ name, observed }) => [name, observed(domain, around)]));
}

/**
 * In digests of plans that were saved, these stand in one list; each of the others is a list of its
 * own.
 */
const IN_ONE_LIST = [
  'title',
  'description',
  'accelerator',
  'cpus',
  'memoryKiB',
  'firmware',
  'nvram',
  'tpm',
  'boot',
  'pxe',
  'serialNumber',
  'smbios',
  'console',
] as const;
const digests = (fields: readonly Field[]) => fields.flatMap(({ digest }) => digest ?? []);
const FIRST_DIGESTS = digests(IN_ONE_LIST.map((name) => FIELDS[name]));
const OTHER_DIGESTS = digests(inOrder(['graphics', 'disks', 'nics'], IN_ONE_LIST));

/** A definition as far as a plan hangs on it: lists in a fixed order. */
export function digestParts(facts: DomainFacts): unknown[] {
  return [
    FIRST_DIGESTS.flatMap((digest) => digest(facts)),
    ...OTHER_DIGESTS.map((digest) => digest(facts)),
  ];
}
