import type { Credentials, ResolvedOrchestrator, SecretReference } from '../../model/index.js';
import { secretReader, type Request } from '../load.js';

/**
 * Asks somebody at a terminal, without showing what is typed; the answer is not empty. Rejects when
 * `signal` is aborted, and with `interrupted`.
 */
export type AskSecret = (what: string, signal: AbortSignal) => Promise<string>;

type Wanted = Pick<ResolvedOrchestrator, 'credentials' | 'onboarding'>;

/**
 * The user name and the password that the fleet file refers to; a variable that is not set is asked
 * for, where somebody can be asked (`ask`). Each is read, and asked for, once. Rejects as
 * `readSecret` and `ask` do; with null when the fleet has no credentials.
 */
export function credentialsReader(
  { credentials, onboarding }: Wanted,
  request: Request,
  ask: AskSecret | null,
): (signal: AbortSignal) => Promise<Credentials | null> {
  const read = secretReader(request);
  const whose = onboarding === 'interactive' ? 'onboarding' : "the orchestrator's API";
  const secret = async (
    reference: SecretReference,
    what: string,
    signal: AbortSignal,
  ): Promise<string> =>
    ask !== null && 'env' in reference && (request.env[reference.env] ?? '') === ''
      ? ask(`${what} for ${whose} (${reference.env})`, signal)
      : read(reference);
  let known: Promise<Credentials | null> | null = null;
  const readAll = async (signal: AbortSignal): Promise<Credentials | null> =>
    credentials && {
      // One after the other: there is one terminal.
      username: await secret(credentials.username, 'User name', signal),
      password: await secret(credentials.password, 'Password', signal),
    };
  return (signal) => (known ??= readAll(signal));
}
