import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt, ROOT, ven, VEN, type Ran } from './built.js';

const cwd = mkdtempSync(join(tmpdir(), 'ven-line-'));
const run = (...args: string[]): Ran => ven(args, { cwd });

beforeAll(() => {
  ensureBuilt();
  writeFileSync(
    join(cwd, 'fleet.yaml'),
    'apiVersion: ven/v1\nfleet: edge-lab\nvms:\n  - name: edge\n    count: 3\n',
  );
  writeFileSync(
    join(cwd, 'wrong.yaml'),
    'apiVersion: ven/v1\nfleet: edge-lab\nvms:\n  - name: edge\n    memroy: 1GiB\n',
  );
}, 60_000);
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

const COMMANDS = [
  'apply',
  'bundle',
  'completion',
  'console',
  'destroy',
  'doctor',
  'export',
  'graph',
  'init',
  'logs',
  'plan',
  'provision',
  'render',
  'schema',
  'status',
  'timeline',
  'validate',
  'version',
  'vnc',
];

const TOPICS = {
  orchestrator: ['default-os', 'hosts', 'register', 'unregister'],
  power: ['off', 'on', 'reboot', 'reset'],
};

describe('results go where the user says', () => {
  const left = (name: string): ReturnType<typeof lstatSync> => lstatSync(join(cwd, name));

  it('timeline --html leaves a link to standard output, and a pipe, what they are', () => {
    symlinkSync('/proc/self/fd/1', join(cwd, 'stdout'));
    execFileSync('mkfifo', [join(cwd, 'pipe')]);
    const { code, stdout } = run('timeline', '--html', 'stdout');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^<!doctype html>[^]*<\/html>\n$/i);
    expect(left('stdout')?.isSymbolicLink()).toBe(true);
    const refused = run('timeline', '--html', 'pipe');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('is a pipe that nobody reads from');
    expect(left('pipe')?.isFIFO()).toBe(true);
  });

  it('render --out-dir writes through a link, and init overwrites none', () => {
    run('render', '--out-dir', 'rendered');
    const file = join(cwd, 'rendered/Vagrantfile');
    renameSync(file, join(cwd, 'mine'));
    symlinkSync('../mine', file);
    writeFileSync(join(cwd, 'mine'), 'old');
    expect(run('render', '--out-dir', 'rendered').code).toBe(0);
    expect(left('rendered/Vagrantfile')?.isSymbolicLink()).toBe(true);
    expect(readFileSync(join(cwd, 'mine'), 'utf8')).toContain('Vagrant');
    symlinkSync('not-there.yaml', join(cwd, 'dangling.yaml'));
    for (const name of ['pipe', 'dangling.yaml']) expect(run('init', name).code).toBe(1);
    expect(existsSync(join(cwd, 'not-there.yaml'))).toBe(false);
  });
});

describe('help and version', () => {
  it('names every command, with no arguments too', () => {
    const { code, stdout } = run('--help');
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect(stdout).not.toMatch(/^ {2}addresses/m);
    expect(run().stdout).toBe(stdout);
  });

  it.each([...COMMANDS, 'orchestrator', 'orchestrator hosts'])('%s --help', (name) => {
    const command = name.split(' ');
    const quick = run(...command, '--help');
    expect(quick).toMatchObject({ code: 0, stderr: '' });
    expect(run('help', ...command).stdout).toBe(quick.stdout);
    // With one more argument the text does not come from the build, but is written now.
    expect(run(...command, '--help', '--').stdout).toBe(quick.stdout);
  });

  it.each([
    ['apply', '--timeout=DURATION', 'Maximum time for the whole command', '2h (with --wait).'],
    ['apply', '--junit=FILE', 'report as JUnit XML (with --wait).'],
    ['apply', '--wait=STAGE', 'an unknown name lists the known ones'],
    ['apply', '--target=ADDR...', '* matches any part: vm.edge-*'],
    ['provision', '--until=STAGE', 'an unknown name lists the known ones'],
    ['provision', '--class=CLASS...', '(with --retry-failed)'],
    ['provision', '[FLEET]', 'an argument with a slash, or one that ends in', 'at most one'],
    ['status', 'MADE: an apply has completed the VM'],
    [
      'orchestrator unregister',
      'USAGE ven orchestrator unregister VM... [FLEET]',
      'at least one',
      'Names are required',
    ],
  ])('%s --help says what goes with what', (command, ...texts) => {
    const help = run(...command.split(' '), '--help').stdout.replaceAll(/\s+/g, ' ');
    for (const text of texts) expect(help).toContain(text);
  });

  it('--version is the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(run('--version')).toEqual({ code: 0, stdout: `ven ${version}\n`, stderr: '' });
    expect(run('-v').stdout).toBe(`ven ${version}\n`);
  });
});

