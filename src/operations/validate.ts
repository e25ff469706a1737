import { fileName, VenError, type ResolvedFleet } from '../model/index.js';
import { loadFleetFile, type Request } from './load.js';
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

/** Several files, each to its end. */
export function validateAll(files: readonly string[], env: Request['env']): Validated[] {
  return files.map((file) => {
    try {
      return { file: fileName(file), fleet: validate({ file, env }), error: null };
    } catch (error) {
      if (!(error instanceof VenError)) throw error;
      return { file: fileName(file), fleet: null, error };
    }
  });
}
