/** The differences between a fleet and what a namespace has of it, and the steps that end them. */
import { createHash } from 'node:crypto';
import type {
  Address,
  Change,
  ClusterState,
  FieldChange,
  KubeObject,
  ObjectToApply,
  Plan,
  PlanOptions,
  Refusal,
  ResolvedFleet,
  ResolvedVm,
  Step,
} from '../model/index.js';
import {
  addressOrder,
  compareNaturally,
  countsOf,
  refuseDeletingAll,
  select,
  type Selection,
} from '../plan/index.js';
import { multusName, sizeOf } from './fields/devices.js';
import type { VmObjects } from './fields/field.js';
import { shownFacts } from './fields/index.js';
import {
  fleetInCluster,
  isGoing,
  refOf,
  type FleetInCluster,
  type OwnedVm,
} from './fleet-in-cluster.js';
import { diffVm, type VmDiff } from './diff.js';
import { networkAddress } from './names.js';
import {
  compareNetworks,
  configOf,
  networkFacts,
  wantedNetworks,
  type WantedNetwork,
} from './networks.js';
import { foreignRefusal, networkRefusal, objectsOf, protectedRefusal } from './refusals.js';
import { quantityOf } from './quantity.js';
import { vmObjects } from './write.js';

const APPLY_SECONDS = 120;
/** A guest that shuts down in order is waited for. */
const DELETE_SECONDS = 600;

/** A part of a plan about one address. */
interface Part {
  change: Change;
  steps: Step[];
}

interface Planning {
  fleet: ResolvedFleet;
  state: ClusterState;
  found: FleetInCluster;
  selection: Selection;
  options: PlanOptions;
}

/** Pure. Throws `VenError`: `not-found` (a target that matches nothing), `delete-all`. */
export function makeClusterPlan(
  fleet: ResolvedFleet,
  state: ClusterState,
  options: PlanOptions,
): Plan {
  const found = fleetInCluster(fleet, state);
  const isApply = options.mode === 'apply';
  const networks = isApply ? wantedNetworks(fleet, state.networks, state) : [];
  const known = [
    ...fleet.vms.map(({ address }) => address),
    ...fleet.networks.flatMap(({ kind, address }) => (kind === 'own' ? [address] : [])),
    ...networks.map(({ address }) => address),
    ...[...found.vms.keys()].map((name) => `vm.${name}`),
    ...[...found.networks.keys()].map(networkAddress),
  ];
  const selection = select(options, [...new Set(known)]);
  const planning: Planning = { fleet, state, found, selection, options };
  const planned = isApply ? planApply(planning, networks) : planDestroy(planning);
  const changes = planned.parts.map(({ change }) => change).sort(addressOrder(fleet));
  refuseDeletingAll(fleet, [...found.vms.values()], changes, options);
  const { refused, warnings } = planned;
  return {
    formatVersion: '1',
    fleet: fleet.name,
    host: state.uri,
    hostFrom: fleet.hostFrom,
    specDigest: fleet.digest,
    observedDigest: observedDigest(planning, changes, refused),
    options,
    changes,
    steps: planned.parts.flatMap(({ steps }) => steps),
    refused: [...refused].sort(addressOrder(fleet)),
    warnings: [...new Set(isApply ? [...fleet.warnings, ...warnings] : warnings)],
    ignored: [],
    summary: { ...countsOf(changes), noop: planned.unchanged },
  };
}

interface Planned {
  parts: Part[];
  refused: Refusal[];
  warnings: string[];
  unchanged: number;
}

// Apply

interface VmIntent {
  vm: ResolvedVm;
  owned: OwnedVm | undefined;
  objects: VmObjects;
  diff: VmDiff | null;
}

