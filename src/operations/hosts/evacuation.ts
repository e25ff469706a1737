/** What an evacuation asks for before anything else: a host of the fleet that is away, and dead. */
import { didYouMean } from '../../config/index.js';
import {
  VenError,
  type PlanOptions,
  type ResolvedFleet,
  type SeenHost,
} from '../../model/index.js';

/**
 * Who only looks says nothing of `hostIsDead`. @throws VenError `usage` when there is no such host,
 * or nobody says that it is dead
 */
export function checkEvacuation(
  { hosts }: Pick<ResolvedFleet, 'hosts'>,
  { evacuate, mode }: PlanOptions,
  hostIsDead?: boolean,
): void {
  if (evacuate === undefined) {
    if (hostIsDead !== true) return;
    throw usage('--host-is-dead says nothing where no host is evacuated', 'Leave it out.');
  }
  if (mode === 'destroy') throw usage('A destroy evacuates no host', 'Leave it out.');
  if (hosts === undefined)
    throw usage(
      `The fleet is on one host: there is none to evacuate ${evacuate} to`,
      'Name several with `hosts` in the fleet file.',
    );
  const names = hosts.map(({ name }) => name);
  if (!names.includes(evacuate))
    throw usage(
      `--evacuate: there is no host ${JSON.stringify(evacuate)} in the fleet file`,
      didYouMean(evacuate, names),
    );
  if (hostIsDead === false)
    throw usage(
      `The plan evacuates ${evacuate}, and nobody has said that ${evacuate} is dead`,
      `Make sure that no VM runs there, and add --host-is-dead.`,
    );
}

/** @throws VenError `host-answers` */
export function checkIsAway(seen: readonly SeenHost[], evacuates: string | undefined): void {
  const found = seen.find(({ name }) => name === evacuates);
  if (!found?.survey) return;
  throw new VenError('host-answers', {
    summary: `Host ${found.name} answers: it is not dead, and is not evacuated`,
    hint:
      'Nothing was changed. Apply without --evacuate. To empty a host that answers, move its ' +
      'VMs: ven move VM --to HOST',
  });
}

function usage(summary: string, hint: string): VenError {
  return new VenError('usage', { summary, hint });
}
