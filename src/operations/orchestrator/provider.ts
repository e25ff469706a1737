/** What the orchestrator says of the project's provider, for a plan. */
import {
  PROVIDER,
  VenError,
  type ObservedProvider,
  type Orchestrator,
  type ResolvedFleet,
  type ResolvedProvider,
  type SeenProvider,
} from '../../model/index.js';
import type { Request } from '../load.js';
import type { OneClient } from '../provision/one-client.js';
import { orchestratorOf, type OrchestratorRequest } from './connect.js';

/** Nobody waits long for a look. */
const LOOK = { attempt: 10, call: 0 };

/** For a plan that only shows: asks no person, and never fails because of the orchestrator. */
export async function queryProvider(fleet: ResolvedFleet, request: Request): Promise<SeenProvider> {
  const { signal } = new AbortController();
  try {
    const api = await orchestratorOf(fleet, { ...request, askSecret: null, signal }, LOOK);
    try {
      return { observed: await observed(api, wantedOf(fleet), signal) };
    } finally {
      await api.close();
    }
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    return { unknown: error.summary };
  }
}

/**
 * For an apply, which would else start nodes that install something else. Rejects as the client and
 * `askSecret` do.
 */
export async function readProvider(
  fleet: ResolvedFleet,
  request: OrchestratorRequest,
  client: OneClient,
): Promise<SeenProvider> {
  try {
    const api = await client.get(() => orchestratorOf(fleet, request));
    await client.checkProject(request.signal);
    if (api === null) return { unknown: 'the fleet file names no API' };
    return { observed: await observed(api, wantedOf(fleet), request.signal) };
  } catch (error) {
    if (!(error instanceof VenError) || error.code === 'interrupted') throw error;
    const { code, summary, detail, hint } = error;
    throw new VenError(code, {
      summary,
      detail: [detail, `${PROVIDER} can't be compared. Nothing was changed.`]
        .filter(Boolean)
        .join('\n'),
      hint: [hint, `To go on without it: --exclude ${PROVIDER}`].filter(Boolean).join(' '),
    });
  }
}

function wantedOf({ orchestrator }: ResolvedFleet): ResolvedProvider {
  return orchestrator?.provider ?? {};
}

/** Lists only what is needed to compare. */
async function observed(
  api: Orchestrator,
  { defaultOs, defaultLocalAccount }: ResolvedProvider,
  signal: AbortSignal,
): Promise<ObservedProvider> {
  const [settings, osProfiles, localAccounts] = await Promise.all([
    api.provider(signal),
    defaultOs === undefined ? [] : api.osProfiles(signal),
    defaultLocalAccount === undefined ? [] : api.localAccounts(signal),
  ]);
  return { settings, osProfiles, localAccounts };
}
