import { didYouMean } from '../../config/index.js';
import { VenError } from '../../model/index.js';
import { withOrchestrator, type OrchestratorRequest } from './connect.js';

/**
 * Sets the default operating system of new hosts of the project. `changed`: false if it was set.
 */
export async function setDefaultOs(
  request: OrchestratorRequest & { profile: string },
): Promise<{ profile: string; id: string; project: string; changed: boolean }> {
  return withOrchestrator(request, async (orchestrator, _, project) => {
    const profiles = await orchestrator.osProfiles(request.signal);
    const found = profiles.find(
      ({ name, id }) => name === request.profile || id === request.profile,
    );
    if (!found) {
      const names = profiles.map(({ name }) => name).sort();
      throw new VenError('not-found', {
        summary:
          'The orchestrator has no operating system profile ' +
          `${JSON.stringify(request.profile)}`,
        detail: names.length === 0 ? 'It has none.' : `It has: ${names.join(', ')}`,
        hint: didYouMean(request.profile, names),
      });
    }
    return {
      profile: found.name,
      id: found.id,
      project,
      ...(await orchestrator.setProvider(
        { defaultOs: found.id, autoProvision: true },
        request.signal,
      )),
    };
  });
}
