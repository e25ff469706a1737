import type { Exchange } from './exchange.js';
import { rememberSecret } from '../secrets/index.js';
import { isRecord } from './answers.js';
import type { OrchestratorOptions } from './options.js';

/** A token that expires this soon, or has less than a fifth of its time left, is not used. */
const MARGIN_MS = 30_000;
/** Keycloak's default, where the answer has no lifetime. */
const USUAL_SECONDS = 60;
/** What RFC 6750 lets a token have, and a little more. */
const CARRIED = /^[\u0021-\u007e]+$/;

/**
 * The access token. Fetched once for all callers, and again before it expires or after it was
 * refused.
 */
export class Token {
  readonly #options: OrchestratorOptions;
  readonly #exchange: Exchange;
  readonly #now: () => number;
  #current: { token: string; usableUntil: number } | null = null;
  #fetching: Promise<string> | null = null;
  /** The password and all tokens so far: an echo of each may still come. */
  readonly #known = new Set<string>();

  constructor(options: OrchestratorOptions, exchange: Exchange, now: () => number) {
    this.#options = options;
    this.#exchange = exchange;
    this.#now = now;
  }

  /** Without a signal, since other callers wait for it as well. */
  get(): Promise<string> {
    if (this.#current !== null && this.#now() < this.#current.usableUntil)
      return Promise.resolve(this.#current.token);
    this.#fetching ??= this.#fetch().finally(() => (this.#fetching = null));
    return this.#fetching;
  }

  refuse(token: string): void {
    if (this.#current?.token === token) this.#current = null;
  }

  secrets(): readonly string[] {
    return [this.#options.credentials.username, ...this.#known];
  }

  /** Without the user name: one like `ubuntu` is part of many texts and no secret. */
  passwordAndTokens(): readonly string[] {
    return [...this.#known];
  }

  async #fetch(): Promise<string> {
    const { username, password } = this.#options.credentials;
    this.#known.add(password);
    const form = new URLSearchParams({
      grant_type: 'password',
      client_id: 'system-client',
      username,
      password,
      scope: 'openid profile email groups',
    });
    const { token, until } = await this.#exchange.call({
      method: 'POST',
      url: new URL(
        `https://keycloak.${this.#options.domain}/realms/master/protocol/openid-connect/token`,
      ),
      body: { type: 'application/x-www-form-urlencoded', text: form.toString() },
      project: null,
      secrets: () => this.secrets(),
      signal: undefined,
      read: (reply) => {
        const content = reply.json();
        const value = isRecord(content) ? content['access_token'] : undefined;
        if (!isRecord(content) || typeof value !== 'string' || value === '')
          throw reply.misshapen('it has no `access_token`');
        // Nothing of the answer may be shown: the token is in it.
        if (!CARRIED.test(value))
          throw reply.unusable(
            'its `access_token` has a line break or other characters that no header can carry',
          );
        const lasts = Number(content['expires_in'] ?? USUAL_SECONDS);
        const milliseconds = 1000 * (Number.isFinite(lasts) && lasts > 0 ? lasts : USUAL_SECONDS);
        // The lifetime begins before the answer arrives; the margin covers this. Failed attempts
        // before it do not count.
        return {
          token: value,
          until: this.#now() + milliseconds - Math.min(MARGIN_MS, milliseconds / 5),
        };
      },
    });
    this.#known.add(token);
    rememberSecret(token);
    this.#current = { token, usableUntil: until };
    return token;
  }
}
