/** The generated pages are those in git, and their registries are what the program uses. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { wrapped } from '../../../scripts/docs/page.js';
import { PAGES } from '../../../scripts/docs/pages.js';
import { FINDING_RULES } from '../../../src/model/index.js';
import { ensureBuilt } from '../commands/built.js';

const ROOT = join(import.meta.dirname, '../../..');

// The page of the commands is made from the manifest of the build.
beforeAll(ensureBuilt, 60_000);

it.each(PAGES)('$path is up to date: npm run docs', async ({ path, render }) => {
  expect(readFileSync(join(ROOT, path), 'utf8')).toBe(await render());
});

it('explains no rule that the program does not have', () => {
  const program = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== 'model/finding-rules.ts')
    .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'))
    .join();
  const unused = Object.keys(FINDING_RULES).filter((rule) => !program.includes(`'${rule}'`));
  expect(unused).toEqual([]);
});

it('wraps sentences at 100 columns, and neither code nor links within', () => {
  const lines = wrapped(`${'word '.repeat(18)} \`a b c d e f g h\` end`, '- ', '  ').split('\n');
  expect(lines).toEqual([`- ${'word '.repeat(18).trim()}`, '  `a b c d e f g h` end']);
});

it('has for each key that takes a secret an example of that key', () => {
  const page = readFileSync(join(ROOT, 'docs/fleet-file.md'), 'utf8');
  const [keys = '', shared = ''] = page.split('## A secret reference');
  const [, example = ''] = /`env: (\w+)`/.exec(shared) ?? [];
  expect(example).not.toBe('');
  expect(keys).not.toContain(example);
});
