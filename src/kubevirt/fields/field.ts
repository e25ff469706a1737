/** What the fields of a VM have in common: how each is written into its objects and read back. */
import type { Effect, FieldChange, KubeObject, ResolvedVm } from '../../model/index.js';
import type { JsonObject } from '../json.js';
import type { Mark } from '../names.js';

/** A VirtualMachine, and the claims for its disks by target; of ven, or of the cluster. */
export interface VmObjects {
  vm: KubeObject;
  disks: ReadonlyMap<string, KubeObject>;
}

export interface Writing {
  fleet: string;
  vm: ResolvedVm;
}

/** Where a VM's own settings are in its VirtualMachine. */
export const SPEC = ['spec', 'template', 'spec'] as const;
export const DOMAIN = [...SPEC, 'domain'] as const;

/** What is about a VM that is there. */
export interface Comparison {
  vm: ResolvedVm;
  wanted: VmObjects;
  found: VmObjects;
  mark: Mark;
  runs: boolean;
}

export interface Difference {
  fields: FieldChange[];
  warnings: string[];
}

export interface Field {
  /** Its part of the VirtualMachine. */
  write: (writing: Writing) => JsonObject;
  compare: (comparison: Comparison) => Difference;
  /** Of plans that create or delete a VM; null: not shown. */
  shown: { name: string; of: (objects: VmObjects, mark: Mark | null) => string } | null;
  /** The leaves of the VirtualMachine (`leaves`) that it compares itself. */
  covers: readonly RegExp[];
}

export interface Value {
  path: string;
  write: Field['write'];
  /** In the words of the plan. */
  read: (objects: VmObjects) => string;
  /** What it takes to change it in a running VM. */
  effect: Extract<Effect, 'live' | 'restart'>;
  shown?: true;
  covers: readonly RegExp[];
}

/** A field with one value: what was written reads as what is wanted. */
export function valueField({ path, write, read, effect, shown, covers }: Value): Field {
  return {
    write,
    compare({ wanted, found, runs }) {
      const [before, after] = [read(found), read(wanted)];
      if (before === after) return same();
      return different({ path, before, after, effect: runs ? effect : 'live' });
    },
    shown: shown ? { name: path, of: read } : null,
    covers,
  };
}

export function same(...warnings: string[]): Difference {
  return { fields: [], warnings };
}

export function different(...fields: FieldChange[]): Difference {
  return { fields, warnings: [] };
}

export function joined(parts: readonly Difference[]): Difference {
  return {
    fields: parts.flatMap(({ fields }) => fields),
    warnings: parts.flatMap(({ warnings }) => warnings),
  };
}

export function inDomain(piece: JsonObject): JsonObject {
  return { spec: { template: { spec: { domain: piece } } } };
}

/** Matches a leaf of the VM's own settings, and all below it. */
export function under(path: string): RegExp {
  const literal = path.replace(/[.[\]]/g, (char) => `\\${char}`);
  return new RegExp(`^spec\\.template\\.spec\\.${literal}(?=$|[.[])`);
}
