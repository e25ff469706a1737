/** What `npm run check` finds in the docs. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CHECKS } from '../../../scripts/check.ts';
import { ScriptFolder } from './folder.js';

const ROOT = join(import.meta.dirname, '../../..');
let folder: ScriptFolder;
beforeEach(() => {
  folder = new ScriptFolder();
  folder.copy('.cspell.yaml', 'docs/words.txt');
  symlinkSync(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'));
});
// They load dictionaries and parsers.
vi.setConfig({ testTimeout: 120_000 });
afterEach(() => {
  folder.remove();
});

function write(name: string, text: string): void {
  mkdirSync(join(folder.path, 'src'), { recursive: true });
  writeFileSync(join(folder.path, name), text);
}

function check(name: string): { status: number | null; output: string } {
  const { status, stdout } = spawnSync('sh', ['-c', `exec ${CHECKS[name]?.command ?? ''} 2>&1`], {
    cwd: folder.path,
    env: {
      ...process.env,
      PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    },
    encoding: 'utf8',
  });
  return { status, output: stdout };
}

it('words: British ones and those of the field are right, in docs, comments and texts', () => {
  write('A.md', '# Colours\n\nvirsh knows `memroy` and its behavior.\n');
  write('docs/b.md', 'This is definately wrong.\n');
  write('src/a.ts', "const xtermish = 'a mesage'; // Its colour is recieved.\n");
  const { status, output } = check('spelling');
  expect(status).toBe(1);
  const words = [...output.matchAll(/Unknown word \((\w+)\)/g)].map(([, word]) => word);
  expect(words).toEqual(['behavior', 'definately', 'mesage', 'recieved']);
});

it('links: to files and to headings', () => {
  write('A.md', '# A\n\n[b](docs/b.md#its-part), [a](#a), [web](https://nowhere.invalid/)\n');
  write('docs/b.md', '## Its part\n\n[a](../A.md)\n');
  expect(check('links')).toEqual({ status: 0, output: '' });

  write('docs/b.md', '## Another part\n\n[gone](gone.md)\n\n![picture](images/none.svg)\n');
  const { status, output } = check('links');
  expect(status).toBe(1);
  for (const name of ['#its-part', 'gone.md', 'images/none.svg']) expect(output).toContain(name);
});