function planApply(planning: Planning, networks: readonly WantedNetwork[]): Planned {
  const { fleet, state, found, selection } = planning;
  const refused = new Map<Address, Refusal>();
  const refuse = (refusal: Refusal | null): boolean => {
    if (refusal === null) return false;
    refused.set(refusal.address, refusal);
    return true;
  };
  for (const { address, object } of networks)
    refuse(foreignRefusal(address, [object], found, state.namespace));
  const names = new Set(state.networks.map(({ metadata: { name } }) => name));
  const there = { names, namespace: state.namespace };
  const vms = fleet.vms.filter(({ address }) => selection.has(address));
  const intents = vms
    .map((vm) => intentOf(vm, planning))
    .filter(({ vm, owned, objects, diff }) => {
      if (refuse(foreignRefusal(vm.address, objectsOf(objects), found, state.namespace)))
        return false;
      if (refuse(networkRefusal(fleet, vm, networks, refused, there))) return false;
      const replaces = owned !== undefined && diff?.replace === true;
      const fate = 'would be replaced';
      return !(replaces && refuse(protectedRefusal(vm.address, { vm, mark: owned.mark, fate })));
    });
  const named = new Set(fleet.vms.map(({ name }) => name));
  const removed = [...found.vms].filter(
    ([name, { mark }]) =>
      !named.has(name) &&
      selection.has(`vm.${name}`) &&
      !refuse(protectedRefusal(`vm.${name}`, { vm: undefined, mark, fate: 'would be deleted' })),
  );
  const acted = intents.filter(({ diff }) => diff === null || diff.fields.length > 0);
  const needed = new Set(
    acted.flatMap(({ vm }) => vm.nics.map((nic) => multusName(fleet.name, nic))),
  );
  const made = networks
    .filter(({ address, object }) => {
      if (refused.has(address) || selection.excluded(address)) return false;
      return selection.has(address) || needed.has(object.metadata.name);
    })
    .map((network) => networkPart(network, planning));
  const networkSteps = new Map(
    made.flatMap((part) => part?.steps.map((step) => [step.address, step.id] as const) ?? []),
  );
  const needsOf = (vm: ResolvedVm): string[] =>
    networks.flatMap(({ address, object }) => {
      const isIts = vm.nics.some((nic) => multusName(fleet.name, nic) === object.metadata.name);
      return isIts ? (networkSteps.get(address) ?? []) : [];
    });
  const deleted = removed.map(([name, owned]) => deletion(`vm.${name}`, owned, 'removed'));
  const unwanted = unwantedNetworks(planning, new Set(networks.map(({ address }) => address)), [
    ...intents.flatMap(({ vm, diff }) => (diff === null ? [] : [`${vm.address}:apply`])),
    ...deleted.flatMap(({ steps }) => steps.map(({ id }) => id)),
  ]);
  const parts = [
    ...made.filter((part) => part !== null),
    ...acted.map((intent) => vmPart(intent, needsOf(intent.vm), planning)),
    ...deleted,
  ];
  const ids = new Set(parts.flatMap(({ steps }) => steps.map(({ id }) => id)));
  const own = new Set(networks.filter(({ isOwn }) => isOwn).map(({ address }) => address));
  const isApart = made.some(
    (part) => part?.change.action === 'create' && own.has(part.change.address),
  );
  return {
    parts: [...parts, ...unwanted.map((part) => onlyNeeding(part, ids))],
    refused: [...refused.values()].filter(
      ({ address }) => selection.has(address) || needsAddress(vms, address),
    ),
    warnings: [
      ...intents.flatMap(({ diff }) => diff?.warnings ?? []),
      ...(isApart ? [NODES_APART] : []),
    ],
    unchanged: intents.length - acted.length + made.filter((part) => part === null).length,
  };
}

const NODES_APART =
  'networks of the fleet are a bridge on each node: VMs on different nodes do not reach each ' +
  'other through them. For one that spans the nodes: `bridge` of a NIC, or `existing`';

