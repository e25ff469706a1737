import { VenError, type Address } from '../../model/index.js';

/** Throws `protected` when any VM that says `protect: true` would lose its disks. */
export function refuseProtected(
  vms: readonly { address: Address; why: string }[],
  mode: 'apply' | 'destroy',
): void {
  const [first] = vms;
  if (first === undefined) return;
  const addresses = vms.map(({ address }) => address);
  throw new VenError('protected', {
    summary: `${addresses.join(', ')} ${vms.length === 1 ? 'is' : 'are'} protected, and would be ${mode === 'destroy' ? 'destroyed' : 'replaced'}`,
    detail: vms.map(({ address, why }) => `${address}: ${why}`).join('\n'),
    hint: `Nothing was changed. Leave it out (${addresses.map((address) => `--exclude ${address}`).join(' ')}), ${mode === 'apply' ? 'take the change back, ' : ''}or set protect: false in the fleet file.`,
    where: first.address,
  });
}
