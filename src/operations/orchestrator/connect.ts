import { fileName, VenError, type ResolvedFleet } from '../../model/index.js';
import type { OpenOrchestrator, Patience } from '../../orchestrator/index.js';
import { credentialsReader, OF_API, type AskSecret } from '../provision/credentials.js';
import { loadFleetFile, type Request } from '../load.js';
import { API_USER, apiOf, areSet } from './api.js';

export interface OrchestratorRequest extends Request {
  /** null: there is no terminal to ask on. */
  askSecret: AskSecret | null;
  signal: AbortSignal;
}

/**
 * A client of the fleet's orchestrator. Reads the credentials, but sends nothing yet. @throws
 * VenError `usage` when the fleet file does not say where the API is
 */
export async function orchestratorOf(
  fleet: ResolvedFleet,
  request: OrchestratorRequest,
  patience: Partial<Patience> = {},
): Promise<OpenOrchestrator> {
  const { orchestrator } = fleet;
  if (orchestrator?.domain == null || orchestrator.project === null)
    throw noApi(fleet, request.file);
  const { credentials, onboarding } = orchestrator;
  // In the interactive flow the fleet's credentials are for the login at the nodes. That user may
  // have no rights in the API.
  const own = onboarding !== 'non-interactive' && areSet(Object.values(API_USER), request);
  const wanted = own ? API_USER : (credentials ?? API_USER);
  const { askSecret, signal } = request;
  const read = await credentialsReader(wanted, OF_API, request, askSecret)(signal);
  const api = read && apiOf(fleet, request, read, patience);
  if (!api) throw noApi(fleet, request.file);
  return api;
}

/** Does the work with a client of the fleet's orchestrator, and closes it. */
export async function withOrchestrator<T>(
  request: OrchestratorRequest,
  work: (orchestrator: OpenOrchestrator, fleet: ResolvedFleet, project: string) => Promise<T>,
): Promise<T> {
  const fleet = loadFleetFile(request);
  const orchestrator = await orchestratorOf(fleet, request);
  try {
    return await work(orchestrator, fleet, fleet.orchestrator?.project ?? '');
  } finally {
    await orchestrator.close();
  }
}

function noApi({ orchestrator }: ResolvedFleet, file: string): VenError {
  const key = orchestrator?.domain == null ? 'domain' : 'project';
  const missing = orchestrator === null ? 'orchestrator' : `orchestrator.${key}`;
  return new VenError('usage', {
    summary:
      `${fileName(file)} does not say which orchestrator and project to use: ` +
      `${missing} is missing`,
    hint: 'Write orchestrator: { domain: orchestrator.example.com, project: NAME }',
  });
}
