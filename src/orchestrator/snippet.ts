/** What an answer said, without what nobody may see: servers echo requests. */
import { UNSAFE_TEXT } from '../model/index.js';
import { createMasker, MASK, maskLooks } from '../secrets/index.js';

const SNIPPET = 300;
/** Taking out something so short would garble the rest, and so tell it. */
const SHORTEST = 4;

/** One line of `text`, of limited length, without `secrets` in any form. */
export function snippetOf(text: string, secrets: readonly string[], most = SNIPPET): string {
  const known = secrets.filter((secret) => secret !== '');
  if (known.some((secret) => secret.length < SHORTEST)) return '';
  const clean = maskLooks(createMasker(known)(text));
  const line = clean.replace(UNSAFE_TEXT, ' ').replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most)}…` : line;
}

/**
 * The same of what is lost unless somebody writes it down: only a text that holds a secret too
 * short to take out is not shown.
 */
export function savedOf(text: string, secrets: readonly string[], most: number): string {
  const isShort = (secret: string): boolean => secret.length < SHORTEST;
  const holds = (secret: string): boolean =>
    secret !== '' && text.toLowerCase().includes(secret.toLowerCase());
  if (secrets.some((secret) => isShort(secret) && holds(secret))) return MASK;
  return snippetOf(
    text,
    secrets.filter((secret) => !isShort(secret)),
    most,
  );
}
