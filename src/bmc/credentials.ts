/** Who may see which machines, and how many wrong answers there may be. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { isIPv6 } from 'node:net';

/** What a user name and a password open: the names of the machines with these credentials. */
export interface Account {
  username: string;
  password: string;
  vms: readonly string[];
}

/** So many wrong ones from one address for one user, and they must wait. */
const MOST_WRONG = 10;
const WAIT_SECONDS = 60;
/** So many addresses and users are remembered. */
const MOST_COUNTS = 10_000;

/**
 * Compares in a time that depends on no secret. Wrong credentials count against the client's
 * address and the user name: after ten within a minute these must wait a minute. A login that
 * succeeds takes none back: who has one account could guess at another in between. Sessions that
 * are open go on.
 */
export class Accounts {
  /** Another one for each process: what is compared tells nothing of what it is made of. */
  readonly #salt = randomBytes(32);
  readonly #now: () => number;
  #known: { account: Account; digest: Buffer }[] = [];
  readonly #wrong = new Map<string, { count: number; since: number }>();

  constructor(accounts: readonly Account[], now: () => number) {
    this.#now = now;
    this.replace(accounts);
  }

  replace(accounts: readonly Account[]): void {
    this.#known = accounts.map((account) => ({ account, digest: this.#digest(account) }));
  }

  /** The account as it is now; null: its credentials are no longer those of any machine. */
  current({ username, password }: Account): Account | null {
    return this.#find(username, password);
  }

  /** Seconds until this user may try again from this address; 0: now. */
  waitOf(address: string, username: string): number {
    const wrong = this.#wrong.get(this.#keyOf(address, username));
    if (!wrong || wrong.count < MOST_WRONG) return 0;
    return Math.max(0, Math.ceil((wrong.since - this.#now()) / 1000) + WAIT_SECONDS);
  }

  /** null: they are wrong. Only where there is nothing to wait for. */
  check(address: string, username: string, password: string): Account | null {
    const found = this.#find(username, password);
    if (!found) this.#count(this.#keyOf(address, username));
    return found;
  }

  #find(username: string, password: string): Account | null {
    const given = this.#digest({ username, password });
    let found: Account | null = null;
    for (const { account, digest } of this.#known)
      if (timingSafeEqual(digest, given)) found = account;
    return found;
  }

  #digest({ username, password }: Pick<Account, 'username' | 'password'>): Buffer {
    return createHmac('sha256', this.#salt)
      .update(JSON.stringify([username, password]))
      .digest();
  }

  /** Of one length, however long the name. */
  #keyOf(address: string, username: string): string {
    return createHmac('sha256', this.#salt)
      .update(JSON.stringify([networkOf(address), username]))
      .digest('base64');
  }

  #count(key: string): void {
    const now = this.#now();
    const isOver = (since: number): boolean => now - since >= WAIT_SECONDS * 1000;
    const before = this.#wrong.get(key);
    const fresh = !before || isOver(before.since);
    this.#wrong.delete(key); // the last one counted stands at the end
    this.#wrong.set(key, {
      count: fresh ? 1 : before.count + 1,
      // A full minute from the last of too many.
      since: fresh || before.count + 1 >= MOST_WRONG ? now : before.since,
    });
    const [oldest] = this.#wrong.keys();
    if (this.#wrong.size > MOST_COUNTS && oldest !== undefined) this.#wrong.delete(oldest);
  }
}

/** What one client may have: an IPv4 address, or a /64 of IPv6. */
function networkOf(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  const [bare = ''] = address.split('%');
  if (!isIPv6(bare)) return address;
  const [head = [], tail] = bare.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array<string>(tail === undefined ? 0 : 8 - head.length - tail.length).fill('0');
  return [...head, ...zeros, ...(tail ?? [])]
    .slice(0, 4)
    .map((group) => parseInt(group, 16))
    .join(':');
}
