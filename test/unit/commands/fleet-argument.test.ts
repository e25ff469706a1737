/** FLEET, --file and --connect of the built command line, in every form. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt, ROOT, ven, type Ran } from './built.js';

const cwd = mkdtempSync(join(tmpdir(), 'ven-fleet-'));
const run = (...args: string[]): Ran => ven(args, { cwd });
const piped = (input: string, ...args: string[]): Ran => ven(args, { cwd, input });

const text = (name: string, more = ''): string =>
  `apiVersion: ven/v1\nfleet: ${name}\n${more}vms: [{ name: edge, count: 2 }]\n`;

beforeAll(() => {
  ensureBuilt();
  for (const folder of ['long', 'short', 'both', 'none', 'here'])
    mkdirSync(join(cwd, folder), { recursive: true });
  writeFileSync(join(cwd, 'long/fleet.yaml'), text('long'));
  writeFileSync(join(cwd, 'short/fleet.yml'), text('short'));
  writeFileSync(join(cwd, 'both/fleet.yaml'), text('first'));
  writeFileSync(join(cwd, 'both/fleet.yml'), text('second'));
  symlinkSync('long', join(cwd, 'link'));
}, 60_000);
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

describe('a folder as FLEET', () => {
  it.each([
    ['long', 'long/fleet.yaml is valid: the fleet long '],
    ['long/', 'long/fleet.yaml is valid'],
    ['link', 'link/fleet.yaml is valid'],
    ['short', 'short/fleet.yml is valid: the fleet short '],
    ['both', 'both/fleet.yaml is valid: the fleet first '],
  ])('%s means its fleet file', (folder, said) => {
    const { code, stdout } = run('validate', folder);
    expect([code, stdout]).toEqual([0, expect.stringContaining(said)]);
  });

  it('without one: which names were looked for', () => {
    expect(run('validate', 'none')).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'error: There is no fleet file in the folder none: neither none/fleet.yaml nor ' +
        'none/fleet.yml\n  hint: Make one with: ven init none, or give the path of another\n',
    });
    expect(run('plan').stderr).toContain(
      'There is no fleet file here: neither ./fleet.yaml nor ./fleet.yml',
    );
  });

  it('without one, with others beside: their names, and not those of other YAML', () => {
    mkdirSync(join(cwd, 'others'));
    for (const name of ['lab.yaml', 'edge.yml'])
      writeFileSync(join(cwd, 'others', name), text('lab'));
    writeFileSync(join(cwd, 'others/compose.yaml'), 'services: {}\n');
    const hintOf = ({ code, stderr }: Ran): unknown => [code, stderr.split('\n  hint: ')[1]];
    const both = 'Fleet files there: others/edge.yml, others/lab.yaml\n';
    expect(hintOf(run('validate', 'others'))).toEqual([1, both]);
    expect(hintOf(run('validate', 'others/nowhere.yaml'))).toEqual([1, both]);
    expect(hintOf(run('plan', './long/other'))).toEqual([
      1,
      'The fleet file there: ./long/fleet.yaml\n',
    ]);
    const here = ven(['plan', 'nowhere.yaml'], { cwd: join(cwd, 'others') });
    expect(hintOf(here)).toEqual([1, 'Fleet files here: edge.yml, lab.yaml\n']);
    expect(hintOf(run('plan', 'none/lab.yaml'))).toEqual([
      1,
      'Make one with: ven init none/lab.yaml, or give the path of another\n',
    ]);
  });

  it.each([
    ['others/lap.yaml', 'others/lab.yaml'],
    ['./others/edge.yaml', './others/edge.yml'],
    ['others/compse.yaml', 'others/compose.yaml'],
  ])('%s: did you mean %s?', (given, meant) => {
    expect(run('plan', given).stderr).toContain(`  hint: Did you mean ${meant}?\n`);
  });

  it('with a space is quoted in the commands to type', () => {
    mkdirSync(join(cwd, 'no fleet'));
    expect(run('validate', 'no fleet').stderr).toContain("Make one with: ven init 'no fleet', ");
    expect(run('init', 'my fleet').stdout).toContain("Next: ven plan 'my fleet/fleet.yaml'\n");
    const { stdout } = ven(['init'], { cwd: join(cwd, 'no fleet') });
    expect(stdout).toContain('. Next: ven plan\n');
    expect(run('console', 'my fleet/fleet.yaml', 'edge-1', '-r').stderr).toContain(
      "edge-1 'my fleet/fleet.yaml'",
    );
  });

  it('is where one without FLEET looks, too', () => {
    const { stdout } = ven(['validate'], { cwd: join(cwd, 'short') });
    expect(stdout).toContain('./fleet.yml is valid');
    for (const folder of ['.', '..']) {
      const there = ven(['timeline', folder], { cwd: join(cwd, folder === '.' ? 'long' : 'here') });
      if (folder === '.') expect(there.code).toBe(0);
      else expect(there.stderr).toContain('in the folder ..: neither ../fleet.yaml');
    }
  });
});

describe('a folder among VMs', () => {
  it('needs a slash, which is said', () => {
    expect(run('timeline', 'long/').code).toBe(0);
    expect(run('timeline', 'long').stderr).toContain('A folder needs a slash beside VMs: long/');
  });
});

describe('- as FLEET', () => {
  it.each([['-'], ['-f', '-']])('%j reads standard input', (...f) => {
    expect(piped(text('piped'), 'validate', ...f).stdout).toContain(
      '<stdin> is valid: the fleet piped',
    );
  });

  it('is one of the words of commands with VMs, and its names are checked', () => {
    const { code, stderr } = piped(text('piped'), 'timeline', 'edge-9', '-');
    expect([code, stderr]).toEqual([1, expect.stringContaining('no VM "edge-9" in <stdin>')]);
  });

  it('has findings with places', () => {
    const { code, stderr, stdout } = piped(
      'apiVersion: ven/v1\nfleet: 7\n',
      'validate',
      '-',
      '--json',
    );
    expect([code, stderr]).toEqual([3, expect.stringContaining('<stdin>:2:8: error: ')]);
    expect(JSON.parse(stdout)).toMatchObject({ findings: [{ file: '<stdin>', line: 1 }, {}] });
  });

  it('names other files from the current folder', () => {
    const { stderr } = ven(['validate', '-'], {
      cwd: join(cwd, 'here'),
      input: text(
        'piped',
        'orchestrator: { bootUrl: https://a.b/c.efi, caCertificate: mine.pem }\n',
      ),
    });
    expect(stderr).toContain(join('here', 'mine.pem'));
  });

  it('is not larger than a file may be', () => {
    const { code, stderr } = piped('#'.repeat(3_000_000), 'validate', '-');
    expect([code, stderr]).toEqual([3, expect.stringContaining('<stdin>')]);
    expect(stderr).toContain('[too-large]');
  });

  it('leaves nobody to say yes: exit 6 at once, also with a terminal elsewhere', () => {
    const { code, stderr } = piped(text('piped'), 'apply', '-');
    expect(code).toBe(6);
    expect(stderr).toContain('standard input is the fleet file, so it can take no answer');
    expect(stderr).toContain('(ven plan -), then say yes with: ven apply --yes -');
    const power = piped(text('piped'), 'power', 'reboot', '--all', '-');
    expect(power.code).toBe(6);
    expect(power.stderr).toContain('standard input is the fleet file, so it can take no answer');
    expect(power.stderr).toContain('say yes with: ven power reboot --yes --all -');
  });

  it('is needed: what stands in a pipe is no path', () => {
    for (const command of ['validate', 'timeline'])
      expect(piped('long\n', command).stderr).toContain('There is no fleet file here');
    expect(piped('edge-1\n', 'console').stderr).toMatch(/required arg|VM/);
  });
});

describe('--file', () => {
  it('is FLEET, in any place; two that differ are refused', () => {
    expect(run('render', 'long', '-f', 'long/fleet.yaml').code).toBe(0);
    expect(run('render', 'long', '-f', 'short')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^error: Two fleet files are named: long, and --file short\n/,
      ) as string,
    });
    expect(run('timeline', '-f', 'long', 'edge-1').code).toBe(0);
    expect(run('timeline', 'edge-1', './short', '--file', 'long').stderr).toContain(
      'Two fleet files',
    );
    expect(run('-f', 'long', 'validate').code).toBe(1);
  });

  it('of logs has no letter: -f follows', () => {
    expect(run('logs', '--help').stdout).toMatch(/-f, --follow/);
    const { stderr } = run('logs', 'edge-9', '--file', 'long');
    expect(stderr).toContain('There is no VM "edge-9" in long/fleet.yaml');
  });

  it('of a console is looked for before a terminal is', () => {
    expect(run('console', 'edge-9', 'long').stderr).toContain('There is no VM "edge-9"');
    expect(run('console', 'edge-1', 'long').stderr).toBe(
      'error: A console needs a terminal\n  hint: Without one: ven logs edge-1 long/fleet.yaml; ' +
        'with --follow it shows what comes, too\n',
    );
  });
});

describe('--connect', () => {
  const connected = (args: string[], uri?: string): Ran =>
    ven(args, { cwd, env: uri === undefined ? {} : { LIBVIRT_DEFAULT_URI: uri } });

  it.each([['plan'], ['logs', 'edge-1'], ['doctor']])(
    'of %s must be a host of ven, wherever it comes from',
    (...command) => {
      const flag = connected([...command, '--file', 'long', '-c', 'xen:///']);
      expect(flag).toMatchObject({ code: 1, stdout: '' });
      expect(flag.stderr).toMatch(/^error: --connect: .*the driver is xen/);
      const variable = connected([...command, '--file', 'long'], 'xen:///');
      expect(variable).toMatchObject({ code: 1, stdout: '' });
      expect(variable.stderr).toMatch(/^error: LIBVIRT_DEFAULT_URI: .*the driver is xen/);
    },
  );

  it('is a flag of every command for which the host counts', () => {
    const { commands } = JSON.parse(readFileSync(join(ROOT, 'oclif.manifest.json'), 'utf8')) as {
      commands: Record<string, { args: object; flags: Record<string, { char?: string }> }>;
    };
    const having = (flag: string): string[] =>
      Object.keys(commands).filter((id) => flag in (commands[id]?.flags ?? {}));
    const fleets = Object.keys(commands).filter((id) => 'fleet' in (commands[id]?.args ?? {}));
    expect(having('file')).toEqual(expect.arrayContaining(fleets.filter((id) => id !== 'init')));
    const without = having('file').filter((id) => !having('connect').includes(id));
    expect(without.filter((id) => !id.startsWith('orchestrator:'))).toEqual(['validate']);
  });

  it('does not matter where no host does', () => {
    expect(connected(['validate', 'long'], 'xen:///').code).toBe(0);
    expect(
      connected(['complete', 'zsh', '--', 'logs', '-f', '--file', 'long', ''], 'xen:///').stdout,
    ).toContain('edge-1\n');
    expect(connected(['validate', 'long', '-c', 'qemu:///system']).stderr).toContain('-c');
  });

  it('leads to that host: its URI is in what apply would use, and in its records', () => {
    const there = 'qemu+unix:///system';
    const uris = [
      connected(['render', 'long', '--connect', there]),
      connected(['render', 'long'], there),
      connected(['render', 'long', '--connect', there], 'qemu+ssh://box/system'),
    ].map(({ stdout }) => /"uri": "(.*)"/.exec(stdout)?.[1]);
    expect(uris).toEqual([there, there, there]);
    expect(connected(['timeline', '-f', 'long', '--json'], there).stdout).toContain(
      `"host": "${there}"`,
    );
  });
});

describe('validate of several files', () => {
  const input = 'apiVersion: ven/v1\nfleet: 7\n';

  it('tells what is right, and all mistakes with one recap: exit 3', () => {
    const { code, stdout, stderr } = piped(input, 'validate', 'long', '-', 'none.yaml', 'long');
    expect([code, stdout]).toEqual([3, expect.stringMatching(/^long\/fleet.yaml is valid: .*\n$/)]);
    expect(stderr).toMatch(/There is no file none\.yaml/);
    expect(stderr.match(/<stdin>:\d+:\d+: error: /g)).toHaveLength(2);
    expect(stderr).toMatch(/\n2 mistakes in <stdin>\.\n$/);
  });

  it('is not ended by a folder without a fleet file', () => {
    const { code, stdout, stderr } = run('validate', 'none', 'long', 'here');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^long\/fleet.yaml is valid: .*\n$/);
    expect(stderr).toContain('no fleet file in the folder none');
    expect(stderr).toContain('no fleet file in the folder here');
  });

  it.each([[['']], [['--file', '']]])('%j is no file, and not the one that is here', (words) => {
    const { code, stdout } = ven(['validate', ...words], { cwd: join(cwd, 'long') });
    expect([code, stdout]).toEqual([1, '']);
  });

  it('prints one object with --json', () => {
    const { code, stdout } = piped(input, 'validate', '--json', 'long', '-', 'none.yaml');
    expect([code, JSON.parse(stdout)]).toMatchObject([
      3,
      {
        valid: false,
        findings: [{ file: '<stdin>' }, { file: '<stdin>' }],
        files: [
          { file: 'long/fleet.yaml', valid: true, fleet: 'long', vms: 2 },
          { file: '<stdin>', valid: false },
          { file: 'none.yaml', valid: false, error: 'There is no file none.yaml' },
        ],
      },
    ]);
    const alone = run('validate', '--json', 'none.yaml');
    expect([alone.code, JSON.parse(alone.stdout)]).toMatchObject([
      1,
      { error: { code: 'not-found' } },
    ]);
  });
});

describe('logs of several VMs', () => {
  it('need names, and no raw bytes', () => {
    expect(run('logs', '--file', 'long').stderr).toContain('No VM is named');
    expect(run('logs', 'edge-1', 'edge-2', './long', '--raw').stderr).toContain(
      '--raw is for one VM',
    );
  });
});

it('a saved plan never says where to connect to: a URI can name a program', () => {
  const [program, ran] = [join(cwd, 'program'), join(cwd, 'ran')];
  writeFileSync(program, `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
  const saved = {
    ...{ formatVersion: '1', fleet: 'long', specDigest: '', observedDigest: '' },
    ...{ host: `qemu+ext:///system?command=${program}`, hostFrom: 'flag' },
    options: { mode: 'apply', targets: [], excludes: [], replace: [], keepDisks: false },
    changes: [],
  };
  writeFileSync(join(cwd, 'saved.plan'), JSON.stringify(saved));
  const { code, stderr } = run('apply', 'long', '--plan', 'saved.plan', '--yes');
  expect(existsSync(ran)).toBe(false);
  expect(code).toBe(6);
  expect(stderr).toContain(`The saved plan is for the host ${saved.host}, and this is qemu:///`);
  expect(stderr).toContain(`--connect 'qemu+ext:///system?command=`);
});
