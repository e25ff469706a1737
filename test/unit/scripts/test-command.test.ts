/** What `.ci/run` and `npm test` run, in which order, and what they count. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptFolder } from './folder.js';

let folder: ScriptFolder;
beforeEach(() => {
  folder = new ScriptFolder();
});
afterEach(() => {
  folder.remove();
});

function run(script: string, ...args: string[]): { lines: string[]; status: number | null } {
  const { stdout, status } = spawnSync(join(folder.path, script), args, {
    env: folder.env,
    encoding: 'utf8',
  });
  return { lines: stdout.trimEnd().split('\n'), status };
}

describe('.ci/run', () => {
  const report = (
    name: string,
    passed: number,
    failed: number,
    testResults: object[] = [],
  ): string => {
    const text = { numPassedTests: passed, numFailedTests: failed, testResults };
    return `echo '${JSON.stringify(text)}' >"$VEN_TEST_REPORTS/${name}.json"`;
  };
  beforeEach(() => {
    folder.copy('.ci/run', 'scripts/count-tests.js');
  });
  const npm = (...lines: string[]): void => {
    folder.program('bin/npm', ['[ "$*" = test ] || exit 9', ...lines].join('\n'));
  };

  it('sums over the groups, on a line of its own', () => {
    npm('echo "Tests 7 passed"', report('unit', 20, 0), report('real', 3, 0));
    expect(run('.ci/run')).toEqual({ lines: ['Tests 7 passed', '23 passed, 0 failed'], status: 0 });
  });

  it('names what was skipped, before the line that counts', () => {
    const assertionResults = [
      { status: 'passed', fullName: 'runs' },
      { status: 'skipped', fullName: 'with mandoc each page is there' },
    ];
    const file = { name: join(folder.path, 'test/man.test.ts'), assertionResults };
    npm(report('unit', 1, 0, [file]));
    expect(run('.ci/run').lines).toEqual([
      'skipped: test/man.test.ts: with mandoc each page is there',
      '1 passed, 0 failed',
    ]);
  });

  it('counts the failed tests', () => {
    npm(report('unit', 20, 2), 'exit 1');
    expect(run('.ci/run')).toEqual({ lines: ['20 passed, 2 failed'], status: 1 });
  });

  it.each([
    ['types, lint or the set-up', 'exit 7', '0 passed, 1 failed', 7],
    ['a group that left no report', `${report('unit', 20, 0)}; exit 1`, '20 passed, 1 failed', 1],
  ])('counts %s as one failed', (_, what, line, status) => {
    npm(what);
    expect(run('.ci/run')).toEqual({ lines: [line], status });
  });

  it('fails when it can not count', () => {
    npm('echo "{" >"$VEN_TEST_REPORTS/unit.json"');
    expect(run('.ci/run')).toEqual({ lines: ['0 passed, 1 failed'], status: 1 });
  });
});

describe('test.sh', () => {
  beforeEach(() => {
    folder.copy('scripts/test.sh');
    mkdirSync(join(folder.path, 'node_modules/.bin'), { recursive: true });
    for (const name of ['setup-ven', 'setup-host'])
      folder.program(`scripts/${name}.sh`, `echo ${name}`);
    folder.program('scripts/with-libvirt.sh', 'exec "$@"');
  });
  /** `fails`: that of the programs whose words contain it. */
  const programs = (fails: string): void => {
    for (const name of ['node', 'vitest'])
      folder.program(
        `node_modules/.bin/${name}`,
        `echo "${name} $*"\ncase "${name} $*" in *${fails}*) exit 3;; esac`,
      );
  };
  const REAL = 'vitest run --project alone --project onboarding --project real';
  const ALL = [
    'setup-ven',
    'node scripts/check.ts',
    'setup-host',
    'vitest run --project unit',
    REAL,
  ];

  it('runs types, lint and format, then what needs no VM, then the rest', () => {
    programs('nothing');
    expect(run('scripts/test.sh')).toEqual({ lines: ALL, status: 0 });
  });

  it.each([
    ['check.ts', 2],
    ['unit', 4],
    ['real', 5],
  ])('stops where %s fails', (what, count) => {
    programs(what);
    expect(run('scripts/test.sh')).toEqual({ lines: ALL.slice(0, count), status: 3 });
  });

  it('gives arguments to vitest, which is then all that runs', () => {
    programs('nothing');
    expect(run('scripts/test.sh', 'test/e2e/boot.test.ts', '-t', 'a b')).toEqual({
      lines: ['setup-ven', 'setup-host', 'vitest run test/e2e/boot.test.ts -t a b'],
      status: 0,
    });
  });
});
