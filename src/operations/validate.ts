import { fileName, VenError, type ResolvedFleet } from '../model/index.js';
import { loadFleetFile, openFleetFile, type Request } from './load.js';
import { readProfile } from './provision/profile.js';

/**
 * Checks the fleet file, and the provisioning profile that it names. Rejects with `fleet-file` (all
 * findings of a file at once), or with `not-found` when the fleet file is not there.
 */
export function validate(request: Request): ResolvedFleet {
  const fleet = loadFleetFile(request);
  if (fleet.orchestrator) readProfile(fleet.orchestrator.profile, request);
  return fleet;
}

/** What became of one of several files; either of the two is null. */
export interface Validated {
  file: string;
  fleet: ResolvedFleet | null;
  error: VenError | null;
}

/**
 * Several files, as a person gave them to `openFleetFile`, each to its end and none twice; without
 * any, the current folder's.
 */
export async function validateAll(
  given: readonly string[],
  env: Request['env'],
): Promise<Validated[]> {
  const checked = new Map<string, Validated>();
  for (const one of given.length === 0 ? [undefined] : given) {
    let file = one ?? '.';
    try {
      file = await openFleetFile(one);
      if (checked.has(file)) continue;
      checked.set(file, { file: fileName(file), fleet: validate({ file, env }), error: null });
    } catch (error) {
      if (!(error instanceof VenError)) throw error;
      checked.set(file, { file: fileName(file), fleet: null, error });
    }
  }
  return [...checked.values()];
}
