/**
 * What one field of a VM is, on every side: how it is read back from a domain's XML, patched into
 * it and compared, what a change of it costs, its words in the plan, its part of the plan's digest.
 * How it is written for a new VM stands in `templates/domain.xml.njk`; a patch takes its pieces
 * from there.
 */
import {
  isIgnored,
  type Address,
  type Backing,
  type DomainFacts,
  type DomainMark,
  type FieldChange,
  type HostFirmware,
  type Impairment,
  type ObservedDomain,
  type ObservedNetwork,
  type ObservedPool,
  type ObservedVolume,
  type Render,
  type ResolvedVm,
  type VolumeRef,
} from '../../../model/index.js';
import { at, child, childrenNamed, textOf, type XmlElement } from '../../../xml/index.js';
import { setNamed } from '../../edit.js';

export interface Field<Facts extends Partial<DomainFacts> = Partial<DomainFacts>> {
  /** Works for the persistent and for the live XML. */
  read: (definition: Definition) => Facts;
  /**
   * By the name that `vm-define` has for each. To a name that ends with a dot belongs a `key`: the
   * target of a disk, say. All are idempotent.
   */
  patches: Record<string, (patch: Patch, key: string) => void>;
  compare: (comparison: Comparison) => Difference;
  /**
   * Its words where a plan shows a VM that is created, replaced or deleted; null: it is not shown
   * there.
   */
  shown: Shown | null;
  /**
   * What of it a plan hangs on: not what changes by itself (ttys, tap names, ports that libvirt
   * chose). null: the domain's own part of the digest says it.
   */
  digest: ((facts: DomainFacts) => unknown[]) | null;
  /** What of the definition is its own to compare; see `Covered`. */
  covers?: { places?: readonly string[]; presence?: readonly string[] };
}

/** A domain's XML, with the elements that most fields are in. */
export interface Definition {
  domain: XmlElement;
  os: XmlElement | undefined;
  devices: XmlElement | undefined;
}

/** The definition as it is, changed in place, and what it would be if the VM were made today. */
export interface Patch {
  domain: XmlElement;
  fresh: XmlElement;
  vm: ResolvedVm;
  firmware: HostFirmware | null;
}

export interface Comparison {
  vm: ResolvedVm;
  domain: MarkedDomain;
  around: Surroundings;
}

export type MarkedDomain = ObservedDomain & { mark: DomainMark };

/** What of the rest of the host the fields of a VM have to do with. */
export interface Surroundings {
  /** By `volumeKey`. */
  volumes: ReadonlyMap<string, ObservedVolume>;
  pools: ReadonlyMap<string, ObservedPool>;
  backing: Backing;
  networksByName: ReadonlyMap<string, ObservedNetwork>;
  /** Each bridge's taps; null where that isn't known. */
  ports: ReadonlyMap<string, ReadonlySet<string>> | null;
  /** By tap, as far as it is known; see `HostState.impairments`. */
  impairments: ReadonlyMap<string, Impairment>;
  /** libvirt's names of networks that are about to stop and start. */
  outages: ReadonlySet<string>;
  /** See `Render.written`. */
  written: Render['written'];
}

/**
 * What differs, in the words of the plan, and what is to be done about it. Nothing in it: all is as
 * it should be.
 */
export interface Difference {
  fields?: FieldChange[];
  /** Patches of the persistent definition, in the order of the table. */
  define?: string[];
  /** What is set without a new definition; a description goes with the title. */
  settings?: ('autostart' | 'title')[];
  notes?: string[];
  warnings?: string[];
  /** Differences that the VM's `ignore` takes out. */
  ignored?: FieldChange[];
  /** Volumes to create. */
  create?: VolumeRef[];
  grow?: { ref: VolumeRef; target: string; bytes: number; running: boolean }[];
  /**
   * Volumes that ven created and the fleet file no longer names. They stay in the mark, so that
   * destroy finds them.
   */
  left?: VolumeRef[];
  /** Disks in pools that can't be looked into: what differs of them is not known. */
  uncompared?: VolumeRef[];
  inTheWay?: Obstacle[];
  /** MACs of NICs that a running VM must be told of, when it isn't restarted. */
  live?: string[];
  /** MACs of NICs to attach to their bridges again, when the VM isn't restarted. */
  reattach?: string[];
  actions?: Partial<Actions>;
}

/** Something that a person put where the VM has to be changed. */
export interface Obstacle {
  address: Address;
  what: string;
  shownBy: { virsh: string };
  hint: string;
  /** One line; absent: that it is not ven's, and in the way. */
  summary?: string;
}

export interface Actions {
  /** `cut`: it hangs, crashed, with its power on: off, then on again. */
  power: 'start' | 'stop' | 'cut' | 'none';
  /** It runs, and has no definition to start from again. */
  persist: boolean;
  /** The password of its screen is to be set. */
  password: boolean;
  /**
   * The volume to make from the firmware's template, with what the fleet file names in it, while
   * the VM is off.
   */
  nvram: { ref: VolumeRef; make: boolean } | null;
}

export interface Shown {
  name: string;
  wanted: (vm: ResolvedVm) => string;
  observed: (domain: MarkedDomain, around: Omit<Surroundings, 'outages'>) => string;
}

