import type { Credentials } from '../model/index.js';

/** How ven reaches the orchestrator's machines. */
export interface Reach {
  /** DER in base64, of the only authorities that are trusted; null: those that this machine trusts. */
  caCertificates: readonly string[] | null;
  /** Names that are not looked up: the address of each. TLS is still verified for the name. */
  addresses: Readonly<Record<string, string>>;
  /** For `http_proxy`, `https_proxy`, `no_proxy`, in both cases. */
  env: Readonly<Record<string, string | undefined>>;
  userAgent: string;
}

export interface OrchestratorOptions extends Reach {
  /** `api.<domain>` and `keycloak.<domain>` are spoken to. May end in `:port`. */
  domain: string;
  project: string;
  credentials: Credentials;
  /** Default: `PATIENCE`. */
  patience?: Partial<Patience>;
  /** Milliseconds since 1970; for how long a token lasts. */
  now?: () => number;
}

/** Seconds. */
export interface Patience {
  /** For one request and its answer. */
  attempt: number;
  /** For one call with all its attempts. An outage that has lasted longer already is not waited for again. */
  call: number;
  /** Before the second attempt; doubles with each, each time shortened by up to a half by chance. */
  firstPause: number;
  longestPause: number;
  /** A `Retry-After` is followed up to here. */
  longestRetryAfter: number;
}

/** Minutes of 503 are survived, with about ten attempts. */
export const PATIENCE: Patience = {
  attempt: 30,
  call: 120,
  firstPause: 1,
  longestPause: 20,
  longestRetryAfter: 60,
};
