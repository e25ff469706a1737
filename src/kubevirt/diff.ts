/** What has to happen to a VM that is there. */
import type { FieldChange, KubeObject, Reason, ResolvedVm } from '../model/index.js';
import { ownEntries } from './fields/devices.js';
import type { VmObjects } from './fields/field.js';
import { compareFields } from './fields/index.js';
import type { OwnedVm } from './fleet-in-cluster.js';
import { at, isMap, mapsAt, textAt, type JsonObject } from './json.js';
import { markOf } from './names.js';

/** Without `fields` it is as it should be. */
export interface VmDiff {
  fields: FieldChange[];
  notes: string[];
  warnings: string[];
  reason: Reason;
  replace: boolean;
  restart: boolean;
  /** What is there. */
  found: VmObjects;
  /** What is to be there: with what others have hung on it. */
  objects: VmObjects;
}

export function diffVm(
  vm: ResolvedVm,
  wanted: VmObjects,
  { vm: object, mark, disks, instance }: OwnedVm,
  { replaces }: { replaces: boolean },
): VmDiff {
  if (object === null) throw new Error(`${vm.address} has no VirtualMachine`);
  const found = { vm: object, disks };
  const runs = instance !== null;
  const compared = compareFields({ vm, wanted, found, mark, runs });
  const { warnings } = compared;
  const fields = [...compared.fields, ...protectField(vm, mark.protect)];
  const waits = runs && vm.power === 'running' && awaitsRestart(object);
  if (fields.length === 0 && waits) fields.push(WAITING);
  const isOld = mark.digest !== vm.digest;
  if (fields.length === 0 && !hasSameMark(wanted.vm, object))
    fields.push({
      ...{ path: 'mark', before: mark.digest.slice(0, 8), after: vm.digest.slice(0, 8) },
      ...{ effect: 'live', why: 'the spec it was made from' },
    });
  const replace = replaces || fields.some(({ effect }) => effect === 'replace');
  const restart =
    !replace &&
    runs &&
    vm.power === 'running' &&
    (waits || fields.some(({ effect }) => effect === 'restart'));
  const shown = replace
    ? fields.map((field): FieldChange => ({ ...field, effect: 'replace' }))
    : fields.map((field) => asOthersStart(field, vm));
  return {
    fields: replaces && shown.length === 0 ? [REQUESTED] : shown,
    notes: notesOf(fields, vm, restart),
    warnings,
    reason: reasonOf(replaces && fields.length === 0, isOld),
    replace,
    restart,
    found,
    objects: {
      ...wanted,
      vm: withOthers(wanted.vm, object, ownEntries(mark, wanted.vm)),
    },
  };
}

const WAITING: FieldChange = {
  path: 'restart',
  before: 'waiting',
  after: 'done',
  effect: 'restart',
  why: 'what runs is from before the last change',
};

const REQUESTED: FieldChange = {
  path: 'replace',
  before: null,
  after: 'requested',
  effect: 'replace',
};

function reasonOf(isRequested: boolean, isOld: boolean): Reason {
  if (isRequested) return 'requested';
  return isOld ? 'changed' : 'drift';
}

function protectField({ protect }: ResolvedVm, before: boolean): FieldChange[] {
  if (protect === before) return [];
  const shown = (value: boolean): string => (value ? 'yes' : 'no');
  return [{ path: 'protect', before: shown(before), after: shown(protect), effect: 'live' }];
}

/** Where others rule the power, what is changed waits for the next start. */
function asOthersStart(field: FieldChange, { power }: ResolvedVm): FieldChange {
  return power === 'external' && field.effect === 'restart'
    ? { ...field, effect: 'next-start' }
    : field;
}

function notesOf(fields: readonly FieldChange[], vm: ResolvedVm, restart: boolean): string[] {
  const power = fields.find(({ path }) => path === 'power');
  if (power?.after === 'off') return ['shuts the VM down'];
  if (power?.after === 'running') return ['starts the VM'];
  return restart ? ['restarts the VM'] : [];
}

/** KubeVirt says so of what it can't change in what runs. */
function awaitsRestart({ status }: KubeObject): boolean {
  return mapsAt(status, 'conditions').some(
    (each) => textAt(each, 'type') === 'RestartRequired' && textAt(each, 'status') === 'True',
  );
}

/** All but the file, which may be moved. */
function hasSameMark(wanted: KubeObject, found: KubeObject): boolean {
  const parts = (object: KubeObject): string => {
    const mark = markOf(object);
    return JSON.stringify([mark?.digest, mark?.firmware, [...(mark?.disks ?? [])], mark?.nics]);
  };
  return parts(wanted) === parts(found);
}

/**
 * Lists of devices are one value to the API: what others have put there is kept in it. `own`: the
 * names of ven's entries, which are gone where they are not wanted.
 */
function withOthers(vm: KubeObject, found: KubeObject, own: ReadonlySet<string>): KubeObject {
  const copy = structuredClone(vm);
  for (const path of LISTS) {
    const others = mapsAt(found, ...path).filter((each) => !own.has(textAt(each, 'name') ?? ''));
    if (others.length === 0) continue;
    const parent = at(copy, ...path.slice(0, -1));
    if (isMap(parent))
      (parent as Record<string, JsonObject[]>)[path.at(-1) ?? ''] = [
        ...mapsAt(copy, ...path),
        ...others,
      ];
  }
  return copy;
}

const SPEC = ['spec', 'template', 'spec'];
const LISTS = [
  [...SPEC, 'domain', 'devices', 'disks'],
  [...SPEC, 'domain', 'devices', 'interfaces'],
  [...SPEC, 'networks'],
  [...SPEC, 'volumes'],
];
