/**
 * What `npm run release` makes of this tree, installed as people do: for all, by npx, as a library.
 * Where npm is offline no Node comes along, and the system's must do.
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changes, Lab } from './lab.js';

const ROOT = join(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'ven-package-'));
const at = (...names: string[]): string => join(dir, ...names);
const NPM = {
  npm_config_cache: at('cache'),
  npm_config_offline: 'true',
  npm_config_omit: 'optional',
  npm_config_update_notifier: 'false',
};

let lab: Lab;
let tarball: string;

beforeAll(async () => {
  lab = new Lab('pack');
  await Promise.all([release('one'), release('two')]);
  const name = readdirSync(at('one/release')).find((each) => each.endsWith('.tgz')) ?? '';
  tarball = at('one/release', name);
}, 600_000);
afterAll(async () => {
  await lab.close();
  rmSync(dir, { recursive: true, force: true });
});

/** A repository with this tree as its one commit, released. */
async function release(name: string): Promise<void> {
  const files = run('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: ROOT });
  for (const file of files.split('\0').filter(Boolean))
    cpSync(join(ROOT, file), at(name, file), { recursive: true, verbatimSymlinks: true });
  const git = (...args: string[]): string => run('git', args, { cwd: at(name), env: COMMITTER });
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'all');
  const words = ['--no-deb', '--packages', join(ROOT, 'node_modules')];
  await promisify(execFile)(at(name, 'scripts/release.sh'), words);
}

const TIME = '2026-01-01T00:00:00Z';
const COMMITTER = {
  ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b.test', GIT_AUTHOR_DATE: TIME },
  ...{ GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b.test', GIT_COMMITTER_DATE: TIME },
};

/** Its standard output; throws what it says when it fails. */
function run(
  program: string,
  args: string[],
  { cwd, env = {} }: { cwd: string; env?: Record<string, string> },
): string {
  return execFileSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

it('two releases of one commit are the same bytes, whose sums are there', () => {
  const sums = readFileSync(at('one/release/SHA256SUMS'), 'utf8');
  expect(readFileSync(at('two/release/SHA256SUMS'), 'utf8')).toBe(sums);
  expect(run('sha256sum', ['--check', 'SHA256SUMS'], { cwd: at('one/release') })).toMatch(
    /^ven-\S+\.cdx\.json: OK\nven-\S+\.tgz: OK\n$/,
  );
  const sbom = JSON.parse(readFileSync(tarball.replace('.tgz', '.cdx.json'), 'utf8')) as object;
  expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'ven' } } });
});

it('a tree that is not committed is not released', () => {
  writeFileSync(at('two/new'), '');
  const { status, stderr } = spawnSync(at('two/scripts/release.sh'), { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain('not committed:\n?? new\n');
});

// NODE_ENV is `test` here: it is meant for others, and changes nothing.
it('the package has what runs, and runs without any other package', () => {
  run('tar', ['-xzf', tarball], { cwd: dir });
  expect(readdirSync(at('package')).sort()).toEqual([
    ...['LICENSE', 'README.md', 'bin', 'dist', 'fleets', 'oclif.manifest.json', 'package.json'],
    ...['schemas', 'templates'],
  ]);
  const about = JSON.parse(readFileSync(at('package/package.json'), 'utf8')) as object;
  expect(Object.keys(about)).not.toContain('dependencies');
  const manifest = readFileSync(at('package/oclif.manifest.json'), 'utf8');
  expect(manifest).not.toContain(dir);
  for (const id of Object.keys((JSON.parse(manifest) as { commands: object }).commands)) {
    // What a command needs is loaded before its flags are read.
    const args = [...id.split(':'), '--no-such-flag'];
    const { stderr } = spawnSync(at('package/bin/ven'), args, { encoding: 'utf8' });
    expect(stderr, id).toMatch(/^error: There is no flag --no-such-flag\n/);
  }
  expect(
    run(at('package/bin/ven'), ['validate', 'fleets/scale.yaml'], { cwd: at('package') }),
  ).toContain('is valid');
});

it('installed for all users of the machine, it plans on this host', async () => {
  run('npm', ['install', '--global', '--prefix', at('prefix'), tarball], { cwd: dir, env: NPM });
  lab.program = at('prefix/bin/ven');
  lab.write(`${Lab.SMALL}vms: [{ name: node }]\n`);
  expect((await lab.ven('--version')).stdout).toMatch(/^ven \d/);
  expect((await lab.ven('validate')).code).toBe(0);
  expect(changes(await lab.plan())).toEqual(['vm.node create missing']);
});

// From npm's cache, where `npm ci` has put it, else from the registry, as that did.
it('without a flag a Node comes along, and is the one that runs', () => {
  const env = { npm_config_prefer_offline: 'true', npm_config_update_notifier: 'false' };
  run('npm', ['install', '--global', '--prefix', at('whole'), tarball], { cwd: dir, env });
  const about = JSON.parse(run(at('whole/bin/ven'), ['version', '--json'], { cwd: dir })) as {
    node: { kind: string; path: string };
  };
  expect(about.node.kind).toBe('bundled');
  expect(about.node.path).toContain(at('whole'));
});

it('npx runs it in an empty folder', () => {
  mkdirSync(at('empty'));
  const npx = (...words: string[]): string =>
    run('npx', ['--yes', '--package', tarball, 'ven', ...words], { cwd: at('empty'), env: NPM });
  expect(npx('--version')).toMatch(/^ven \d/);
  expect(npx('init')).toContain('Wrote ');
  expect(npx('validate')).toContain('is valid');
  expect(readdirSync(at('empty'))).toEqual(['fleet.yaml']);
});

/** Compiles strictly, with the declarations of all libraries. */
function compile(options: object): void {
  const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
  const compilerOptions = { ...strict, module: 'nodenext', target: 'es2024', ...options };
  writeFileSync(at('user/tsconfig.json'), JSON.stringify({ compilerOptions }));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc], { cwd: at('user'), encoding: 'utf8' });
  expect(stdout).toBe('');
}

it('as a library, the example of the docs compiles, and brings VMs up and down', () => {
  const { fleet } = lab;
  const docs = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');
  const [, example = ''] = /^```ts\n([^]*?)^```$/m.exec(docs) ?? [];
  mkdirSync(at('user'));
  writeFileSync(at('user/package.json'), JSON.stringify({ type: 'module' }));
  run('npm', ['install', tarball], { cwd: at('user'), env: NPM });

  // Without Node's types, and without the browser's.
  writeFileSync(
    at('user/index.ts'),
    "import * as ven from 'ven';\nexport const made = ven.plan();\n",
  );
  compile({ types: [], noEmit: true });
  writeFileSync(at('user/index.ts'), example.replaceAll('from-code', fleet));
  const types = dirname(dirname(import.meta.resolve('@types/node/package.json').slice(7)));
  compile({ types: ['node'], typeRoots: [types], lib: ['es2024'] });

  const env = { XDG_STATE_HOME: lab.stateDir };
  const said = run(process.execPath, ['index.js'], { cwd: at('user'), env })
    .trim()
    .split('\n');
  expect(said.slice(0, 2)).toEqual(['create vm.edge-1', 'create vm.edge-2']);
  expect(said).toContain("done [ 'vm.edge-1', 'vm.edge-2' ]");
  expect(said.at(-1)).toMatch(/^vm\.edge-[12] done$/);
  expect(said.some((line) => line.includes('failed'))).toBe(false);
});
