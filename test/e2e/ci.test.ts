/** What pipelines run (action.yml, ci/gitlab.yml), on a real host: also the way that fails. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Lab, virsh } from './lab.js';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

const lab = new Lab('ci');
const files = join(lab.dir, 'files');
/** Somebody has this port: a VM with its screen there can't start. */
const taken = createServer();

const write = (more = ''): void => {
  lab.write(`${Lab.SMALL}vms:\n  - { name: a, nics: [] }\n  - { name: b, nics: []${more} }\n`);
};
const domains = (): Promise<string> => virsh('list', '--all', '--name');

beforeAll(async () => {
  mkdirSync(files);
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  taken.close();
  await lab.close();
});

const screen = (): string =>
  `, graphics: { type: vnc, port: ${(taken.address() as AddressInfo).port} }`;

interface Ended {
  code: number | null;
  summary: string;
  outputs: string[];
}

/** Runs a script as a runner does, with files of its own for what it says. */
async function job(script: string, env: Record<string, string>): Promise<Ended> {
  const summary = join(files, `summary-${Math.random()}`);
  const output = join(files, `output-${Math.random()}`);
  lab.env = { ...env, GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: output };
  lab.program = 'bash';
  const { code } = await lab.ven('-eo', 'pipefail', '-c', script);
  lab.program = join(ROOT, 'bin/ven');
  lab.env = {};
  return { code, summary: read(summary), outputs: read(output).trim().split('\n') };
}

describe('action.yml', () => {
  const action = parse(read(join(ROOT, 'action.yml'))) as {
    inputs: Record<string, { default: string }>;
    runs: { steps: { id?: string; run: string; env: Record<string, string> }[] };
  };
  const step = action.runs.steps.find(({ id }) => id === 'ven');

  /** The step that runs ven, with inputs put in as GitHub does. */
  async function use(
    inputs: Record<string, string>,
    more: Record<string, string> = {},
  ): Promise<Ended> {
    const value = (text: string): string =>
      text
        .replace(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, name: string) => {
          return inputs[name] ?? action.inputs[name]?.default ?? '';
        })
        .replace("${{ inputs.setup != 'true' && 'ven' || '' }}", inputs['setup'] ? 'ven' : '')
        .replace('${{ runner.temp }}', files)
        .replace('${{ github.token }}', 'none');
    const env = Object.entries(step?.env ?? {}).map(([name, text]) => [name, value(text)]);
    return await job(step?.run ?? '', {
      ...(Object.fromEntries(env) as Record<string, string>),
      GITHUB_ACTION_PATH: ROOT,
      ...more,
    });
  }

  it('plans, applies what fails with a bundle, repairs, and destroys', async () => {
    const plan = join(files, 'ven/ven-plan.md');
    const bundle = join(files, 'ven/ven-bundle.tar.gz');
    write(screen());
    const first = await use({ command: 'plan', args: '--exclude vm.b' });
    expect(first.outputs).toEqual([`plan=${plan}`, 'changes=true', 'exit-code=0']);
    expect(first.code).toBe(0);
    expect(first.summary).toContain(`### ven plan: <code>${lab.fleet}</code>`);
    expect(first.summary).toContain('**1 to create**');
    expect(first.summary).toContain('| <code>vm.a</code> | create |');

    const failed = await use({ command: 'apply' });
    expect(failed.code).toBe(4);
    expect(failed.outputs).toEqual([`bundle=${bundle}`, 'exit-code=4']);
    expect(existsSync(bundle)).toBe(true);
    expect(failed.summary).toMatch(/ended with exit code 4\n[^]*\ba +running/);

    write();
    const repaired = await use({ command: 'apply' });
    expect([repaired.code, repaired.outputs]).toEqual([0, ['exit-code=0']]);
    const empty = await use({ command: 'plan' });
    expect(empty.outputs).toContain('changes=false');

    const destroyed = await use({ command: 'destroy' });
    expect(destroyed.code).toBe(0);
    expect(await domains()).not.toContain(lab.fleet);
  });

  it('without a set-up, the ven in the path plans', async () => {
    write();
    const bin = join(files, 'bin');
    mkdirSync(bin);
    symlinkSync(join(ROOT, 'bin/ven'), join(bin, 'ven'));
    const PATH = process.env['PATH'] ?? '';
    const plan = { command: 'plan', setup: 'false' };
    expect((await use(plan, { PATH })).code).toBe(127);
    const { code, outputs } = await use(plan, { PATH: `${bin}:${PATH}` });
    expect([code, outputs.slice(1)]).toEqual([0, ['changes=true', 'exit-code=0']]);
  });

  it('a wrong fleet file fails the plan, and says so', async () => {
    writeFileSync(lab.file, 'fleet: 3\n');
    const { code, summary, outputs } = await use({ command: 'plan' });
    expect([code, outputs.at(-1)]).toEqual([3, 'exit-code=3']);
    expect(summary).toContain('could not be planned (exit code 3)');
  });
});

