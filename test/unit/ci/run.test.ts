/** What a step of a pipeline does with ven's exit code, output and files (`ci/run.sh`). */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptFolder } from '../scripts/folder.js';

let folder: ScriptFolder;
beforeEach(() => {
  folder = new ScriptFolder();
  folder.copy('ci/run.sh');
});
afterEach(() => {
  folder.remove();
});

/** A ven that writes down how it was called. */
const ven = (...lines: string[]): void => {
  folder.program('bin/ven', ['echo "$*" >>"$CALLS"', ...lines].join('\n'));
};
const path = (name: string): string => join(folder.path, name);
const read = (name: string): string =>
  existsSync(path(name)) ? readFileSync(path(name), 'utf8') : '';

const environment = (more: Record<string, string> = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  ...folder.env,
  CALLS: path('calls'),
  GITHUB_OUTPUT: path('output'),
  GITHUB_STEP_SUMMARY: path('summary'),
  VEN_FILES: path('files'),
  VEN_FLEET: 'lab fleet.yaml',
  ...more,
});

function run(command: string, more: Record<string, string> = {}): number | null {
  return spawnSync('ci/run.sh', [command], { cwd: folder.path, env: environment(more) }).status;
}

const outputs = (): Record<string, string> =>
  Object.fromEntries(
    read('output')
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

describe('plan', () => {
  it.each([
    [0, { changes: 'false', 'exit-code': '0' }, 0],
    [2, { changes: 'true', 'exit-code': '0' }, 0],
    [6, { changes: 'true', 'exit-code': '6' }, 6],
  ])('ends with %i: outputs %j', (code, expected, status) => {
    ven('echo "### the plan"', `exit ${code}`);
    expect(run('plan', { VEN_ARGS: '--target * --diff' })).toBe(status);
    expect(outputs()).toEqual({ ...expected, plan: path('files/ven-plan.md') });
    expect(read('summary')).toBe('### the plan\n');
    expect(read('calls')).toBe(
      'plan lab fleet.yaml --markdown --detailed-exitcode --target * --diff\n',
    );
  });

  it('that could not be made: the summary says so, and there is no word on changes', () => {
    ven('echo "wrong" >&2', 'exit 3');
    expect(run('plan')).toBe(3);
    expect(outputs()).toEqual({ plan: path('files/ven-plan.md'), 'exit-code': '3' });
    expect(read('summary')).toContain('`lab fleet.yaml` could not be planned (exit code 3)');
  });

  it('stands when it can not become a comment', () => {
    ven('echo "### the plan"');
    folder.program('bin/node', 'exit 1');
    expect(run('plan', { VEN_COMMENT: 'true' })).toBe(0);
  });
});

describe('apply', () => {
  it('waits, and writes the results', () => {
    ven('[ "$1" != status ] || echo "edge-1  running"');
    const more = { VEN_WAIT: 'ready', VEN_JUNIT: 'nodes.xml', VEN_ARGS: '--parallelism 2' };
    expect(run('apply', more)).toBe(0);
    expect(read('calls').split('\n')).toEqual([
      'apply lab fleet.yaml --wait ready --junit nodes.xml --yes --parallelism 2',
      'status lab fleet.yaml',
      '',
    ]);
    expect(outputs()).toEqual({ 'exit-code': '0' });
    expect(read('summary')).toBe(
      '### ven apply: `lab fleet.yaml` ended with exit code 0\n\n```\nedge-1  running\n```\n',
    );
  });

  it('that failed leaves a bundle, and keeps its exit code', () => {
    ven(
      'case $1 in',
      '  apply) exit 4 ;;',
      '  bundle) [ ! -e "$4" ] && echo packed >"$4" ;;',
      'esac',
    );
    expect(run('apply')).toBe(4);
    expect(outputs()).toEqual({ bundle: path('files/ven-bundle.tar.gz'), 'exit-code': '4' });
    // The next one takes its place; ven does not overwrite.
    expect(run('apply')).toBe(4);
    expect(read('files/ven-bundle.tar.gz')).toBe('packed\n');
  });

  it('that failed without a bundle, too', () => {
    ven('[ "$1" = status ] || exit 7');
    expect(run('apply')).toBe(7);
    expect(outputs()).toEqual({ 'exit-code': '7' });
  });

  it('is told when the job is cancelled, and comes to its end', async () => {
    ven(
      'if [ "$1" = apply ]; then',
      '  trap "echo told >>\\"$CALLS\\"; sleep 0.3; exit 130" TERM',
      '  echo started >>"$CALLS"',
      '  while :; do sleep 0.05; done',
      'fi',
    );
    const job = spawn('ci/run.sh', ['apply'], { cwd: folder.path, env: environment() });
    const ended = new Promise((resolve) => job.on('close', resolve));
    while (!read('calls').includes('started')) await sleep(20);
    job.kill('SIGTERM');
    expect(await ended).toBe(130);
    expect(read('calls')).toContain('told');
    expect(outputs()['exit-code']).toBe('130');
  });
});

it('destroy waits for a run that still ends', () => {
  ven();
  expect(run('destroy')).toBe(0);
  expect(read('calls')).toBe('destroy lab fleet.yaml --yes --purge --lock-timeout 10m\n');
});

it('validate, with another ven', () => {
  folder.program('elsewhere/ven', 'echo "$*" >"$CALLS"; exit 3');
  expect(run('validate', { VEN: path('elsewhere/ven') })).toBe(3);
  expect(read('calls')).toBe('validate lab fleet.yaml\n');
});

it('an unknown command', () => {
  ven();
  expect(run('aply')).toBe(1);
  expect(read('calls')).toBe('');
});
