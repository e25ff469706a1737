import { detachedNics, lostDisks, observedVmFacts, vmFacts } from '../libvirt/index.js';
import {
  volumesOf,
  type Address,
  type Change,
  type OwnNetwork,
  type PlannedNetwork,
  type ResolvedFleet,
  type ResolvedVm,
  type Step,
} from '../model/index.js';
import { freeing } from './vm/freeing.js';
import type { Draft } from './draft.js';
import { refuseMissingNetworks } from './network/existing.js';
import { inTheWayOfUuids, inTheWayOfVm, refuseForeign, type InTheWay } from './guards/foreign.js';
import { lentNeeds, planLent, unofferedBoots } from './network/borrowed.js';
import { foreignAttachments, networkSteps, type NetworkRemoval } from './network/steps.js';
import { diffNetwork, type NetworkDiff } from './network/diff.js';
import { placesOf } from './network/place.js';
import { planPools, poolSteps } from './pool/pools.js';
import { refuseProtected } from './guards/protect.js';
import type { OwnedDomain, FleetOnHost } from './fleet-on-host.js';
import type { Selection } from './select.js';
import { staysFor, usersOf } from './network/attached.js';
import {
  createVmSteps,
  registrationNotes,
  removeVmSteps,
  replacedVmSteps,
  updateVmSteps,
} from './vm/steps.js';
import { diffVm, type VmDiff } from './vm/diff.js';

/** What is to be done about one VM of the fleet file. */
interface VmWork {
  vm: ResolvedVm;
  domain: OwnedDomain | null;
  action: 'create' | 'update' | 'replace' | null;
  diff: VmDiff | null;
  change: Change | null;
}

