/** What stands in place of a secret: it tells nothing, not even a length. */
export const MASK = '********';

/** Where columns must stay: as many stars as `text` has characters. */
export function starsFor(text: string): string {
  return '*'.repeat([...text].length);
}
