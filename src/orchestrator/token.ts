import type { Exchange } from './exchange.js';
import { isRecord } from './answers.js';
import type { OrchestratorOptions } from './options.js';

/** One that ends this soon, or has less than a fifth of its time left, is not used any more. */
const MARGIN_MS = 30_000;
/** Keycloak's own default, where it does not say. */
const USUAL_SECONDS = 60;

/** The access token: fetched once for all who ask, anew before it ends, and when it was refused. */
export class Token {
  private readonly options: OrchestratorOptions;
  private readonly exchange: Exchange;
  private readonly now: () => number;
  private current: { token: string; usableUntil: number } | null = null;
  private fetching: Promise<string> | null = null;
  /** The password, and the tokens: of each an echo may still come. */
  private readonly known = new Set<string>();

  constructor(options: OrchestratorOptions, exchange: Exchange, now: () => number) {
    this.options = options;
    this.exchange = exchange;
    this.now = now;
  }

  /** Not under anybody's signal: others wait for it as well. */
  get(): Promise<string> {
    if (this.current !== null && this.now() < this.current.usableUntil)
      return Promise.resolve(this.current.token);
    this.fetching ??= this.fetch().finally(() => (this.fetching = null));
    return this.fetching;
  }

  refuse(token: string): void {
    if (this.current?.token === token) this.current = null;
  }

  secrets(): readonly string[] {
    return [this.options.credentials.username, ...this.known];
  }

  /** Without the user name, which is none by itself: one like `ubuntu` stands in much else. */
  passwordAndTokens(): readonly string[] {
    return [...this.known];
  }

  private async fetch(): Promise<string> {
    const { username, password } = this.options.credentials;
    this.known.add(password);
    const form = new URLSearchParams({
      grant_type: 'password',
      client_id: 'system-client',
      username,
      password,
      scope: 'openid profile email groups',
    });
    const { token, until } = await this.exchange.call({
      method: 'POST',
      url: new URL(
        `https://keycloak.${this.options.domain}/realms/master/protocol/openid-connect/token`,
      ),
      body: { type: 'application/x-www-form-urlencoded', text: form.toString() },
      project: null,
      secrets: () => this.secrets(),
      signal: undefined,
      read: (reply) => {
        const said = reply.json();
        if (
          !isRecord(said) ||
          typeof said['access_token'] !== 'string' ||
          said['access_token'] === ''
        )
          throw reply.misshapen('it holds no `access_token`');
        const lasts = Number(said['expires_in'] ?? USUAL_SECONDS);
        const milliseconds = 1000 * (Number.isFinite(lasts) && lasts > 0 ? lasts : USUAL_SECONDS);
        // The margin covers the answer's way; whatever was tried before it, in vain, takes nothing of its life.
        return {
          token: said['access_token'],
          until: this.now() + milliseconds - Math.min(MARGIN_MS, milliseconds / 5),
        };
      },
    });
    this.known.add(token);
    this.current = { token, usableUntil: until };
    return token;
  }
}
