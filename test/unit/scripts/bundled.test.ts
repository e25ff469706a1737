/** The licences of what is bundled go along with it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { NOTICES, noticesOf, SBOM, type Component } from '../../../scripts/bundled.js';
import { ensureBuilt, ROOT } from '../commands/built.js';

const dist = (name: string): string => readFileSync(join(ROOT, 'dist', name), 'utf8');

beforeAll(ensureBuilt, 60_000);

it('each package that is bundled is listed, and its licence is there', () => {
  const { components } = JSON.parse(dist(SBOM)) as { components: Component[] };
  const names = components.map(({ group, name }) => [group, name].filter(Boolean).join('/'));
  // Used in all parts of ven; the last two are in code that was generated.
  for (const name of ['@oclif/core', 'yaml', 'nunjucks', 'undici', 'ajv', 'fast-deep-equal'])
    expect(names).toContain(name);
  // Used by the build alone.
  for (const name of ['esbuild', 'typescript', 'vitest']) expect(names).not.toContain(name);
  const notices = dist(NOTICES).split('\n');
  components.forEach(({ version }, index) => {
    expect(notices.some((line) => line.startsWith(`${names[index]} ${version} (`))).toBe(true);
  });
});

const component = (name: string, text?: string): Component => ({
  name,
  version: '1.2.3',
  licenses: [{ license: { id: 'MIT' } }],
  evidence: text === undefined ? {} : { licenses: [{ license: { text: { content: text } } }] },
});

it('packages with the same text share it', () => {
  const text = noticesOf([component('a', 'T'), component('b', 'U'), component('c', 'T')], () => '');
  expect(text.split(/\n-+\n\n/).slice(1)).toEqual([
    'a 1.2.3 (MIT)\nc 1.2.3 (MIT)\n\nT\n',
    'b 1.2.3 (MIT)\n\nU\n',
  ]);
});

it('a package without a text gets the one that was put there, or stops the build', () => {
  expect(noticesOf([component('a')], (name) => `of ${name}`)).toContain('of a');
  expect(() => noticesOf([component('a')], () => null)).toThrow('scripts/licenses/a.txt');
});
