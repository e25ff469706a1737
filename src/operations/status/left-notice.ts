import { venCommand } from '../../model/index.js';
import { wordsOf, type Request } from '../load.js';

/** A VM of the fleet that its file no longer names. */
export interface LeftVm {
  name: string;
  power: string;
  /** By what was applied last. */
  isProtected: boolean;
}

/** What an apply does with such VMs, in a sentence; none: there is no such VM. */
export function leftNotices(left: readonly LeftVm[], request: Request): string[] {
  if (left.length === 0) return [];
  const named = left.map(
    ({ name, power, isProtected }) => `vm.${name} (${power}${isProtected ? ', protected' : ''})`,
  );
  const apply = venCommand('apply', wordsOf(request));
  const fate = `${apply} ${fateOf(left)}`;
  return [`Of the fleet, but no longer in its file: ${named.join(', ')}. ${fate}`];
}

function fateOf(left: readonly LeftVm[]): string {
  const them = left.length === 1 ? 'it' : 'them';
  const kept = left.filter(({ isProtected }) => isProtected).length;
  if (kept === 0) return `deletes ${them}`;
  return kept < left.length ? 'deletes those that are not protected' : `refuses to delete ${them}`;
}
