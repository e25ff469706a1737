import { VenError, type Address, type ResolvedFleet } from '../../model/index.js';
import type { VmDiff } from '../vm/diff.js';
import type { VmIntent } from '../vm/intents.js';
import type { RemovedVm } from '../vm/leaving.js';

/** Throws `protected` when a VM that says `protect: true` would lose its disks. */
export function refuseProtectedReplaced(intents: readonly VmIntent[]): void {
  refuse(
    'replaced',
    intents.flatMap(({ vm, action, domain, diff }) =>
      vm.protect && action === 'replace' && domain.mark.ready
        ? [{ address: vm.address, why: whyReplaced(diff) }]
        : [],
    ),
  );
}

/** The same in a destroy. */
export function refuseProtectedDestroyed(vms: readonly RemovedVm[], fleet: ResolvedFleet): void {
  const isProtected = new Set(fleet.vms.filter(({ protect }) => protect).map(({ uuid }) => uuid));
  refuse(
    'destroyed',
    vms.flatMap(({ uuid, address, domain }) =>
      isProtected.has(uuid) && domain.mark.ready ? [{ address, why: 'it would be destroyed' }] : [],
    ),
  );
}

function refuse(
  fate: 'replaced' | 'destroyed',
  vms: readonly { address: Address; why: string }[],
): void {
  const [first] = vms;
  if (first === undefined) return;
  const addresses = vms.map(({ address }) => address);
  const verb = vms.length === 1 ? 'is' : 'are';
  const exclude = addresses.map((address) => `--exclude ${address}`).join(' ');
  const back = fate === 'replaced' ? 'take the change back, ' : '';
  throw new VenError('protected', {
    summary: `${addresses.join(', ')} ${verb} protected, and would be ${fate}`,
    detail: vms.map(({ address, why }) => `${address}: ${why}`).join('\n'),
    hint:
      `Nothing was changed. Leave it out (${exclude}), ` +
      `${back}or set protect: false in the fleet file.`,
    where: first.address,
  });
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
