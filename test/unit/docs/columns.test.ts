/** Docs and schemas are read beside code: 100 columns, but for tables, URLs and blocks of code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const FILES = [
  ...['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'CONTRIBUTING.md'],
  ...['docs', 'schemas'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(md|yaml)$/.test(name))
      .map((name) => join(folder, name)),
  ),
];

function longLines(text: string): string[] {
  let inCode = false;
  return text.split('\n').filter((line) => {
    if (line.trimStart().startsWith('```')) inCode = !inCode;
    return !inCode && !line.startsWith('|') && !/https?:/.test(line) && line.length > 100;
  });
}

it.each(FILES)('%s', (name) => {
  const text = readFileSync(join(ROOT, name), 'utf8');
  expect(longLines(text)).toEqual([]);
});

it('finds what is too long, and only that', () => {
  const long = 'x'.repeat(101);
  const text = ['# T', `| ${long} |`, '```', long, '```', `https://x.test/${long}`, `a ${long}`];
  expect(longLines(text.join('\n'))).toEqual([`a ${long}`]);
});
