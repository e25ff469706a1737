import type { Credentials } from '../model/index.js';

/** How ven reaches the orchestrator's machines. */
export interface Reach {
  /** DER in base64, of the only trusted authorities; null: those that this machine trusts. */
  caCertificates: readonly string[] | null;
  /** Addresses by name, instead of DNS. TLS is still verified for the name. */
  addresses: Readonly<Record<string, string>>;
  /** For `http_proxy`, `https_proxy`, `no_proxy`, in both cases. */
  env: Readonly<Record<string, string | undefined>>;
  userAgent: string;
}

export interface OrchestratorOptions extends Reach {
  /** ven speaks to `api.<domain>` and `keycloak.<domain>`. May end in `:port`. */
  domain: string;
  project: string;
  credentials: Credentials;
  /** Default: `PATIENCE`. */
  patience?: Partial<Patience>;
  /** Milliseconds since 1970; for the lifetime of a token. */
  now?: () => number;
}

/** Seconds. */
export interface Patience {
  /** For one request and its answer. */
  attempt: number;
  /**
   * For one call with all its attempts. After an outage of this length a failure is final at once.
   */
  call: number;
  /**
   * Before the second attempt; doubles each time. Each pause is shortened at random, by up to a
   * half.
   */
  firstPause: number;
  longestPause: number;
  /** The longest `Retry-After` that is followed. */
  longestRetryAfter: number;
}

/** Enough for minutes of 503, with about ten attempts. */
export const PATIENCE: Patience = {
  attempt: 30,
  call: 120,
  firstPause: 1,
  longestPause: 20,
  longestRetryAfter: 60,
};
