import {
  VenError,
  type CredentialReferences,
  type Credentials,
  type SecretReference,
} from '../../model/index.js';
import { showingVariables } from '../../secrets/index.js';
import { secretReader, type Request } from '../load.js';

/**
 * Asks on the terminal, without echo unless it `isShown`; the answer is not empty. Rejects when
 * `signal` is aborted, and with `interrupted`.
 */
export type AskSecret = (what: string, signal: AbortSignal, isShown?: boolean) => Promise<string>;

/** For what credentials are, as a question says it. */
export const OF_API = "the orchestrator's API";
export const OF_ONBOARDING = 'onboarding';
export const OF_SYSTEM = "the nodes' installed system";

const NAME = 'User name';

/**
 * The user name and the password that the fleet file refers to. With `ask`, the user is asked for a
 * variable that is not set, and told for what. Each is read, or asked for, once. Resolves to null
 * when there are no references; rejects as `readSecret` and `ask` do.
 */
export function credentialsReader(
  credentials: CredentialReferences | null,
  purpose: string,
  request: Request,
  ask: AskSecret | null,
): (signal: AbortSignal) => Promise<Credentials | null> {
  const read = secretReader(request);
  const secret = async (
    reference: SecretReference,
    what: string,
    signal: AbortSignal,
  ): Promise<string> =>
    ask !== null && 'env' in reference && (request.env[reference.env] ?? '') === ''
      ? ask(`${what} for ${purpose} (${reference.env})`, signal, what === NAME)
      : read(reference);
  let known: Promise<Credentials | null> | null = null;
  const readAll = async (signal: AbortSignal): Promise<Credentials | null> => {
    if (credentials === null) return null;
    if (ask === null) refuseMissing(credentials, request.env);
    // In sequence: there is one terminal.
    const username = await secret(credentials.username, NAME, signal);
    return { username, password: await secret(credentials.password, 'Password', signal) };
  };
  return (signal) => (known ??= readAll(signal));
}

/** Names both at once. @throws VenError `usage` */
function refuseMissing({ username, password }: CredentialReferences, env: Request['env']): void {
  const isMissing = (one: SecretReference): one is { env: string } =>
    'env' in one && (env[one.env] ?? '') === '';
  if (!isMissing(username) || !isMissing(password)) return;
  const [name, word] = [username.env, password.env].map(showingVariables) as [string, string];
  throw new VenError('usage', {
    summary: `The environment variables ${name} and ${word} are not set`,
    hint: `Set them in this shell: read -r ${name}; read -rs ${word}; export ${name} ${word}`,
  });
}
