import type { ResolvedVm } from './fleet.js';

/**
 * Whether a VM's `ignore` takes a path of the plan out of the comparison: itself, or what it is
 * part of.
 */
export function isIgnored({ ignore = [] }: Pick<ResolvedVm, 'ignore'>, path: string): boolean {
  return ignore.some((each) => path === each || path.startsWith(`${each}.`));
}
