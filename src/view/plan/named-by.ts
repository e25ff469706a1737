import type { Plan } from '../../model/index.js';

/** Who named the plan's host, where that is neither the fleet file nor the default. */
export function namedBy({ hostFrom }: Pick<Plan, 'hostFrom'>): string | null {
  if (hostFrom === 'flag') return 'from --connect';
  return hostFrom === 'environment' ? 'from LIBVIRT_DEFAULT_URI' : null;
}
