/** The files that others' pipelines read: their form, and that their parts fit together. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateAction, validateWorkflow } from '@action-validator/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { blocksOf } from '../docs/blocks.js';
import { ScriptFolder } from '../scripts/folder.js';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const script = read('ci/run.sh');

let folder: ScriptFolder;
beforeEach(() => {
  folder = new ScriptFolder();
});
afterEach(() => {
  folder.remove();
});

describe('action.yml', () => {
  const text = read('action.yml');
  const action = parse(text) as {
    inputs: Record<string, { description: string; default: string }>;
    outputs: Record<string, { value: string }>;
    runs: { steps: { id?: string; run?: string; env?: Record<string, string> }[] };
  };
  const env = action.runs.steps.find(({ id }) => id === 'ven')?.env ?? {};

  it('is one that GitHub reads', () => {
    expect(validateAction(text).errors).toEqual([]);
    expect(validateAction(text.replace('using: composite', 'using: compost')).errors).not.toEqual(
      [],
    );
  });

  it.each(Object.keys(action.inputs))('the input %s is used', (name) => {
    expect(text.replace(/^inputs:[^]*?\noutputs:/m, '')).toContain(`inputs.${name}`);
  });

  it.each(Object.entries(action.outputs))('the output %s is written', (name, { value }) => {
    expect(value).toBe(`\${{ steps.ven.outputs.${name} }}`);
    expect(script).toContain(`output ${name} `);
  });

  it.each(Object.keys(env).filter((name) => name !== 'GITHUB_TOKEN' && name !== 'VEN_COMMAND'))(
    '%s is read by the script',
    (name) => expect(script).toMatch(new RegExp(`\\$\\{${name}[:}]`)),
  );

  /** What the step `names` gives the others. */
  const names = (): string[] => {
    const output = join(folder.path, 'output');
    const step = action.runs.steps.find(({ id }) => id === 'names');
    execFileSync('bash', ['-eo', 'pipefail', '-c', step?.run ?? ''], {
      env: { ...process.env, GITHUB_ACTION_PATH: folder.path, GITHUB_OUTPUT: output },
    });
    return readFileSync(output, 'utf8').trim().split('\n').slice(-2);
  };

  it('a cache is for one state of the source, and an artifact for one run', () => {
    const used = [...text.matchAll(/steps\.names\.outputs\.(\w+)/g)].map(([, name]) => name);
    expect(used).toEqual(['source', 'run', 'run']);
    folder.copy('bin/ven', 'ci/setup.sh', 'package.json', 'package-lock.json');
    for (const name of ['schemas', 'scripts', 'src/generated', 'templates'])
      mkdirSync(join(folder.path, name), { recursive: true });
    const [source, run] = names();
    expect(source).toMatch(/^source=[0-9a-f]{16}$/);
    expect(run).toMatch(/^run=[0-9a-f]{8}$/);
    writeFileSync(join(folder.path, 'src/generated/a.js'), 'built');
    const [same, other] = names();
    expect([same, other !== run]).toEqual([source, true]);
    writeFileSync(join(folder.path, 'src/a.ts'), 'new');
    expect(names()[0]).not.toBe(source);
  });
});

describe('ci/gitlab.yml', () => {
  const text = read('ci/gitlab.yml');
  const [head, body] = parseAllDocuments(text).map((one) => one.toJS() as unknown);
  const inputs = Object.keys((head as { spec: { inputs: object } }).spec.inputs);

  it('has a head with inputs, and jobs', () => {
    expect(Object.keys(body as object)).toEqual(['.ven', 'ven-plan', 'ven-test']);
  });

  it.each(inputs)('the input %s is used', (name) => {
    expect(text).toContain(`$[[ inputs.${name} ]]`);
  });

  it('and no other', () => {
    const used = [...text.matchAll(/\$\[\[ inputs\.(\w+) \]\]/g)].map(([, name]) => name);
    expect(new Set(used)).toEqual(new Set(inputs));
  });

  it('takes the version that is named, also where another one was', () => {
    const lines = (body as { '.ven': { before_script: string[] } })['.ven'].before_script;
    const source = join(folder.path, 'source');
    const git = (...args: string[]): void => {
      const me = ['-c', 'user.name=lab', '-c', 'user.email=lab@example.com'];
      execFileSync('git', [...me, '-C', source, ...args], { stdio: 'ignore' });
    };
    const release = (version: string): void => {
      folder.program('source/ci/setup.sh', `echo ${version} >version`);
      git('add', '--all');
      git('commit', '--message', version);
      git('tag', version);
    };
    const setUp = (version: string): string => {
      const script = lines.join('\n').replaceAll('$[[ inputs.version ]]', version);
      const words = script.replaceAll('$[[ inputs.source ]]', source);
      execFileSync('bash', ['-eo', 'pipefail', '-c', words], { cwd: folder.path });
      return readFileSync(join(folder.path, 'version'), 'utf8').trim();
    };
    mkdirSync(source);
    git('init', '--initial-branch=main');
    release('v1');
    release('v2');
    expect(['v1', 'v2', 'v1', 'main'].map(setUp)).toEqual(['v1', 'v2', 'v1', 'v2']);
    release('v3');
    expect(setUp('main')).toBe('v3');
  });

  it('has time for the end of the fleet within the time of the job', () => {
    const job = (body as Record<string, { timeout: string; variables: Record<string, string> }>)[
      'ven-test'
    ];
    const minutes = (text = ''): number => parseInt(text) * (text.endsWith('h') ? 60 : 1);
    const after = minutes(job?.variables['RUNNER_AFTER_SCRIPT_TIMEOUT']);
    expect(after).toBeGreaterThan(minutes(/--lock-timeout (\w+)/.exec(script)?.[1]));
    expect(minutes(job?.variables['RUNNER_SCRIPT_TIMEOUT']) + after).toBeLessThan(
      minutes(job?.timeout),
    );
  });
});