describe('version', () => {
  it('says what it runs on, for people and as JSON', () => {
    const { stdout } = run('version');
    expect(stdout).toMatch(/^ven \d+\.\d+\.\d+( \(commit [0-9a-f]{12}(-dirty)?\))?\nnode \d+\./);
    const shown = JSON.parse(run('version', '--json').stdout) as {
      version: string;
      node: { path: string; kind: string };
    };
    expect(shown).toMatchObject({
      formatVersion: '1',
      platform: { os: process.platform, arch: process.arch },
    });
    expect(stdout).toContain(`ven ${shown.version}`);
    expect(shown.node.kind).toBe(
      shown.node.path.startsWith(join(ROOT, 'node_modules/node-linux-')) ? 'bundled' : 'system',
    );
  });

  it('names the commit of the clone that it was built in', (context) => {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
    if (!existsSync(join(ROOT, '.git'))) context.skip();
    const { commit } = JSON.parse(run('version', '--json').stdout) as { commit: string };
    expect(git('cat-file', '-t', commit.replace('-dirty', ''))).toBe('commit');
  });
});

describe('schema', () => {
  const source = (of: string): string =>
    readFileSync(join(ROOT, `schemas/${of}.schema.json`), 'utf8');

  it('prints the schema of fleet files, or of profiles', () => {
    expect(run('schema')).toEqual({ code: 0, stdout: source('fleet'), stderr: '' });
    expect(run('schema', 'profile').stdout).toBe(source('profile'));
  });

  it('writes it to a file', () => {
    const said = run('schema', '--output', 'fleet.schema.json');
    expect(said).toEqual({ code: 0, stdout: '', stderr: 'Wrote fleet.schema.json.\n' });
    expect(readFileSync(join(cwd, 'fleet.schema.json'), 'utf8')).toBe(source('fleet'));
  });
});

describe('NO_COLOR and FORCE_COLOR', () => {
  it.each([
    [{ NO_COLOR: '1', FORCE_COLOR: '' }, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true],
    [{ NO_COLOR: '1', FORCE_COLOR: '0' }, false],
    [{ FORCE_COLOR: '' }, false],
  ])('%o: colours %s, and no warning', (env, colour) => {
    const { stderr } = ven(['validate', 'wrong.yaml'], { cwd, env });
    expect(stderr).not.toContain('Warning');
    expect(stderr.includes('\u001b[')).toBe(colour);
  });
});

describe('a topic', () => {
  it('says what is in it, and what was meant', () => {
    const { code, stdout } = run('orchestrator');
    expect(code).toBe(0);
    for (const command of TOPICS.orchestrator) expect(stdout).toContain(`orchestrator ${command} `);
    expect(run('orchestrator', 'hots')).toMatchObject({ code: 1, stdout: '' });
    expect(run('orchestrator', 'hots').stderr).toContain('Did you mean orchestrator hosts?');
    const { stdout: help } = run('orchestrator', 'hosts', '--help');
    expect(help).toContain('ven orchestrator hosts [FLEET] [FLAGS]');
    expect(run('help', 'orchestrator', 'hosts').stdout).toBe(help);
  });

  it('needs a fleet file that names an orchestrator', () => {
    const { code, stderr } = run('orchestrator', 'hosts');
    expect(code).toBe(1);
    expect(stderr).toContain('does not say which orchestrator and project to use');
  });
});

describe('the fleet file', () => {
  it('that is wrong: exit 3, before anything else', () => {
    for (const args of [
      ['validate'],
      ['plan'],
      ['apply'],
      ['destroy', '--yes'],
      ['status'],
      ['render'],
    ]) {
      const { code, stdout, stderr } = run(...args, 'wrong.yaml');
      expect([args, code, stdout]).toEqual([args, 3, '']);
      expect(stderr).toMatch(/wrong\.yaml:5:5: error: .*memroy/);
      expect(stderr).toContain('hint:');
    }
  });

  it('that is wrong, as JSON', () => {
    const validated = run('validate', 'wrong.yaml', '--json');
    expect(validated.code).toBe(3);
    expect(JSON.parse(validated.stdout)).toMatchObject({
      formatVersion: '1',
      valid: false,
      findings: [{ line: 5, column: 5 }],
    });
    const applied = run('apply', 'wrong.yaml', '--json');
    expect(applied.code).toBe(3);
    expect(JSON.parse(applied.stdout)).toMatchObject({
      type: 'error',
      formatVersion: '1',
      error: { code: 'fleet-file', findings: [{ line: 5 }] },
    });
  });

  it('that is missing: exit 1', () => {
    for (const args of [['validate'], ['console', 'edge-1', '-r'], ['provision']]) {
      const { code, stderr } = run(...args, 'nowhere.yaml');
      expect(code).toBe(1);
      expect(stderr).toContain(
        'There is no file nowhere.yaml\n  hint: Fleet files here: fleet.yaml',
      );
    }
  });

  it('that is right', () => {
    expect(run('validate')).toEqual({
      code: 0,
      stdout: './fleet.yaml is valid: the fleet edge-lab with 3 VMs.\n',
      stderr: '',
    });
    expect(JSON.parse(run('validate', '--json').stdout)).toEqual({
      formatVersion: '1',
      valid: true,
      fleet: 'edge-lab',
      vms: 3,
      findings: [],
      files: [{ file: './fleet.yaml', valid: true, fleet: 'edge-lab', vms: 3 }],
    });
  });
});

