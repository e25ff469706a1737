/** "Did you mean": the nearest of the words that are allowed, when one is near. */
export function nearest(word: string, allowed: readonly string[]): string | null {
  if (word.length > 64) return null;
  const simple = (text: string): string => text.toLowerCase().replace(/[-_ ]/g, '');
  const letters = (text: string): string => [...text.toLowerCase()].sort().join('');
  for (const form of [simple, letters]) {
    const same = allowed.find((candidate) => form(candidate) === form(word));
    if (same !== undefined) return same;
  }
  let best: string | null = null;
  let allowance = word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
  for (const candidate of allowed) {
    if (Math.abs(candidate.length - word.length) > allowance) continue;
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits > allowance) continue;
    best = candidate;
    allowance = edits - 1;
  }
  return best;
}

/** How many characters must be put in, taken out or replaced (Levenshtein). */
function distance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 0; row < from.length; row++) {
    const here = [row + 1];
    for (let column = 0; column < to.length; column++) {
      const replaced = (above[column] ?? 0) + (from[row] === to[column] ? 0 : 1);
      here.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (here[column] ?? 0) + 1));
    }
    above = here;
  }
  return above[to.length] ?? 0;
}
