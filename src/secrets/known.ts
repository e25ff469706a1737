/** The secrets that ven itself has in its hands. */
import { TELLING } from './forms.js';
import { maskLooks } from './looks.js';
import { createMasker } from './mask.js';
import { InsertedVariables } from './variables.js';

type Env = Readonly<Record<string, string | undefined>>;

/** The passwords in the addresses of proxies, as written and as meant. */
export function proxyPasswords(env: Env): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    const [, password] = /_proxy$/i.test(name)
      ? (/^(?:[^/]*\/\/)?[^/@:]*:(.*)@/.exec(value ?? '') ?? [])
      : [];
    if (!password) return [];
    try {
      return [...new Set([password, decodeURIComponent(password)])];
    } catch {
      return [password];
    }
  });
}

const remembered = new Set<string>();

/**
 * Of each secret that this process has read or was told: so that an error that nobody foresaw can't
 * tell it.
 */
export function rememberSecret(secret: string): void {
  if (secret.length >= TELLING) remembered.add(secret);
}

/**
 * `text` without any of these, nor what looks secret. Never fails: then nothing of `text` is told.
 */
export function maskRemembered(text: string): string {
  try {
    return maskLooks(createMasker([...remembered])(text));
  } catch {
    return 'What happened is not told: it could not be freed from secrets.';
  }
}

const variables = new InsertedVariables();

/** Of each variable that was inserted into the fleet file: what it holds may be a secret. */
export function rememberVariable(name: string, value: string): void {
  variables.add(name, value);
}

/** `text` with `${NAME}` in place of these values. */
export function showingVariables(text: string): string {
  return variables.shown(text);
}
