/** Which Node `bin/ven` takes, wherever it is installed, and what it says without one. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptFolder } from './folder.js';

/** The package that npm installs for this machine, and one for another. */
const [OURS, OTHERS] = process.arch === 'arm64' ? ['arm64', 'x64'] : ['x64', 'arm64'];

let folder: ScriptFolder;
beforeEach(() => {
  folder = new ScriptFolder();
  folder.copy('bin/ven');
  file('dist/main.js', '');
});
afterEach(() => {
  folder.remove();
});

function file(name: string, text: string): void {
  mkdirSync(dirname(join(folder.path, name)), { recursive: true });
  writeFileSync(join(folder.path, name), text);
}

/** Says who it is and with what it was started. */
const node = (name: string): void => {
  folder.program(name, `echo "${name} $*"`);
};

/** A system's Node of that version. Without one, the system has none. */
function run(program: string, { system, cwd }: { system?: string; cwd?: string } = {}) {
  const path = join(folder.path, 'system');
  mkdirSync(path, { recursive: true });
  symlinkSync('/bin/sh', join(path, 'sh'));
  for (const tool of ['readlink', 'env']) symlinkSync(`/usr/bin/${tool}`, join(path, tool));
  if (system !== undefined)
    folder.program(
      'system/node',
      `if [ "$1" = --version ]; then echo ${system}; else echo "system's $*"; fi`,
    );
  const { stdout, stderr, status } = spawnSync(program, ['plan', 'a b'], {
    env: { PATH: path },
    cwd: cwd ?? folder.path,
    encoding: 'utf8',
  });
  return { stdout: stdout.trim(), stderr, status };
}

describe('the Node that came along', () => {
  it.each([
    ['within, as in a clone and with npm -g', 'node_modules'],
    ['beside, as with npx and as a dependency', '..'],
  ])('%s', (_, place) => {
    // A folder of its own, so that what is beside is within the test's.
    file('ven/dist/main.js', '');
    folder.copy('bin/ven');
    spawnSync('cp', ['-r', join(folder.path, 'bin'), join(folder.path, 'ven/bin')]);
    const found = join('ven', place, `node-linux-${OURS}/bin/node`);
    node(found);
    node(join('ven', place, `node-linux-${OTHERS}/bin/node`));
    expect(run(join(folder.path, 'ven/bin/ven'), { system: 'v24.0.0' }).stdout).toMatch(
      new RegExp(`^${found} \\S+/dist/main.js plan a b$`),
    );
  });

  it('through symlinks: absolute, relative, of a folder, and of one another', () => {
    node(`node_modules/node-linux-${OURS}/bin/node`);
    mkdirSync(join(folder.path, 'prefix/bin'), { recursive: true });
    symlinkSync(folder.path, join(folder.path, 'prefix/ven'));
    symlinkSync('../ven/bin/ven', join(folder.path, 'prefix/bin/ven'));
    symlinkSync(join(folder.path, 'prefix/bin/ven'), join(folder.path, 'link'));
    expect(run('./link').stdout).toMatch(/^node_modules\/\S+ \S+\/dist\/main.js plan a b$/);
  });
});

describe("the system's Node", () => {
  it.each(['v22.13.0', 'v23.0.0', 'v24.21.0', 'v26.1.0-nightly'])('%s will do', (system) => {
    expect(run('bin/ven', { system })).toMatchObject({
      stdout: expect.stringMatching(/^system's \S+\/dist\/main.js plan a b$/) as string,
      status: 0,
    });
  });

  it.each(['v18.20.4', 'v20.20.2', 'v22.12.0'])('%s is too old', (system) => {
    expect(run('bin/ven', { system })).toEqual({
      stdout: '',
      stderr:
        `ven: needs Node.js 22.13 or newer, and this is ${system}. Install ven again, with its ` +
        'optional dependencies (npm: without --omit=optional), or install a newer Node.\n',
      status: 1,
    });
  });

  it('is not there', () => {
    expect(run('bin/ven').stderr).toBe(
      'ven: needs Node.js 22.13 or newer, and there is none. Install ven again, with its ' +
        'optional dependencies (npm: without --omit=optional), or install Node.\n',
    );
  });

  it('is too old for a clone, which gets another by npm ci', () => {
    file('package-lock.json', '');
    expect(run('bin/ven', { system: 'v20.20.2' }).stderr).toContain(
      'this is v20.20.2. Type: (cd bin/.. && npm ci && npm run build), or',
    );
  });
});

it.each([
  ['a clone', true, 'Type: (cd bin/.. && npm ci && npm run build)'],
  ['a package', false, 'Install ven again'],
])('says what %s without dist lacks', (_, clone, advice) => {
  if (clone) file('package-lock.json', '');
  rmSync(join(folder.path, 'dist'), { recursive: true });
  const { stderr, status } = run('bin/ven', { system: 'v24.0.0' });
  expect(stderr).toContain(`bin/../dist/main.js is missing. ${advice}`);
  expect(status).toBe(1);
});