function needsAddress(vms: readonly ResolvedVm[], address: Address): boolean {
  return vms.some(({ nics }) =>
    nics.some(({ source }) => source.kind === 'network' && source.own === address),
  );
}

/** A network goes after the VMs that leave it, as far as these have steps. */
function onlyNeeding({ change, steps }: Part, ids: ReadonlySet<string>): Part {
  return {
    change,
    steps: steps.map((step) => ({ ...step, needs: step.needs.filter((id) => ids.has(id)) })),
  };
}

function intentOf(vm: ResolvedVm, { fleet, state, found, selection }: Planning): VmIntent {
  const owned = found.vms.get(vm.name);
  const objects = vmObjects(fleet, vm, state);
  const isThere = owned !== undefined && owned.vm !== null && !isGoing(owned.vm);
  const diff = isThere
    ? diffVm(vm, objects, owned, { replaces: selection.replaces(vm.address) })
    : null;
  return { vm, owned, objects, diff };
}

function vmPart(
  { vm, owned, objects, diff }: VmIntent,
  needs: readonly string[],
  { selection }: Planning,
): Part {
  const { address } = vm;
  const step = { address, timeoutSeconds: APPLY_SECONDS };
  if (diff === null || owned === undefined) {
    const going = owned === undefined ? [] : objectsThatGo(owned);
    const away = deleteStep(address, going);
    const kept = new Map([...(owned?.disks ?? [])].filter(([, disk]) => !isGoing(disk)));
    const apply: Step = {
      ...{ ...step, id: `${address}:apply`, kind: 'objects-apply' },
      needs: [...needs, ...away.map(({ id }) => id)],
      objects: toApply(selection.leaveOff ? leftOff(objects) : objects, kept),
    };
    const notes = kept.size > 0 ? [`goes on with the disks that it has: ${targets(kept)}`] : [];
    const after = shownFacts(objects, null);
    const change: Change = { address, action: 'create', reason: 'missing', notes, after };
    return { change, steps: [...away, apply] };
  }
  if (diff.replace) {
    const away = deleteStep(address, [...(owned.vm ? [owned.vm] : []), ...owned.disks.values()]);
    const apply: Step = {
      ...{ ...step, id: `${address}:apply`, kind: 'objects-apply' },
      needs: [...needs, ...away.map(({ id }) => id)],
      objects: toApply(objects, new Map()),
    };
    const lost = [...owned.disks].map(([target, disk]) => lostDisk(target, disk));
    const change: Change = {
      ...{ address, action: 'replace', reason: diff.reason, notes: lost, fields: diff.fields },
      before: shownFacts(diff.found, owned.mark),
      after: shownFacts(objects, null),
    };
    return { change, steps: [...away, apply] };
  }
  const apply: Step = {
    ...{ ...step, id: `${address}:apply`, kind: 'objects-apply', needs: [...needs] },
    objects: toApply(diff.objects, owned.disks, owned.vm),
  };
  const restart: Step[] = diff.restart
    ? [
        {
          ...{ ...step, id: `${address}:restart`, kind: 'object-restart', needs: [apply.id] },
          vm: objects.vm.metadata.name,
        },
      ]
    : [];
  const { reason, notes, fields } = diff;
  const change: Change = { address, action: 'update', reason, notes, fields };
  return { change, steps: [apply, ...restart] };
}

function objectsThatGo({ vm, disks }: OwnedVm): KubeObject[] {
  return [...(vm ? [vm] : []), ...disks.values()].filter(isGoing);
}

function targets(disks: ReadonlyMap<string, KubeObject>): string {
  return [...disks.keys()].sort().join(', ');
}

