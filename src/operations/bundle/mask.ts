import { outgoingMask, proxyPasswords, type OutgoingMask } from '../../secrets/index.js';
import {
  VenError,
  type Profile,
  type ResolvedFleet,
  type SecretReference,
} from '../../model/index.js';
import { secretReader, type Request } from '../load.js';
import { readProfile } from '../provision/profile.js';

const DEFAULT_PROFILE = { builtin: 'edge-node' };

/** The mask of everything in a bundle, and warnings about secrets that could not be read. */
export function maskFor(
  fleet: ResolvedFleet | VenError,
  written: string,
  request: Request,
): { mask: OutgoingMask; warnings: string[] } {
  const warnings: string[] = [];
  // Always, whatever the fleet file refers to, and also when it can't be read.
  const usual = ['PROJECT_API_PASSWORD', 'ONBOARDING_PASSWORD'].flatMap(
    (name) => request.env[name] ?? [],
  );
  const secrets = [...proxyPasswords(request.env), ...usual.filter((secret) => secret !== '')];
  const orchestrator = fleet instanceof VenError ? null : fleet.orchestrator;
  const read = secretReader(request);
  const references = [orchestrator?.credentials, orchestrator?.osCredentials].flatMap((one) =>
    one ? Object.entries<SecretReference>({ ...one }) : [],
  );
  for (const [what, reference] of references) {
    try {
      const secret = read(reference);
      // A user name is not a secret: masking a short one, or a word of the fleet file, would
      // hide other text.
      if (what !== 'username' || (secret.length > 3 && !written.includes(secret)))
        secrets.push(secret);
    } catch (error) {
      warnings.push(
        `The ${what} of the fleet could not be read, so only the text after a prompt for it was ` +
          `masked: ${reason(error)}`,
      );
    }
  }
  let profile: Profile;
  try {
    profile = readProfile(orchestrator?.profile ?? DEFAULT_PROFILE, request);
  } catch (error) {
    warnings.push(
      `The profile could not be read, so ven's built-in prompts were used: ${reason(error)}`,
    );
    profile = readProfile(DEFAULT_PROFILE, request);
  }
  return { mask: outgoingMask(secrets, profile), warnings };
}

/** The message of an error, for the bundle. */
export function reason(error: unknown): string {
  if (error instanceof VenError) return error.summary;
  return error instanceof Error ? error.message : String(error);
}
