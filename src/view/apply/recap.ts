import type { Address, Plan, Refusal } from '../../model/index.js';
import { listed } from '../text/words.js';

/** `2 to create, 1 to update; 4 unchanged`. */
export function counts({ summary, refused }: Plan): string {
  const parts = (['create', 'update', 'replace', 'delete'] as const).filter(
    (action) => summary[action] > 0,
  );
  const changes =
    parts.length === 0
      ? 'nothing to change'
      : parts.map((action) => `${summary[action]} to ${action}`).join(', ');
  const rest = [
    ...(summary.noop === 0 ? [] : [`${summary.noop} unchanged`]),
    ...(refused.length === 0 ? [] : [`${refusedAddresses(refused).length} refused`]),
  ];
  return rest.length === 0 ? changes : `${changes}; ${rest.join(', ')}`;
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

/** Each once. */
export function refusedAddresses(refused: readonly Refusal[]): Address[] {
  return [...new Set(refused.map(({ address }) => address))];
}
