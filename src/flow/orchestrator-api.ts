import { openOrchestrator, type OpenOrchestrator } from '../orchestrator/index.js';
import type { Credentials, ResolvedFleet } from '../model/index.js';
import type { Request } from './load.js';

/** A client of the fleet's orchestrator; null: the fleet file does not say enough to ask it, or there is nobody to ask as. Nothing is sent yet. */
export function apiOf({ orchestrator }: ResolvedFleet, { env }: Request, credentials: Credentials | null): OpenOrchestrator | null {
  if (credentials === null || orchestrator === null || orchestrator.domain === null || orchestrator.project === null) return null;
  const { domain, project, caCertificates, addresses } = orchestrator;
  return openOrchestrator({ domain, project, credentials, caCertificates, addresses, env, userAgent: 'ven' });
}
