/** docs/decisions/README.md: the list of all decisions. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { banner, table, wrapped, type GeneratedPage } from './page.ts';

const FOLDER = join(import.meta.dirname, '../../docs/decisions');

function render(): string {
  const entries = readdirSync(FOLDER)
    .filter((name) => /^\d+-.*\.md$/.test(name))
    .sort()
    .map((name) => {
      const [first = ''] = readFileSync(join(FOLDER, name), 'utf8').split('\n');
      const [, number = '', title = ''] = /^# 0*(\d+)[.:] (.*)$/.exec(first) ?? [];
      if (title === '') throw new Error(`${name} does not begin with "# NUMBER. TITLE"`);
      return [number, `[${title}](${name})`];
    });
  return `${[
    banner('the pages in docs/decisions'),
    '# Decisions',
    wrapped(
      'One page each: what was decided, why, and what else was looked at. Numbered in order; a ' +
        'later one may replace an earlier one, and says so.',
    ),
    table(['number', 'decision'], entries),
  ].join('\n\n')}\n`;
}

export const decisions: GeneratedPage = { path: 'docs/decisions/README.md', render };
