import type { OpenOrchestrator, Patience } from '../../orchestrator/index.js';
import type {
  Credentials,
  ResolvedOrchestrator,
  ResolvedFleet,
  SecretReference,
} from '../../model/index.js';
import { secretReader, type Request } from '../load.js';
import { PORTS } from '../ports.js';

/** Where the API's own user stands, whoever logs in at the nodes. */
export const API_USER = {
  username: { env: 'PROJECT_API_USER' },
  password: { env: 'PROJECT_API_PASSWORD' },
};

/** Whether all of these are there without asking anybody: a file is. */
export function areSet(
  references: readonly SecretReference[],
  { env }: Pick<Request, 'env'>,
): boolean {
  return references.every(
    (reference) => !('env' in reference) || (env[reference.env] ?? '') !== '',
  );
}

/**
 * As whom nodes' status is asked for, by a run over them and by who only looks, as far as it can be
 * read without asking anybody; null: nobody asks. The fleet's credentials are those of the API
 * where nodes are registered with them; else of who logs in at the nodes. Nodes that are not
 * onboarded through ven have no status. Rejects as `readSecret` does for a file.
 */
export function whoAsks(
  { onboarding, credentials }: Pick<ResolvedOrchestrator, 'onboarding' | 'credentials'>,
  request: Request,
): Credentials | null {
  const whose = { 'non-interactive': credentials, interactive: API_USER, none: null }[onboarding];
  if (whose === null || !areSet(Object.values(whose), request)) return null;
  const read = secretReader(request);
  return { username: read(whose.username), password: read(whose.password) };
}

/**
 * A client of the fleet's orchestrator; null: the fleet file does not say enough to ask it, or
 * there is nobody to ask as. Nothing is sent yet.
 */
export function apiOf(
  { orchestrator }: ResolvedFleet,
  { env, ports = PORTS }: Request,
  credentials: Credentials | null,
  patience: Partial<Patience> = {},
): OpenOrchestrator | null {
  if (
    credentials === null ||
    orchestrator === null ||
    orchestrator.domain === null ||
    orchestrator.project === null
  )
    return null;
  const { domain, project, caCertificates, addresses } = orchestrator;
  return ports.openOrchestrator({
    domain,
    project,
    credentials,
    caCertificates,
    addresses,
    env,
    userAgent: 'ven',
    patience,
  });
}
