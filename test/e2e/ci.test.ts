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
  async function use(inputs: Record<string, string>): Promise<Ended> {
    const value = (text: string): string =>
      text
        .replace(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, name: string) => {
          return inputs[name] ?? action.inputs[name]?.default ?? '';
        })
        .replaceAll('${{ runner.temp }}', files)
        .replace(/\$\{\{.*\}\}/g, '');
    const env = Object.entries(step?.env ?? {}).map(([name, text]) => [name, value(text)]);
    return await job(step?.run ?? '', {
      ...(Object.fromEntries(env) as Record<string, string>),
      GITHUB_ACTION_PATH: ROOT,
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

  it('a wrong fleet file fails the plan, and says so', async () => {
    writeFileSync(lab.file, 'fleet: 3\n');
    const { code, summary, outputs } = await use({ command: 'plan' });
    expect([code, outputs.at(-1)]).toEqual([3, 'exit-code=3']);
    expect(summary).toContain('could not be planned (exit code 3)');
  });
});

describe('ci/gitlab.yml', () => {
  const git = (...args: string[]): void => {
    const me = ['-c', 'user.name=lab', '-c', 'user.email=lab@example.com'];
    execFileSync('git', [...me, '-C', lab.dir, ...args]);
  };

  it('sets up, tests beside the fleet, and destroys it also when the test fails', async () => {
    // In place of a clone.
    symlinkSync(ROOT, join(lab.dir, '.ven'));
    copyFileSync(join(ROOT, 'ci/gitlab.yml'), join(lab.dir, 'ven.yml'));
    const inputs = { source: 'nowhere', test: 'virsh -q list --name; exit 9' };
    const include = [{ local: 'ven.yml', inputs }];
    writeFileSync(join(lab.dir, '.gitlab-ci.yml'), JSON.stringify({ include }));
    write();
    git('init', '--quiet', '--initial-branch=main');
    git('remote', 'add', 'origin', 'git@git.example.com:lab/fleets.git');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'A fleet');

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