describe('commands', () => {
  it.each(['apply', 'destroy'])(
    '%s without --yes and without a terminal: exit 6, naming the flag',
    (command) => {
      const { code, stdout, stderr } = run(command, 'fleet.yaml', '--target', 'vm.edge-1');
      expect([code, stdout]).toEqual([6, '']);
      expect(stderr).toContain(`with: ven ${command} --yes fleet.yaml --target vm.edge-1\n`);
    },
  );

  it('init writes a file that is valid, and never over another', () => {
    expect(run('init', 'new.yaml').code).toBe(0);
    expect(run('validate', 'new.yaml').code).toBe(0);
    const written = readFileSync(join(cwd, 'new.yaml'), 'utf8');
    const again = run('init', 'new.yaml');
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('new.yaml');
    expect(readFileSync(join(cwd, 'new.yaml'), 'utf8')).toBe(written);
  });

  it('graph draws the fleet file without a host, in every format, or into a file', () => {
    const formats = { svg: '<svg', mermaid: 'flowchart', dot: 'graph ven {', json: '{\n' };
    for (const [format, begin] of Object.entries(formats)) {
      const { code, stdout } = run('graph', '--offline', '--format', format);
      expect([code, stdout.slice(0, begin.length)]).toEqual([0, begin]);
    }
    expect(run('graph', '--offline', '--output', 'out.svg')).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(join(cwd, 'out.svg'), 'utf8')).toContain('</svg>');
  });

  it('render prints the files, or writes them', () => {
    const printed = run('render');
    expect(printed.stdout).toContain('==> Vagrantfile <==');
    expect(printed.stderr).toBe(
      'The host was not asked. Shown is the accelerator as if KVM worked there, the firmware as this machine has it; ven apply goes by the host.\nRendered 8 files.\n',
    );
    const { code, stdout, stderr } = run('render', '--out-dir', 'out');
    expect(code).toBe(0);
    expect(stderr).toMatch(/\nWrote 8 files to out\.\n$/);
    for (const path of stdout.trimEnd().split('\n')) expect(existsSync(join(cwd, path))).toBe(true);
    expect(readdirSync(join(cwd, 'out/domains'))).toHaveLength(3);
    const refused = run('render', '--out-dir', 'out/Vagrantfile/x');
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain("can't be written: a part of the path is not a folder\n");
    expect(refused.stderr).toContain('ls -ld out/Vagrantfile\n');
  });
});

describe('where there is no room', () => {
  /** No file may grow beyond so many blocks; what has no room elsewhere fails in the same way. */
  const cramped = (blocks: number, ...args: string[]): Ran =>
    ven(['-c', 'ulimit -f "$1"; shift; exec "$@"', 'sh', String(blocks), VEN, ...args], {
      cwd,
      program: 'sh',
    });

  it('init leaves nothing, which would be there already the next time', () => {
    const { code, stderr } = cramped(0, 'init', 'no-room.yaml');
    expect([code, stderr]).toEqual([1, expect.stringContaining("no-room.yaml can't be written")]);
    expect(existsSync(join(cwd, 'no-room.yaml'))).toBe(false);
  });

  it('render leaves the file that was there', () => {
    const written = (): [string, string][] =>
      readdirSync(join(cwd, 'kept'), { recursive: true, encoding: 'utf8', withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), 'utf8')]);
    expect(run('render', '--out-dir', 'kept').code).toBe(0);
    const before = written();
    const { code, stderr } = cramped(0, 'render', '--out-dir', 'kept');
    expect([code, stderr]).toEqual([1, expect.stringContaining("can't be written")]);
    expect(written()).toEqual(before);
  });

  it('bundle says so, and leaves nothing', () => {
    const noise = Array.from(
      { length: 6000 },
      () => `# ${randomBytes(40).toString('base64')}\n`,
    ).join('');
    writeFileSync(
      join(cwd, 'long.yaml'),
      `apiVersion: ven/v1\nfleet: edge-lab\nvms: [{ name: edge }]\n${noise}`,
    );
    const { code, stderr } = cramped(64, 'bundle', 'long.yaml', '--output', 'no-room.tar.gz');
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: no-room\.tar\.gz can't be written/m),
    ]);
    expect(existsSync(join(cwd, 'no-room.tar.gz'))).toBe(false);
  });
});

describe('bin/ven', () => {
  it('works through symbolic links, from anywhere', () => {
    symlinkSync(VEN, join(cwd, 'far'));
    symlinkSync('far', join(cwd, 'near'));
    expect(ven(['--version'], { cwd: '/', program: join(cwd, 'near') }).stdout).toMatch(/^ven /);
  });

  it('writes its cache where it is told, and nothing where it is called', () => {
    const before = readdirSync(cwd);
    const cache = mkdtempSync(join(tmpdir(), 'ven-cache-'));
    ven(['validate'], { cwd, env: { XDG_CACHE_HOME: cache, HOME: '/nonexistent' } });
    expect(readdirSync(cache)).toEqual(['ven']);
    expect(readdirSync(cwd)).toEqual(before);
    rmSync(cache, { recursive: true });
  });
});
