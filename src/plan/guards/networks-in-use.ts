import type { Refusal } from '../../model/index.js';
import { formatSome } from '../format.js';
import type { StayingNetwork } from '../network/removals.js';
import type { Selection } from '../select.js';

/** Networks that `--target` names, and that VMs stay on. Of the others a warning says so. */
export function networksInUse(staying: readonly StayingNetwork[], selection: Selection): Refusal[] {
  return staying
    .filter(({ address }) => selection.targeted(address))
    .map(({ address, on }) => ({
      ...{ address, code: 'in-use' },
      summary: `It stays: ${formatSome(on)} ${on.length === 1 ? 'is' : 'are'} still on it`,
      hint:
        'A network goes with the last VM on it. Select these, too: ' +
        on
          .slice(0, 3)
          .map((vm) => `--target ${vm}`)
          .join(' ') +
        (on.length > 3 ? ' …' : ''),
    }));
}
