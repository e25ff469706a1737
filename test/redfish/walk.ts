/** All that a Redfish service has: every link is followed, each once. */
import type { Answer } from './client.js';

/** Properties whose value is a URI to read, beside `@odata.id`. */
const URIS = ['Members@odata.nextLink', 'Uri'];

export async function walk(
  ask: (path: string) => Promise<Answer>,
  from = '/redfish/v1/',
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const seen = new Set([withoutSlash(from)]);
  const next = [from];
  for (let path = next.shift(); path !== undefined; path = next.shift()) {
    const answer = await ask(path);
    answers.push(answer);
    for (const link of linksOf(answer.body)) {
      if (seen.has(withoutSlash(link))) continue;
      seen.add(withoutSlash(link));
      next.push(link);
    }
  }
  return answers;
}

/** Of all that is in it, without the fragment that names a part of a resource. */
export function linksOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const isLink = key === '@odata.id' || URIS.includes(key);
    if (!isLink || typeof inner !== 'string') return linksOf(inner);
    const path = inner.replace(/#.*/, '');
    return path.startsWith('/redfish/') ? [path] : [];
  });
}

const withoutSlash = (path: string): string => path.replace(/\/$/, '');
