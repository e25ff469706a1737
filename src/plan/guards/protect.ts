import type { Address, Refusal, ResolvedFleet } from '../../model/index.js';
import type { VmDiff } from '../vm/diff.js';
import type { VmIntent } from '../vm/intents.js';
import type { RemovedVm } from '../vm/leaving.js';

/** VMs that say `protect: true` and would lose their disks. */
export function protectedFromReplacement(intents: readonly VmIntent[]): Refusal[] {
  return intents.flatMap(({ vm, action, domain, diff }) =>
    vm.protect && action === 'replace' && domain.mark.ready
      ? [refusal(vm.address, 'replaced', whyReplaced(diff))]
      : [],
  );
}

/** The same in a destroy. */
export function protectedFromDestroy(vms: readonly RemovedVm[], fleet: ResolvedFleet): Refusal[] {
  const isProtected = new Set(fleet.vms.filter(({ protect }) => protect).map(({ uuid }) => uuid));
  return vms.flatMap(({ uuid, address, domain }) =>
    isProtected.has(uuid) && domain.mark.ready ? [refusal(address, 'destroyed', null)] : [],
  );
}

function refusal(address: Address, fate: 'replaced' | 'destroyed', why: string | null): Refusal {
  const back = fate === 'replaced' ? 'take the change back, ' : '';
  return {
    address,
    code: 'protected',
    summary: `It is protected, and would be ${fate}`,
    ...(why === null ? {} : { detail: why }),
    hint:
      `Leave it out (--exclude ${address}), ${back}` + 'or set protect: false in the fleet file.',
  };
}

function whyReplaced(diff: VmDiff | null): string {
  const causes = diff?.fields.filter(({ effect }) => effect === 'replace') ?? [];
  if (causes.length === 0) return 'its replacement was asked for';
  return causes
    .map(({ path, before, after, why }) => {
      const change = `${path} ${before ?? 'none'} -> ${after ?? 'none'}`;
      return why === undefined ? change : `${change} (${why})`;
    })
    .join('; ');
}