/** Disks first: so the VM finds them. A disk is never made smaller. */
function toApply(
  { vm, disks }: VmObjects,
  there: ReadonlyMap<string, KubeObject>,
  vmThere: KubeObject | null = null,
): ObjectToApply[] {
  const claims = [...disks].map(([target, disk]): ObjectToApply => {
    const before = there.get(target);
    if (before === undefined) return { manifest: disk, uid: null };
    const size = Math.max(sizeOf(before), sizeOf(disk));
    const spec = {
      ...(disk.spec as object),
      resources: { requests: { storage: quantityOf(size) } },
    };
    return { manifest: { ...disk, spec }, uid: before.metadata.uid ?? null };
  });
  return [...claims, { manifest: vm, uid: vmThere?.metadata.uid ?? null }];
}

function leftOff(objects: VmObjects): VmObjects {
  const spec = { ...(objects.vm.spec as object), runStrategy: 'Halted' };
  return { ...objects, vm: { ...objects.vm, spec } };
}

// Networks

/** null: it is as it should be. */
function networkPart(wanted: WantedNetwork, { found }: Planning): Part | null {
  const { address, object, config } = wanted;
  const there = [...found.networks.values()].find(
    ({ metadata }) => metadata.name === object.metadata.name,
  );
  const apply = (uid: string | null): Step => ({
    ...{ id: `${address}:apply`, address, kind: 'objects-apply', needs: [] },
    ...{ timeoutSeconds: APPLY_SECONDS, objects: [{ manifest: object, uid }] },
  });
  if (there === undefined) {
    const after = networkFacts(config);
    const change: Change = { address, action: 'create', reason: 'missing', notes: [], after };
    return { change, steps: [apply(null)] };
  }
  const fields = compareNetworks(wanted, there);
  const digests = [there, object].map(({ metadata }) => metadata.annotations?.['ven/digest'] ?? '');
  const [before = '', after = ''] = digests;
  if (fields.length === 0 && before === after) return null;
  const reason = before === after ? 'drift' : 'changed';
  const notes =
    fields.length === 0 ? [] : ['running VMs keep what they have until they start again'];
  const shown = fields.length > 0 ? fields : [markField(before, after)];
  const change: Change = { address, action: 'update', reason, notes, fields: shown };
  return { change, steps: [apply(there.metadata.uid ?? null)] };
}

export function markField(before: string, after: string): FieldChange {
  return {
    ...{ path: 'mark', before: before.slice(0, 8), after: after.slice(0, 8), effect: 'live' },
    why: 'the spec it was made from',
  };
}

/** Networks that the fleet file does not name (any more). `after`: steps that come before. */
function unwantedNetworks(
  { found, selection, options }: Planning,
  wanted: ReadonlySet<Address>,
  after: readonly string[],
): Part[] {
  return [...found.networks].flatMap(([key, object]): Part[] => {
    const address = networkAddress(key);
    if (wanted.has(address) || !selection.has(address)) return [];
    const reason = options.mode === 'destroy' ? 'destroy' : 'removed';
    const before = networkFacts(configOf(object));
    return [
      {
        change: { address, action: 'delete', reason, notes: [], before },
        steps: deleteStep(address, [object], after),
      },
    ];
  });
}

// Destroy

function planDestroy(planning: Planning): Planned {
  const { fleet, state, found, selection, options } = planning;
  const written = new Map(fleet.vms.map((vm) => [vm.name, vm]));
  const refused: Refusal[] = [];
  const parts: Part[] = [];
  const staying = new Map<string, Address>();
  for (const [name, owned] of found.vms) {
    const address = `vm.${name}`;
    const vm = written.get(name);
    const fate = 'would be destroyed';
    const refusal = selection.has(address)
      ? protectedRefusal(address, { vm, mark: owned.mark, fate })
      : null;
    if (refusal) refused.push(refusal);
    if (selection.has(address) && !refusal)
      parts.push(deletion(address, owned, 'destroy', options.keepDisks ? state : null));
    else for (const network of networksOf(owned)) staying.set(network, address);
  }
  const ids = parts.flatMap(({ steps }) => steps.map(({ id }) => id));
  for (const part of unwantedNetworks(planning, new Set(), ids)) {
    const { address } = part.change;
    const object = [...found.networks].find(([key]) => networkAddress(key) === address)?.[1];
    const user = staying.get(object?.metadata.name ?? '');
    if (user === undefined) parts.push(part);
    else if (selection.targeted(address))
      refused.push({
        ...{ address, code: 'in-use', summary: `${user} stays, and is on this network` },
        hint: 'Select the VMs on it, too.',
      });
  }
  return { parts, refused, warnings: [], unchanged: 0 };
}

