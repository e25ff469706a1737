import type { ResolvedFleet } from '../model/index.js';
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
