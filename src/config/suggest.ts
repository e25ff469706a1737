/** "Did you mean": the nearest of the words that are allowed, when one is near. */
import { closest, distance } from 'fastest-levenshtein';

export function nearest(word: string, allowed: readonly string[]): string | null {
  if (allowed.length === 0 || word.length > 64) return null;
  const lower = word.toLowerCase();
  const simple = (text: string): string => text.toLowerCase().replace(/[-_ ]/g, '');
  const same = allowed.find((candidate) => simple(candidate) === simple(word));
  if (same !== undefined) return same;
  const letters = (text: string): string => [...text.toLowerCase()].sort().join('');
  const swapped = allowed.find((candidate) => letters(candidate) === letters(word));
  if (swapped !== undefined) return swapped;
  const best = closest(
    lower,
    allowed.map((candidate) => candidate.toLowerCase()),
  );
  const found = allowed.find((candidate) => candidate.toLowerCase() === best);
  if (found === undefined) return null;
  const allowance = word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
  return distance(lower, best) <= allowance ? found : null;
}

/** `Did you mean "x"?`, or else the whole list. */
export function didYouMean(word: string, allowed: readonly string[]): string {
  const near = nearest(word, allowed);
  if (near !== null) return `Did you mean "${near}"?`;
  return allowed.length > 0 ? `Known here: ${allowed.slice(0, 30).join(', ')}.` : 'Nothing is known here.';
}