function networksOf({ vm }: OwnedVm): string[] {
  const text = JSON.stringify(vm?.spec ?? null);
  return [...text.matchAll(/"networkName":"(?:[^"/]*\/)?([^"]*)"/g)].map(([, name = '']) => name);
}

/** `keepIn`: the disks stay there, as nobody's. */
function deletion(
  address: Address,
  { vm, disks, mark }: OwnedVm,
  reason: 'removed' | 'destroy',
  keepIn: ClusterState | null = null,
): Part {
  const gone = [...(vm ? [vm] : []), ...(keepIn ? [] : disks.values())];
  const notes = [...disks].map(([target, disk]) =>
    keepIn ? `keeps ${disk.metadata.name}` : lostDisk(target, disk),
  );
  const steps = deleteStep(address, gone);
  const released: Step[] =
    keepIn === null || disks.size === 0
      ? []
      : [
          {
            ...{ id: `${address}:release`, address, kind: 'objects-apply' },
            ...{ needs: steps.map(({ id }) => id), timeoutSeconds: APPLY_SECONDS },
            objects: [...disks.values()].map(asNobodys),
          },
        ];
  const before = vm ? shownFacts({ vm, disks }, mark) : { disks: targets(disks) };
  return {
    change: { address, action: 'delete', reason, notes, before },
    steps: [...steps, ...released],
  };
}

/** Without what ven said of it: so no later apply takes it for its own. */
function asNobodys({ apiVersion, kind, metadata, spec }: KubeObject): ObjectToApply {
  const { name, namespace, uid } = metadata;
  const kept = ['accessModes', 'resources', 'storageClassName'];
  const claim = Object.entries(spec as object).filter(([key]) => kept.includes(key));
  const manifest = {
    ...{ apiVersion, kind, spec: Object.fromEntries(claim) },
    metadata: { name, ...(namespace !== undefined && { namespace }) },
  };
  return { manifest, uid: uid ?? null };
}

function lostDisk(target: string, disk: KubeObject): string {
  return `deletes ${quantityOf(sizeOf(disk))}B on ${target}`;
}

function deleteStep(
  address: Address,
  objects: readonly KubeObject[],
  needs: readonly string[] = [],
): Step[] {
  if (objects.length === 0) return [];
  return [
    {
      ...{ id: `${address}:delete`, address, kind: 'objects-delete', needs: [...needs] },
      ...{ timeoutSeconds: DELETE_SECONDS, objects: objects.map(refOf) },
    },
  ];
}

// The whole

/** Of what the plan was made from. What the cluster writes by itself is left out. */
function observedDigest(
  { state, found }: Planning,
  changes: readonly Change[],
  refused: readonly Refusal[],
): string {
  const own = [
    ...[...found.vms.values()].flatMap(({ vm, disks }) => [...(vm ? [vm] : []), ...disks.values()]),
    ...found.networks.values(),
  ];
  const parts = own
    .map(({ kind, metadata, spec }) => {
      const { name, uid, labels, annotations, deletionTimestamp } = metadata;
      return [kind, name, uid, labels, annotations, deletionTimestamp !== undefined, spec];
    })
    .sort(([a, b], [c, d]) =>
      compareNaturally(`${a as string} ${b as string}`, `${c as string} ${d as string}`),
    );
  return createHash('sha256')
    .update(JSON.stringify([state.uri, parts, changes, refused]))
    .digest('hex');
}