export function planApply(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  decided: ReadonlyMap<string, PlannedNetwork>,
): Draft {
  const warnings: string[] = [];
  const off = (vm: ResolvedVm): ResolvedVm => (selection.leaveOff ? { ...vm, power: 'off' } : vm);
  const vms = fleet.vms
    .filter(({ address }) => selection.has(address))
    .map((vm) => (onHost.owned.get(vm.uuid)?.power === 'off' ? off(vm) : vm));
  const networks = diffNetworks(fleet, onHost, selection, decided, vms, warnings);
  const outages = new Set(
    networks.filter(({ outage }) => outage).map(({ network }) => network.libvirtName),
  );
  const registers = fleet.orchestrator?.onboarding === 'non-interactive';
  const work = vms.map((vm) => workOf(vm, onHost, selection, outages, registers));
  warnings.push(...work.flatMap(({ diff }) => (diff === null ? [] : diff.warnings)));

  const removedVms = unwantedVms(fleet, onHost, selection);
  const leaving = new Map<string, Address>(
    removedVms.map(({ domain, address }) => [domain.uuid, address]),
  );
  for (const { vm, action } of work) if (action === 'replace') leaving.set(vm.uuid, vm.address);
  const removals = unwantedNetworks(fleet, onHost, selection, work, leaving, warnings);

  refuseInTheWay(fleet, onHost, work, networks, removals, removedVms, warnings);
  const moved = new Set(work.filter(({ action }) => action === 'update').map(({ vm }) => vm.uuid));
  const lent = planLent(
    fleet,
    onHost,
    selection,
    { mode: 'apply', vms, leaving: { deleted: new Set(leaving.keys()), moved } },
    warnings,
  );
  refuseMissingNetworks(fleet, onHost, selection, vms, lent.starting);
  const wantedPools = new Set(
    fleet.vms.flatMap((vm) =>
      volumesOf(vm).flatMap(({ pool }) =>
        selection.has(vm.address) || selection.targeted(`pool.${pool}`) ? [pool] : [],
      ),
    ),
  );
  const leavingPools = new Set(
    [...leaving.keys()].flatMap(
      (uuid) => onHost.owned.get(uuid)?.mark.volumes.map(({ pool }) => pool) ?? [],
    ),
  );
  const pools = planPools(fleet, onHost, selection, wantedPools, leavingPools);
  refuseProtected(
    work
      .filter(
        ({ vm, action, domain }) =>
          vm.protect && action === 'replace' && domain?.mark.ready === true,
      )
      .map(({ vm, diff }) => ({ address: vm.address, why: whyReplaced(diff) })),
    'apply',
  );

  const wantedMacs = new Map(
    fleet.vms.map(({ uuid, nics }) => [uuid, new Set(nics.map(({ mac }) => mac.toLowerCase()))]),
  );
  const attachedVms = reattachedVms(work, fleet, onHost, selection, outages);
  const nets = networkSteps(
    networks,
    removals,
    foreignAttachments(onHost, wantedMacs),
    attachedVms.byNetwork,
    'removed',
  );
  const steps: Step[] = [...pools.steps, ...nets.steps, ...lent.steps];
  const changes: Change[] = [...pools.changes, ...nets.changes, ...lent.changes];

  const freeingSteps = freeing(leaving, onHost);
  for (const { domain, address } of removedVms) {
    steps.push(
      ...removeVmSteps(fleet, address, domain, false, poolSteps(domain.mark.volumes, pools.ready)),
    );
    changes.push({
      address,
      action: 'delete',
      reason: 'removed',
      notes: [...lostDisks(domain, false, onHost), ...registrationNotes(fleet, 'deleted')],
      before: observedVmFacts(domain, onHost),
    });
  }
  for (const { vm, domain, action, diff, change } of work) {
    if (change !== null) changes.push(change);
    const networks = [...networkNeeds(vm, nets.ready), ...lentNeeds(vm, domain, lent.ready)];
    const needs = {
      networks,
      pools: poolSteps(volumesOf(vm), pools.ready),
      freeing: freeingSteps(vm),
    };
    if (action === 'create') {
      change?.notes.push(...registrationNotes(fleet, 'created'));
      steps.push(...createVmSteps(fleet, off(vm), needs));
    }
    if (action === 'update' && domain !== null && diff !== null) {
      const updating = updateVmSteps(fleet, vm, domain, diff, needs);
      if (updating.some(({ kind }) => kind === 'vm-unregister'))
        change?.notes.push(...registrationNotes(fleet, 'deleted'));
      if (updating.some(({ kind }) => kind === 'vm-register'))
        change?.notes.push(...registrationNotes(fleet, 'created'));
      steps.push(...updating);
    }
    if (action !== 'replace' || domain === null) continue;
    change?.notes.push(
      ...registrationNotes(fleet, 'deleted'),
      ...registrationNotes(fleet, 'created'),
    );
    const gone = replacedVmSteps(
      fleet,
      vm.address,
      domain,
      poolSteps(domain.mark.volumes, pools.ready),
    );
    const freed = [...new Set([...gone.slice(-1).map(({ id }) => id), ...needs.freeing])];
    steps.push(...gone, ...createVmSteps(fleet, off(vm), { ...needs, freeing: freed }));
  }
  for (const { vm, macs, fields } of attachedVms.bystanders) {
    const needs = networkNeeds(vm, nets.ready);
    changes.push({ address: vm.address, action: 'update', reason: 'rebuilt', notes: [], fields });
    steps.push({
      id: `${vm.address}:reattach`,
      address: vm.address,
      needs,
      timeoutSeconds: 60,
      kind: 'vm-reattach',
      vm,
      macs,
    });
  }
  const lastStep = new Map(steps.map(({ address, id }) => [address, id]));
  for (const { step, moved } of [...nets.waitForMoved, ...lent.waitForMoved]) {
    step.needs.push(...moved.flatMap((address) => lastStep.get(address) ?? []));
  }
  warnings.push(
    ...pools.warnings,
    ...missingBridges(work, onHost),
    ...unofferedBoots(fleet, onHost, vms),
  );

  const touched = new Set(changes.map(({ address }) => address));
  const own = fleet.networks.filter(
    ({ kind, address }) => kind === 'own' && selection.has(address),
  );
  const noop =
    [...vms, ...own].filter(({ address }) => !touched.has(address)).length + lent.kept.length;
  return { changes, steps, warnings, noop };
}

/** The networks that were asked for, and those that a VM that was asked for can't do without. */
function diffNetworks(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  decided: ReadonlyMap<string, PlannedNetwork>,
  vms: readonly ResolvedVm[],
  warnings: string[],
): NetworkDiff[] {
  const needed = new Map<Address, Address>();
  for (const { address, nics } of vms) {
    for (const { source } of nics)
      if (source.kind === 'network' && source.own !== null) needed.set(source.own, address);
  }
  const diffs: NetworkDiff[] = [];
  for (const network of fleet.networks) {
    if (network.kind !== 'own') continue;
    const planned = decided.get(network.uuid);
    const asked = selection.has(network.address);
    const user = needed.get(network.address);
    if (planned === undefined || (!asked && user === undefined)) continue;
    const diff = diffNetwork(
      planned,
      onHost.ownedNetworks.get(network.uuid) ?? null,
      selection.replaces(network.address),
    );
    if (asked) diffs.push(diff);
    else if (diff.action === null) continue;
    else if (selection.excluded(network.address)) {
      if (diff.outage)
        warnings.push(
          `${user} needs ${network.address}, which is excluded and ${diff.action === 'create' ? 'missing' : 'not as it should be'}`,
        );
    } else if (diff.action === 'replace')
      warnings.push(
        `${network.address} would be rebuilt, and was not asked for: it stays as it is`,
      );
    else diffs.push(diff);
  }
  return diffs;
}

