/** docs/export.md shows what `ven export` prints of the fleet that it shows. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureBuilt, ven } from '../commands/built.js';
import { blocksOf, shownIn } from './blocks.js';

const BLOCKS = blocksOf('docs/export.md');
const cwd = mkdtempSync(join(tmpdir(), 'ven-docs-export-'));

beforeAll(() => {
  ensureBuilt();
  const fleet = BLOCKS.find(({ kind }) => kind === 'yaml');
  writeFileSync(join(cwd, 'fleet.yaml'), fleet?.text ?? '');
}, 60_000);
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

const SHOWN = BLOCKS.filter(({ kind }) => kind === 'console').flatMap(shownIn);

it.each(SHOWN.map(({ command, output }) => [command, output]))('%s', (command, output) => {
  const [, ...args] = command.split(' ');
  const { stdout, code } = ven(args, { cwd });
  expect({ code, lines: stdout.trimEnd().split('\n') }).toEqual({ code: 0, lines: output });
});
