import { closest, distance } from 'fastest-levenshtein';

/** For "did you mean": the allowed word that is nearest, if one is near enough. */
export function nearest(word: string, allowed: readonly string[]): string | null {
  if (allowed.length === 0 || word.length > 64) return null;
  const lower = (text: string): string => text.toLowerCase();
  const simple = (text: string): string => lower(text).replace(/[-_ ]/g, '');
  const letters = (text: string): string => [...lower(text)].sort().join('');
  for (const form of [simple, letters]) {
    const same = allowed.find((candidate) => form(candidate) === form(word));
    if (same !== undefined) return same;
  }
  const best = closest(lower(word), allowed.map(lower));
  const allowance = word.length < 6 ? 1 : Math.max(2, Math.floor(word.length / 3));
  return distance(lower(word), best) <= allowance
    ? (allowed.find((candidate) => lower(candidate) === best) ?? null)
    : null;
}