function workOf(
  vm: ResolvedVm,
  onHost: FleetOnHost,
  selection: Selection,
  outages: ReadonlySet<string>,
  registers: boolean,
): VmWork {
  const { address } = vm;
  const domain = onHost.owned.get(vm.uuid) ?? null;
  if (domain === null) {
    return {
      vm,
      domain,
      action: 'create',
      diff: null,
      change: { address, action: 'create', reason: 'missing', notes: [], after: vmFacts(vm) },
    };
  }
  const replaced = (
    reason: 'half-made' | 'requested' | 'changed' | 'drift',
    diff: VmDiff | null,
  ): VmWork => {
    const notes = [...lostDisks(domain, false, onHost), ...(diff?.notes ?? [])];
    const change: Change = {
      address,
      action: 'replace',
      reason,
      notes,
      fields: (diff?.fields ?? []).map((field) => ({ ...field, effect: 'replace' as const })),
      before: observedVmFacts(domain, onHost),
      after: vmFacts(vm),
    };
    return { vm, domain, action: 'replace', diff, change };
  };
  if (!domain.mark.ready) return replaced('half-made', null);
  const diff = diffVm(vm, domain, onHost, outages, registers);
  if (selection.replaces(address)) return replaced('requested', { ...diff, notes: [] });
  const reason = domain.mark.digest === vm.digest ? 'drift' : 'changed';
  if (diff.replace) return replaced(reason, { ...diff, notes: [] });
  if (diff.fields.length === 0) return { vm, domain, action: null, diff, change: null };
  const attachedOnly = diff.fields.every(({ path }) => path.endsWith('.attached'));
  const change: Change = {
    address,
    action: 'update',
    reason:
      attachedOnly && outages.size > 0
        ? 'rebuilt'
        : diff.register && diff.fields.length === 1
          ? 'half-made'
          : reason,
    notes: diff.notes,
    fields: diff.fields,
  };
  return { vm, domain, action: 'update', diff, change };
}

function unwantedVms(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
): { domain: OwnedDomain; address: Address }[] {
  const wanted = new Set(fleet.vms.map(({ uuid }) => uuid));
  return [...onHost.owned.values()]
    .filter(({ uuid }) => !wanted.has(uuid))
    .map((domain) => ({ domain, address: `vm.${domain.mark.vm}` }))
    .filter(({ address }) => selection.has(address));
}

/** Networks that the file no longer has. One that a VM stays on, since it was not asked for, stays too. */
function unwantedNetworks(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  work: readonly VmWork[],
  leaving: ReadonlyMap<string, Address>,
  warnings: string[],
): NetworkRemoval[] {
  const wanted = new Set(
    fleet.networks.flatMap((network) => (network.kind === 'own' ? [network.uuid] : [])),
  );
  const moving = new Set(work.filter(({ action }) => action === 'update').map(({ vm }) => vm.uuid));
  const users = usersOf(onHost);
  const removals: NetworkRemoval[] = [];
  for (const network of onHost.ownedNetworks.values()) {
    const address = `network.${network.mark.network}`;
    if (wanted.has(network.uuid) || !selection.has(address)) continue;
    const on = users.get(network.name) ?? [];
    const staying = on.filter(({ uuid }) => !leaving.has(uuid) && !moving.has(uuid));
    if (staying.length > 0) {
      warnings.push(staysFor(address, staying));
      continue;
    }
    const addresses = (of: (uuid: string) => boolean): Address[] =>
      on.filter(({ uuid }) => of(uuid)).map((user) => user.address);
    removals.push({
      address,
      network,
      deleted: addresses((uuid) => leaving.has(uuid)),
      moved: addresses((uuid) => moving.has(uuid)),
    });
  }
  return removals;
}

