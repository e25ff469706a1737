/** Docs and schemas are read beside code: 100 columns, but for tables, URLs and blocks of code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Those that keep to it already. At the end: all. */
const CLEAN = ['docs/decisions/016-generated-code.md'];

function longLines(text: string): string[] {
  let inCode = false;
  return text.split('\n').filter((line) => {
    if (line.trimStart().startsWith('```')) inCode = !inCode;
    return !inCode && !line.startsWith('|') && !/https?:/.test(line) && line.length > 100;
  });
}

it.each(CLEAN)('%s', (name) => {
  const text = readFileSync(join(import.meta.dirname, '../../..', name), 'utf8');
  expect(longLines(text)).toEqual([]);
});

it('finds what is too long, and only that', () => {
  const long = 'x'.repeat(101);
  const text = ['# T', `| ${long} |`, '```', long, '```', `https://x.test/${long}`, `a ${long}`];
  expect(longLines(text.join('\n'))).toEqual([`a ${long}`]);
});
