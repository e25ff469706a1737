import { nearest } from '../../model/index.js';

/** `Did you mean "x"?`, or else the whole list. */
export function didYouMean(word: string, allowed: readonly string[]): string {
  const near = nearest(word, allowed);
  if (near !== null) return `Did you mean "${near}"?`;
  return allowed.length > 0
    ? `Known here: ${allowed.slice(0, 30).join(', ')}.`
    : 'Nothing is known here.';
}
