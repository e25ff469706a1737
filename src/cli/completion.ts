import type { Request } from '../operations/index.js';
import type { VenPage } from '../view/index.js';
import { complete, wordsOf, type Fleet } from './complete.js';

/**
 * The answer to `ven complete bash LINE`, and of the other shells `ven complete SHELL -- WORDS`: a
 * word a line with a tab and its meaning, and what the shell is to add itself (`:files`). Silent
 * about a wrong fleet file: the user is typing.
 */
export async function completion(
  page: VenPage,
  [shell, ...rest]: readonly string[],
): Promise<string> {
  const words = shell === 'bash' ? wordsOf(rest[0] ?? '').slice(1) : rest.slice(1);
  const { words: offered, files } = await complete(page, words, FLEET);
  const typed = shell === 'bash' ? [`:typed:${words.at(-1) ?? ''}`] : [];
  const lines = offered.map(({ term, text }) => (text === '' ? term : `${term}\t${text}`));
  return [...typed, ...lines, `:${files}`, ''].join('\n');
}

const FLEET: Fleet = {
  addresses: (file) => asked(file, ({ addresses }, request) => addresses(request)),
  stages: (file) => asked(file, ({ stages }, request) => stages(request)),
};

type Operations = typeof import('../operations/index.js');

/** The operations are loaded only when a fleet file is asked. Standard input is never read. */
async function asked(
  given: string | undefined,
  ask: (operations: Operations, request: Request) => string[],
): Promise<string[]> {
  if (given === '-') return [];
  try {
    const operations = await import('../operations/index.js');
    const file = await operations.openFleetFile(given);
    return ask(operations, { file, env: process.env });
  } catch {
    return [];
  }
}