describe('.pre-commit-hooks.yaml', () => {
  const [hook] = parse(read('.pre-commit-hooks.yaml')) as { entry: string; files: string }[];
  const files = new RegExp(hook?.files ?? '');

  it('runs ven with all files at once, and ends with its exit code', () => {
    folder.program('bin/ven', 'for word; do echo "$word"; done; exit 3');
    // As pre-commit does: no shell, the files behind.
    const [program = '', ...words] = (hook?.entry ?? '').split(' ');
    const { status, stdout } = spawnSync(program, [...words, 'fleet.yaml', 'fleets/a b.yaml'], {
      env: { ...process.env, ...folder.env },
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([3, 'validate\nfleet.yaml\nfleets/a b.yaml\n']);
  });

  it.each(['fleet.yaml', 'fleet.yml', 'lab/fleet.yaml', 'lab.fleet.yaml', 'fleets/lab.yaml'])(
    'takes %s',
    (path) => expect(files.test(path)).toBe(true),
  );
  it.each(['fleet.json', 'fleetx.yaml', 'fleets/certs/ca.pem', 'values.yaml', 'my-fleet.yaml'])(
    'leaves %s',
    (path) => expect(files.test(path)).toBe(false),
  );
});

describe('docs/ci.md', () => {
  interface Step {
    uses?: string;
    with?: Record<string, unknown>;
  }
  type Shown = Record<string, unknown> & {
    jobs?: Record<string, { steps: Step[] }>;
    include?: { file: string; inputs: Record<string, unknown> }[];
    repos?: { hooks: { id: string }[] }[];
  };
  const blocks = blocksOf('docs/ci.md').filter(({ kind }) => kind === 'yaml');
  const parsed = blocks.map(({ text }) => parse(text) as Shown);

  it('shows workflows that GitHub reads, with inputs that there are', () => {
    const workflows = blocks.filter((_, at) => parsed[at]?.jobs);
    expect(workflows.length).toBe(2);
    for (const { text } of workflows) expect(validateWorkflow(text).errors).toEqual([]);
    const { inputs } = parse(read('action.yml')) as { inputs: object };
    const uses = parsed
      .flatMap(({ jobs = {} }) => Object.values(jobs).flatMap(({ steps }) => steps))
      .filter((step) => step.uses?.startsWith('OWNER/ven@'));
    expect(uses.length).toBe(3);
    for (const step of uses)
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
  });

  it('lists every input of the action', () => {
    const { inputs } = parse(read('action.yml')) as { inputs: object };
    const table = [...read('docs/ci.md').matchAll(/^\| (`.*?) \|/gm)].map(([, cell = '']) => cell);
    const listed = table.join().match(/\w+/g);
    expect(listed).toEqual(expect.arrayContaining(Object.keys(inputs)));
  });

  it('shows inputs of the template, and the hook, that there are', () => {
    const [include] = parsed.flatMap((one) => one.include ?? []);
    expect(existsSync(join(ROOT, include?.file ?? ''))).toBe(true);
    const [head] = parseAllDocuments(read('ci/gitlab.yml')).map((one) => one.toJS() as unknown);
    const known = Object.keys((head as { spec: { inputs: object } }).spec.inputs);
    expect(Object.keys(include?.inputs ?? {}).sort()).toEqual(known.sort());
    const hooks = parsed.flatMap((one) => one.repos ?? []).flatMap((one) => one.hooks);
    const ours = (parse(read('.pre-commit-hooks.yaml')) as { id: string }[]).map(({ id }) => id);
    expect(hooks.map(({ id }) => id)).toEqual(ours);
  });
});
