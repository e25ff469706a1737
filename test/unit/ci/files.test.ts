/** The files that others' pipelines read: their form, and that their parts fit together. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateAction, validateWorkflow } from '@action-validator/core';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { blocksOf } from '../docs/blocks.js';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const script = read('ci/run.sh');

describe('action.yml', () => {
  const text = read('action.yml');
  const action = parse(text) as {
    inputs: Record<string, { description: string; default: string }>;
    outputs: Record<string, { value: string }>;
    runs: { steps: { id?: string; env?: Record<string, string> }[] };
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
});

describe('.pre-commit-hooks.yaml', () => {
  const [hook] = parse(read('.pre-commit-hooks.yaml')) as { entry: string; files: string }[];
  const files = new RegExp(hook?.files ?? '');

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
