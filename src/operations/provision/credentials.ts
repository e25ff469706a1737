import type { CredentialReferences, Credentials, SecretReference } from '../../model/index.js';
import { secretReader, type Request } from '../load.js';

/**
 * Asks on the terminal without echo; the answer is not empty. Rejects when `signal` is aborted, and
 * with `interrupted`.
 */
export type AskSecret = (what: string, signal: AbortSignal) => Promise<string>;

/** For what credentials are, as a question says it. */
export const OF_API = "the orchestrator's API";
export const OF_ONBOARDING = 'onboarding';
export const OF_SYSTEM = "the nodes' installed system";

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
      ? ask(`${what} for ${purpose} (${reference.env})`, signal)
      : read(reference);
  let known: Promise<Credentials | null> | null = null;
  const readAll = async (signal: AbortSignal): Promise<Credentials | null> =>
    credentials && {
      // In sequence: there is one terminal.
      username: await secret(credentials.username, 'User name', signal),
      password: await secret(credentials.password, 'Password', signal),
    };
  return (signal) => (known ??= readAll(signal));
}
