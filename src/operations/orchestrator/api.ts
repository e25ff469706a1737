import type { OpenOrchestrator, Patience } from '../../orchestrator/index.js';
import type {
  Credentials,
  ResolvedOrchestrator,
  ResolvedFleet,
  SecretReference,
} from '../../model/index.js';
import { secretReader, type Request } from '../load.js';
import { PORTS } from '../ports.js';

/** The variables with the API's own user. */
export const API_USER = {
  username: { env: 'PROJECT_API_USER' },
  password: { env: 'PROJECT_API_PASSWORD' },
};

/** Whether all of these can be read without asking the user: a file always counts as set. */
export function areSet(
  references: readonly SecretReference[],
  { env }: Pick<Request, 'env'>,
): boolean {
  return references.every(
    (reference) => !('env' in reference) || (env[reference.env] ?? '') !== '',
  );
}

/**
 * The credentials for queries of the nodes' status, if they can be read without asking the user;
 * null: no query. With `non-interactive` onboarding the fleet's credentials are the API's; with
 * `interactive` they are for the login at the nodes, so the API's own user is taken. Rejects as
 * `readSecret` does for a file.
 */
export function statusCredentials(
  { onboarding, credentials }: Pick<ResolvedOrchestrator, 'onboarding' | 'credentials'>,
  request: Request,
): Credentials | null {
  const references = { 'non-interactive': credentials, interactive: API_USER, none: null }[
    onboarding
  ];
  if (references === null || !areSet(Object.values(references), request)) return null;
  const read = secretReader(request);
  return { username: read(references.username), password: read(references.password) };
}

/**
 * Why the nodes' status is not queried, and what would change that; null: it is, or the user is
 * asked for what it needs.
 */
export function whyNotAsked(
  { onboarding, domain, project }: ResolvedOrchestrator,
  request: Pick<Request, 'env'>,
): { why: string; fix: string } | null {
  const [user, password] = [API_USER.username.env, API_USER.password.env];
  if (onboarding === 'none')
    return { why: 'with `onboarding: none` the orchestrator is not asked', fix: '' };
  if (domain === null || project === null) {
    const missing = domain === null ? 'domain' : 'project';
    return {
      why: `\`orchestrator\` has no \`${missing}\`, so the orchestrator can't be asked`,
      fix: `\`orchestrator.${missing}\`, and set ${user} and ${password}`,
    };
  }
  if (onboarding === 'non-interactive' || areSet(Object.values(API_USER), request)) return null;
  return {
    why: `without ${user} and ${password} the orchestrator is not asked`,
    fix: `set ${user} and ${password}`,
  };
}

/**
 * A client of the fleet's orchestrator; null: the fleet file does not say enough, or there are no
 * credentials. Nothing is sent yet.
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