/** A field with one value, which a domain has in its XML. */
export interface Value<Facts extends Partial<DomainFacts>> {
  /** Its name in plans, and that of its patch. */
  path: string;
  read: (definition: Definition) => Facts;
  patch: (patch: Patch) => void;
  /** Both in the words of the plan. */
  wanted: (vm: ResolvedVm) => string;
  found: (facts: Facts) => string;
  /** What it takes to change it in a running VM. */
  effect: 'live' | 'restart';
  /** It is not defined, but set. */
  setting?: 'title';
  shown?: true;
  digest: (facts: Facts) => unknown[];
  covers: Required<Field>['covers'];
}

export function valueField<Facts extends Partial<DomainFacts>>(value: Value<Facts>): Field<Facts> {
  const { path, read, patch, wanted, effect, setting } = value;
  // All facts are more than enough for a function of some.
  const found = value.found as (facts: DomainFacts) => string;
  const digest = value.digest as (facts: DomainFacts) => unknown[];
  return {
    read,
    patches: { [path]: patch },
    compare({ vm, domain }) {
      const change = changeOf(domain, { path, wanted: wanted(vm), found, effect });
      if (change === null) return {};
      const fields = [change.field];
      if (setting !== undefined) return { fields, settings: [setting] };
      return change.define ? { fields, define: [path] } : { fields };
    },
    shown: value.shown ? { name: path, wanted, observed: ({ config }) => found(config) } : null,
    digest,
    covers: value.covers,
  };
}

/** A field that a domain has beside its XML. */
export function stateField(
  compare: Field['compare'],
  shown: Shown | null = null,
): Field<Record<never, never>> {
  return { read: () => ({}), patches: {}, compare, shown, digest: null };
}

/** What is left of a difference without what the VM's `ignore` takes out. */
export function heeded(vm: ResolvedVm, difference: Difference): Difference {
  const { fields = [], warnings = [], left = [], uncompared = [] } = difference;
  const out = fields.filter(({ path }) => isIgnored(vm, path));
  if (out.length === 0) return difference;
  const ignored = [...(difference.ignored ?? []), ...out];
  if (out.length === fields.length) return { ignored, warnings, left, uncompared };
  return { ...difference, fields: fields.filter((field) => !out.includes(field)), ignored };
}

/** All parts that the VM does not ignore, as one. */
export function mergedFor(vm: ResolvedVm, parts: readonly Difference[]): Required<Difference> {
  return merged(parts.map((part) => heeded(vm, part)));
}

/** All parts as one, in their order. */
export function merged(parts: readonly Difference[]): Required<Difference> {
  return {
    ignored: parts.flatMap(({ ignored = [] }) => ignored),
    fields: parts.flatMap(({ fields = [] }) => fields),
    define: parts.flatMap(({ define = [] }) => define),
    settings: parts.flatMap(({ settings = [] }) => settings),
    notes: parts.flatMap(({ notes = [] }) => notes),
    warnings: parts.flatMap(({ warnings = [] }) => warnings),
    create: parts.flatMap(({ create = [] }) => create),
    grow: parts.flatMap(({ grow = [] }) => grow),
    left: parts.flatMap(({ left = [] }) => left),
    uncompared: parts.flatMap(({ uncompared = [] }) => uncompared),
    inTheWay: parts.flatMap(({ inTheWay = [] }) => inTheWay),
    live: parts.flatMap(({ live = [] }) => live),
    reattach: parts.flatMap(({ reattach = [] }) => reattach),
    actions: Object.assign({}, ...parts.map(({ actions }) => actions)) as Partial<Actions>,
  };
}

/** How one value differs; null: not at all. `define`: in the persistent definition. */
export function changeOf(
  { config, live }: ObservedDomain,
  of: {
    path: string;
    wanted: string;
    found: (facts: DomainFacts) => string;
    effect: 'live' | 'restart';
  },
): { field: FieldChange; define: boolean } | null {
  const { path, wanted, found, effect } = of;
  const defined = found(config);
  const running = live === null ? wanted : found(live);
  if (defined === wanted && running === wanted) return null;
  const field = {
    path,
    before: defined === wanted ? running : defined,
    after: wanted,
    effect: running === wanted ? ('live' as const) : effect,
  };
  return { field, define: defined !== wanted };
}

export function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

export function wholeNumber(text: string | null): number | null {
  return text !== null && /^\s*-?\d{1,15}\s*$/.test(text) ? Number(text) : null;
}

/** A child of the domain itself, or its absence. */
export function transplant(patch: Patch, name: string, after: readonly string[]): void {
  setNamed(patch.domain, name, childrenNamed(patch.fresh, name), after);
}

export function devicesOf(domain: XmlElement): XmlElement {
  return required(domain, 'devices');
}

export function required(parent: XmlElement, ...path: string[]): XmlElement {
  const found = at(parent, ...path);
  if (!found)
    throw new Error(
      `<${parent.name}> has no <${path.join('><')}>: ${textOf(parent).trim().slice(0, 40)}`,
    );
  return found;
}

export function definitionOf(domain: XmlElement): Definition {
  return { domain, os: child(domain, 'os'), devices: child(domain, 'devices') };
}

export function absent(vm: ResolvedVm, what: string): never {
  throw new Error(`${vm.address} has no ${what}`);
}