describe('ci/gitlab.yml', () => {
  const commit = (folder: string): void => {
    const me = ['-c', 'user.name=lab', '-c', 'user.email=lab@example.com', '-C', folder];
    execFileSync('git', [...me, 'init', '--quiet', '--initial-branch=main']);
    execFileSync('git', [...me, 'add', '--all']);
    execFileSync('git', [...me, 'commit', '--quiet', '--message', 'A commit']);
  };

  it('sets up, tests beside the fleet, and destroys it also when the test fails', async () => {
    const source = join(lab.dir, 'source');
    copyFileSync(join(ROOT, 'ci/gitlab.yml'), join(lab.dir, 'ven.yml'));
    const inputs = { source, test: 'virsh -q list --name; exit 9' };
    const include = [{ local: 'ven.yml', inputs }];
    writeFileSync(join(lab.dir, '.gitlab-ci.yml'), JSON.stringify({ include }));
    write();
    commit(lab.dir);
    const remote = ['remote', 'add', 'origin', 'git@git.example.com:lab/fleets.git'];
    execFileSync('git', ['-C', lab.dir, ...remote]);
    // What the jobs clone. Its scripts are those of this build.
    mkdirSync(join(source, 'ci'), { recursive: true });
    for (const name of ['setup.sh', 'run.sh']) {
      const script = `#!/bin/sh\nexec '${join(ROOT, 'ci', name)}' "$@"\n`;
      writeFileSync(join(source, 'ci', name), script, { mode: 0o755 });
    }
    commit(source);

    lab.program = join(ROOT, 'node_modules/.bin/gitlab-ci-local');
    const { code, stdout, stderr } = await lab.ven('ven-test');
    lab.program = join(ROOT, 'bin/ven');

    expect(code).toBe(1);
    const output = stdout + stderr;
    for (const part of ['json schema validated', `${lab.fleet}_b`, 'FAIL 9'])
      expect(output).toContain(part);
    expect(output).toMatch(/Destroyed in .*: 2 deleted/);
    expect(await domains()).not.toContain(lab.fleet);
  });
});

it('.pre-commit-hooks.yaml checks all files that it is given', async () => {
  const [hook] = parse(read(join(ROOT, '.pre-commit-hooks.yaml'))) as { entry: string }[];
  write();
  const wrong = join(lab.dir, 'wrong.fleet.yaml');
  writeFileSync(wrong, 'fleet: 3\n');
  const [program, ...words] = hook?.entry.split(' ') ?? [];
  expect(program).toBe('ven');
  expect((await lab.ven(...words, lab.file)).code).toBe(0);
  const { code, stderr } = await lab.ven(...words, lab.file, wrong);
  expect([code, stderr]).toEqual([3, expect.stringContaining('wrong.fleet.yaml')]);
});
