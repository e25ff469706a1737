/**
 * The table of a VM's fields, which all that handles fields walks: writing, comparing, words. A
 * field of `ResolvedVm` that has no row is a type error.
 */
import { type Facts, type FieldChange, type ResolvedVm } from '../../model/index.js';
import { leaves, merged, type JsonObject } from '../json.js';
import type { Mark } from '../names.js';
import { boot, disks, nics } from './devices.js';
import {
  inDomain,
  joined,
  type Comparison,
  type Difference,
  type Field,
  type VmObjects,
  type Writing,
} from './field.js';
import {
  assetTag,
  cpus,
  description,
  firmware,
  graphics,
  memory,
  power,
  serialNumber,
  shutdownTimeout,
  title,
  tpm,
  uuid,
} from './values.js';

/** Who a VM is, what only libvirt has, and what the rules of the fleet file refuse here. */
type NoField =
  | 'address'
  | 'name'
  | 'domain'
  | 'accelerator'
  | 'pxe'
  | 'nvram'
  | 'media'
  | 'bmc'
  | 'autostart'
  | 'placement'
  | 'protect'
  | 'ignore'
  | 'digest';
type FieldName = Exclude<keyof ResolvedVm, NoField> | 'written';

/** What every VM has. */
const written: Field = {
  write: () =>
    inDomain({
      machine: { type: 'q35' },
      features: { acpi: {} },
      devices: {
        autoattachSerialConsole: true,
        logSerialConsole: true,
        rng: {},
      },
    }),
  compare({ wanted, found, runs }) {
    const there = new Map(leaves({ spec: found.vm.spec }));
    const covered = Object.values(FIELDS).flatMap(({ covers }) => covers);
    const fields = leaves({ spec: wanted.vm.spec }).flatMap(([path, leaf]): FieldChange[] => {
      if (covered.some((each) => each.test(path))) return [];
      const before = isPresent(leaf, path, there) ? leaf : there.get(path);
      if (JSON.stringify(before) === JSON.stringify(leaf)) return [];
      const effect = runs ? 'restart' : 'live';
      return [{ path, before: shownLeaf(before), after: shownLeaf(leaf), effect }];
    });
    return { fields, warnings: [] };
  },
  shown: null,
  covers: [],
};

/** An empty map asks for a device; what it says of it is left to the cluster. */
function isPresent(leaf: unknown, path: string, there: ReadonlyMap<string, unknown>): boolean {
  if (JSON.stringify(leaf) !== '{}') return false;
  return [...there.keys()].some((key) => key === path || key.startsWith(`${path}.`));
}

function shownLeaf(leaf: unknown): string | null {
  if (leaf === undefined) return null;
  return typeof leaf === 'string' ? leaf : JSON.stringify(leaf);
}

/** In the order in which a plan tells of changes. */
export const FIELDS = {
  title,
  description,
  cpus,
  memoryKiB: memory,
  firmware,
  tpm,
  boot,
  serialNumber,
  uuid,
  smbios: assetTag,
  graphics,
  shutdownTimeoutSeconds: shutdownTimeout,
  disks,
  nics,
  written,
  power,
} satisfies Record<FieldName, Field>;

const ALL: readonly Field[] = Object.values(FIELDS);

export function writeFields(writing: Writing): JsonObject {
  return ALL.map(({ write }) => write(writing)).reduce(merged, {});
}

export function compareFields(comparison: Comparison): Difference {
  return joined(ALL.map(({ compare }) => compare(comparison)));
}

/** What a plan shows of a VM that it creates (`mark` null) or deletes. */
export function shownFacts(objects: VmObjects, mark: Mark | null): Facts {
  const shown = ALL.flatMap((field) => field.shown ?? []);
  return Object.fromEntries(shown.map(({ name, of }) => [name, of(objects, mark)]));
}
