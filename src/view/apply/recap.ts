import type { Plan } from '../../model/index.js';
import { listed } from '../text/words.js';

/** `2 to create, 1 to update; 4 unchanged`. */
export function counts({ summary }: Plan): string {
  const parts = (['create', 'update', 'replace', 'delete'] as const).filter(
    (action) => summary[action] > 0,
  );
  const changes =
    parts.length === 0
      ? 'nothing to change'
      : parts.map((action) => `${summary[action]} to ${action}`).join(', ');
  return summary.noop === 0 ? changes : `${changes}; ${summary.noop} unchanged`;
}

/** What a reader must not miss in a long plan, then the counts. */
export function recap(plan: Plan): { warnings: string[]; total: string } {
  const restarts = plan.changes.filter(
    (change) =>
      change.action === 'update' && change.fields.some(({ effect }) => effect === 'restart'),
  );
  const lost = plan.changes.filter(
    ({ action, address }) =>
      address.startsWith('vm.') &&
      (action === 'replace' || (action === 'delete' && !plan.options.keepDisks)),
  );
  const warnings: string[] = [];
  const name = ({ address }: { address: string }): string => address;
  if (restarts.length > 0) warnings.push(`Restarts: ${listed(restarts.map(name))}`);
  if (lost.length > 0) warnings.push(`Loses its disks' data: ${listed(lost.map(name))}`);
  return { warnings, total: `Plan: ${counts(plan)}.` };
}
