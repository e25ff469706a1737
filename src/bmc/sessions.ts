/** The sessions of a service: in memory, so that a restart of the server ends them. */
import { randomBytes, createHash } from 'node:crypto';
import type { Account } from './credentials.js';

/** Without a request for so long, a session ends. */
export const SESSION_SECONDS = 30 * 60;
/** Of one account; with more, the one that was idle longest ends: many clients never log out. */
const MOST_SESSIONS = 64;

export interface Session {
  id: string;
  account: Account;
  createdAt: number;
  lastUsedAt: number;
}

export class Sessions {
  readonly #now: () => number;
  /** By the digest of its token: the token itself is not kept. */
  readonly #byToken = new Map<string, Session>();

  constructor(now: () => number) {
    this.#now = now;
  }

  open(account: Account): { session: Session; token: string } {
    const now = this.#now();
    const token = randomBytes(32).toString('base64url');
    const id = randomBytes(8).toString('hex');
    const session = { id, account, createdAt: now, lastUsedAt: now };
    this.#endIdle();
    const own = this.of(account);
    if (own.length >= MOST_SESSIONS) {
      own.sort((a, b) => a.lastUsedAt - b.lastUsedAt);
      for (const { id: old } of own.slice(0, own.length - MOST_SESSIONS + 1)) this.end(old);
    }
    this.#byToken.set(digest(token), session);
    return { session, token };
  }

  /** The session of a token, which lasts again from now; null: there is none. */
  use(token: string): Session | null {
    this.#endIdle();
    const session = this.#byToken.get(digest(token)) ?? null;
    if (session) session.lastUsedAt = this.#now();
    return session;
  }

  of(account: Account): Session[] {
    this.#endIdle();
    return [...this.#byToken.values()].filter((one) => isSame(one.account, account));
  }

  end(id: string): void {
    for (const [token, session] of this.#byToken)
      if (session.id === id) this.#byToken.delete(token);
  }

  /** Each session gets its account as it is now, or ends. */
  review(current: (account: Account) => Account | null): void {
    for (const [token, session] of this.#byToken) {
      const account = current(session.account);
      if (account) session.account = account;
      else this.#byToken.delete(token);
    }
  }

  #endIdle(): void {
    const end = this.#now() - SESSION_SECONDS * 1000;
    for (const [token, { lastUsedAt }] of this.#byToken)
      if (lastUsedAt <= end) this.#byToken.delete(token);
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function isSame(a: Account, b: Account): boolean {
  return a.username === b.username && a.password === b.password;
}
