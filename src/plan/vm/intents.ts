import {
  isProtected,
  type Reason,
  type ResolvedFleet,
  type ResolvedVm,
} from '../../model/index.js';
import type { FleetOnHost, OwnedDomain } from '../fleet-on-host.js';
import type { Selection } from '../select.js';
import { diffVm, type VmDiff } from './diff.js';

/**
 * What is to be done about one VM of the fleet file. `created`: as it is right after its creation.
 */
export type VmIntent = { vm: ResolvedVm } & (
  | { action: 'create'; created: ResolvedVm; domain: null; diff: null }
  | {
      action: 'replace';
      created: ResolvedVm;
      domain: OwnedDomain;
      reason: Reason;
      diff: VmDiff | null;
    }
  | { action: 'update'; domain: OwnedDomain; reason: Reason; diff: VmDiff }
  | { action: null; domain: OwnedDomain; diff: VmDiff }
);

/**
 * The VMs that were asked for, as they are to be: one that is off stays off where others power the
 * VMs on.
 */
export function askedVms(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
): ResolvedVm[] {
  return fleet.vms
    .filter(({ address }) => selection.has(address))
    .map((vm) => (onHost.owned.get(vm.uuid)?.power === 'off' ? leftOff(vm, selection) : vm));
}

function leftOff(vm: ResolvedVm, selection: Selection): ResolvedVm {
  return selection.leaveOff && vm.power === 'running' ? { ...vm, power: 'off' } : vm;
}

/** `outages`: libvirt names of networks whose bridges go and come again with this plan. */
export function vmIntents(
  fleet: ResolvedFleet,
  onHost: FleetOnHost,
  selection: Selection,
  asked: readonly ResolvedVm[],
  outages: ReadonlySet<string>,
): VmIntent[] {
  return asked.map((vm): VmIntent => {
    const created = leftOff(vm, selection);
    const domain = onHost.owned.get(vm.uuid) ?? null;
    if (domain === null) return { vm, action: 'create', created, domain, diff: null };
    const replace = { vm, action: 'replace' as const, created, domain };
    // What a run began and did not finish is made anew; only of a protected VM, what is missing.
    const isWhole = domain.mark.ready;
    if (!isWhole && !isProtected(vm, domain.mark))
      return { ...replace, reason: 'half-made', diff: null };
    const diff = diffVm(fleet, vm, domain, onHost, outages);
    if (selection.replaces(vm.address)) return { ...replace, reason: 'requested', diff };
    const reason = isWhole ? whyChanged(vm, domain) : 'half-made';
    if (diff.replace) return { ...replace, reason, diff };
    if (diff.fields.length === 0) return { vm, action: null, domain, diff };
    return { vm, action: 'update', domain, reason: whyUpdated(diff, outages, reason), diff };
  });
}

/** `changed`: the fleet file says other of a VM than when it was applied last. */
function whyChanged({ digest, protect }: ResolvedVm, { mark }: OwnedDomain): 'changed' | 'drift' {
  const isSame = mark.digest === digest && (mark.protect ?? protect) === protect;
  return isSame ? 'drift' : 'changed';
}

function whyUpdated(
  { fields, register }: VmDiff,
  outages: ReadonlySet<string>,
  otherwise: 'drift' | 'changed' | 'half-made',
): Reason {
  if (outages.size > 0 && fields.every(({ path }) => path.endsWith('.attached'))) return 'rebuilt';
  return register && fields.length === 1 ? 'half-made' : otherwise;
}