function refuseInTheWay(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  work: readonly VmWork[],
  networks: readonly NetworkDiff[],
  removals: readonly NetworkRemoval[],
  removedVms: readonly { domain: OwnedDomain; address: Address }[],
  warnings: string[],
): void {
  const going = new Set([
    ...removals.map(({ network }) => network.uuid),
    ...networks.filter(({ action }) => action === 'replace').map(({ network }) => network.uuid),
  ]);
  const places = placesOf(onHost, going);
  const found: InTheWay[] = [];
  for (const { network, action, outage } of networks) {
    const checked = places.check(network, action !== null && outage);
    found.push(...checked.inTheWay);
    warnings.push(...checked.warnings);
  }
  for (const { vm, diff } of work)
    found.push(...inTheWayOfVm(vm, onHost), ...(diff?.inTheWay ?? []));
  const vmUuids = new Map([
    ...work.map(({ vm }) => [vm.uuid, vm.address] as const),
    ...removedVms.map(({ domain, address }) => [domain.uuid, address] as const),
  ]);
  const networkUuids = new Map([
    ...networks.map(({ network }) => [network.uuid, network.address] as const),
    ...removals.map(({ network, address }) => [network.uuid, address] as const),
  ]);
  found.push(...inTheWayOfUuids(vmUuids, networkUuids, onHost));
  refuseForeign(found, fleet);
}

interface Bystander {
  vm: ResolvedVm;
  macs: string[];
  fields: Extract<Change, { action: 'update' }>['fields'];
}

/** VMs whose NICs are hung on their bridges again; `bystanders` were not asked for, but would lose their network. */
function reattachedVms(
  work: readonly VmWork[],
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  outages: ReadonlySet<string>,
): { byNetwork: Map<string, Address[]>; bystanders: Bystander[] } {
  const byNetwork = new Map<string, Address[]>();
  const bystanders: Bystander[] = [];
  const note = (vm: ResolvedVm, macs: readonly string[]): void => {
    const names = vm.nics.flatMap(({ mac, source }) =>
      macs.includes(mac) && source.kind === 'network' && outages.has(source.network)
        ? [source.network]
        : [],
    );
    for (const name of new Set(names))
      byNetwork.set(name, [...(byNetwork.get(name) ?? []), vm.address]);
  };
  if (outages.size === 0) return { byNetwork, bystanders };
  for (const { vm, action, diff } of work)
    if (action === 'update' && diff !== null) note(vm, diff.reattach);
  for (const vm of fleet.vms) {
    const domain = onHost.owned.get(vm.uuid);
    if (selection.has(vm.address) || domain === undefined) continue;
    const { reattach, fields } = detachedNics(vm, domain, { ...onHost, outages });
    const cut = vm.nics
      .filter(
        ({ mac, source }) =>
          reattach.includes(mac) && source.kind === 'network' && outages.has(source.network),
      )
      .map(({ mac }) => mac);
    if (cut.length === 0) continue;
    note(vm, cut);
    bystanders.push({
      vm,
      macs: cut,
      fields: fields.filter(({ path }) => cut.some((mac) => path === `nics.${mac}.attached`)),
    });
  }
  return { byNetwork, bystanders };
}

function networkNeeds(vm: ResolvedVm, ready: ReadonlyMap<Address, string[]>): string[] {
  return [
    ...new Set(
      vm.nics.flatMap(({ source }) =>
        source.kind === 'network' && source.own !== null ? (ready.get(source.own) ?? []) : [],
      ),
    ),
  ];
}

function missingBridges(work: readonly VmWork[], onHost: FleetOnHost): string[] {
  const { ports } = onHost;
  if (ports === null) return [];
  return work.flatMap(({ vm, action }) =>
    action === null
      ? []
      : vm.nics.flatMap(({ source }) =>
          source.kind === 'bridge' && !ports.has(source.bridge)
            ? [
                `${vm.address}: this host has no bridge ${source.bridge}; the VM will not start without it`,
              ]
            : [],
        ),
  );
}

function whyReplaced(diff: VmDiff | null): string {
  const causes = diff?.fields.filter(({ effect }) => effect === 'replace') ?? [];
  if (causes.length === 0) return 'its replacement was asked for';
  return causes
    .map(
      ({ path, before, after, why }) =>
        `${path} ${before ?? 'none'} -> ${after ?? 'none'}${why === undefined ? '' : ` (${why})`}`,
    )
    .join('; ');
}

export function ownNetworks(fleet: ResolvedFleet): OwnNetwork[] {
  return fleet.networks.filter((network) => network.kind === 'own');
}
