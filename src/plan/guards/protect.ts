/**
 * Protection holds by what was applied last (`isProtected`): who renames a VM, lowers a count or
 * takes another file has not said that its disks may go. Only an apply with `protect: false` that
 * loses nothing lifts it.
 */
import {
  isProtected,
  volumeKey,
  type Address,
  type DomainMark,
  type Refusal,
  type ResolvedFleet,
  type ResolvedVm,
} from '../../model/index.js';
import type { VmIntent } from '../vm/intents.js';
import type { RemovedVm } from '../vm/leaving.js';

/** Protected VMs that an apply would take disks from. */
export function protectedInApply(
  fleet: ResolvedFleet,
  intents: readonly VmIntent[],
  removed: readonly RemovedVm[],
): Refusal[] {
  return [
    ...intents.flatMap((intent) => replaced(intent) ?? emptied(intent) ?? []),
    ...removed.flatMap(({ address, domain: { mark } }) =>
      isProtected(undefined, mark)
        ? unnamed(address, mark, fleet, 'would be deleted', 'take it out again')
        : [],
    ),
  ];
}

/** Protected VMs that a destroy would take. What it keeps of them is not all. */
export function protectedInDestroy(fleet: ResolvedFleet, vms: readonly RemovedVm[]): Refusal[] {
  const written = new Map(fleet.vms.map((vm) => [vm.uuid, vm]));
  return vms.flatMap(({ uuid, address, domain: { mark } }) => {
    const vm = written.get(uuid);
    if (!isProtected(vm, mark)) return [];
    const fate = 'would be destroyed';
    if (vm === undefined) return unnamed(address, mark, fleet, fate, 'destroy it');
    const lift = lifting(vm, mark);
    const hint = `${leaveOut(address)}. To destroy it: ${lift}, then destroy it.`;
    return refusal(address, fate, { hint });
  });
}

function replaced(intent: VmIntent): Refusal | null {
  if (intent.action !== 'replace' || !isProtected(intent.vm, intent.domain.mark)) return null;
  const { vm, domain, diff, reason } = intent;
  const causes = diff?.fields.filter(({ effect }) => effect === 'replace') ?? [];
  const isChange = reason !== 'requested' && causes.length > 0;
  const back = isChange ? 'take the change back' : 'leave out --replace';
  const again = isChange ? 'make the change again' : 'use --replace again';
  const lift = lifting(vm, domain.mark);
  const way = domain.mark.protect === true ? `${back}, ${lift}, then ${again}` : lift;
  const detail = causes.map(({ path, before, after, why }) => {
    const change = `${path} ${before ?? 'none'} -> ${after ?? 'none'}`;
    return why === undefined ? change : `${change} (${why})`;
  });
  return refusal(vm.address, 'would be replaced', {
    detail: isChange ? detail.join('; ') : 'its replacement was asked for',
    hint: `${leaveOut(vm.address)}, or ${back}. To lose its disks: ${way}.`,
  });
}

/** Its disks are gone already; whether it may go on with empty ones, the file alone says. */
function emptied({ vm, domain, diff }: VmIntent): Refusal | null {
  if (!vm.protect || domain?.mark.ready !== true) return null;
  const made = new Set(
    domain.mark.volumes.flatMap((each) => (each.asked === undefined ? [] : [volumeKey(each)])),
  );
  const lost = (diff?.create ?? []).filter((ref) => made.has(volumeKey(ref)));
  if (lost.length === 0) return null;
  const gone = lost.map(({ pool, volume }) => `volume ${volume} in pool ${pool} is gone`);
  return refusal(vm.address, 'would go on with empty disks', {
    detail: gone.join('\n'),
    hint:
      `Put back what is gone, or leave it out (--exclude ${vm.address}). To go on with empty ` +
      'disks: set protect: false in the fleet file.',
  });
}

/** A VM that the fleet file has no entry for. */
function unnamed(
  address: Address,
  mark: DomainMark,
  fleet: ResolvedFleet,
  fate: string,
  then: string,
): Refusal {
  const other = mark.file !== undefined && mark.file !== fleet.file;
  const detail =
    'The fleet file does not name it (any more)' +
    (other ? `; it was last applied from ${mark.file}` : '');
  const hint =
    `${leaveOut(address)}, or put it back into the fleet file. To lose its disks: put it back ` +
    `with protect: false, apply once, then ${then}.`;
  return refusal(address, fate, { detail, hint });
}

/** What ends the protection of a VM of the fleet file, for people. */
function lifting(vm: ResolvedVm, mark: DomainMark): string {
  if (mark.protect !== true) return 'set protect: false in the fleet file';
  return vm.protect
    ? 'set protect: false in the fleet file and apply once'
    : 'apply once (the fleet file says protect: false, which was not applied yet)';
}

function leaveOut(address: Address): string {
  return `Leave it out (--exclude ${address})`;
}

function refusal(address: Address, fate: string, more: Pick<Refusal, 'detail' | 'hint'>): Refusal {
  return { address, code: 'protected', summary: `It is protected, and ${fate}`, ...more };
}
