/** A wrong command line: what is wrong, the command's usage, and where to look; never oclif's text. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Args, Flags, Parser } from '@oclif/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { usageError } from '../../../src/cli/usage-errors.js';
import { ensureBuilt, ROOT, ven, type Ran } from './built.js';

const cwd = mkdtempSync(join(tmpdir(), 'ven-usage-'));
const run = (...args: string[]): Ran => ven(args, { cwd });

beforeAll(() => {
  ensureBuilt();
  writeFileSync(
    join(cwd, 'fleet.yaml'),
    'apiVersion: ven/v1\nfleet: edge-lab\nvms:\n  - name: edge\n    count: 3\n',
  );
}, 60_000);
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

/** The command, the words after it, what is said of them, and the hint before "See". */
const WRONG: [command: string, words: string, summary: string, hint?: string][] = [
  // arguments
  ['logs', '', 'No VM is named', 'Name the VMs: ven logs edge-1 edge-2.'],
  ['completion', '', 'No shell is named', 'One of: bash, zsh, fish.'],
  ['console', '', 'No VM is named', 'Name one: ven console edge-1.'],
  ['orchestrator default-os', '', 'No profile is named'],
  ['completion', 'tcsh', '"tcsh" is not one of bash, zsh, fish'],
  ['completion', 'bsh', '"bsh" is not one of bash, zsh, fish', 'Did you mean bash?'],
  ['schema', 'flet', '"flet" is not one of fleet, profile', 'Did you mean fleet?'],
  ['plan', 'a b', 'Too many arguments: b'],
  ['plan', 'a b c', 'Too many arguments: b, c'],
  [
    'provision',
    'a.yaml b/c',
    'There is more than one fleet file: a.yaml, b/c',
    'Name one. An argument with a slash, or one that ends in .yaml or .yml, is a fleet file; ' +
      'all others are VMs.',
  ],
  [
    'orchestrator unregister',
    'fleet.yaml',
    'No VM is named',
    'Name the VMs: ven orchestrator unregister edge-1.',
  ],
  ['power on', '', 'No VM is named', 'Name the VMs (ven power on edge-1 edge-2), or say --all.'],
  [
    'power off',
    'edge-1 --all',
    '--all and names of VMs exclude each other',
    'Name the VMs (ven power off edge-1 edge-2), or say --all.',
  ],
  // names of flags
  ['plan', '--jsn', 'There is no flag --jsn', 'Did you mean --json?'],
  ['plan', '--jsn=3', 'There is no flag --jsn', 'Did you mean --json?'],
  ['plan', '-x --nowhere', 'There is no flag -x, --nowhere'],
  [
    'power reboot',
    'edge-1 --force',
    'There is no flag --force',
    'A restart without asking the guest: ven power reset.',
  ],
  ['timeline', 'edge-1 --htlm x', 'There is no flag --htlm', 'Did you mean --html?'],
  ['orchestrator hosts', '--al', 'There is no flag --al', 'Did you mean --all?'],
  // values of flags
  ['apply', '--target', '--target needs a value'],
  ['apply', '--plan --yes', '--plan needs a value'],
  ['logs', 'edge-1 --tail 3 --tail 4', '--tail can be given only once'],
  ['apply', '--parallelism x', '--parallelism: "x" is not a whole number'],
  ['apply', '--parallelism 0', '--parallelism: 0 is too small: at least 1'],
  ['apply', '--lock-timeout soon', '--lock-timeout: "soon" is not a duration', '*'],
  ['provision', '--class nowhere --retry-failed', '--class: "nowhere" is not one of boot, network'],
  ['export', '--for ansble', '--for: "ansble" is not one of metal3', 'Did you mean ansible?'],
  ['graph', '--format jsno', '--format: "jsno" is not one of svg', 'Did you mean json?'],
  ['console', 'edge-1 --escape q', '--escape: "q" is not a control key', '*'],
  ['logs', 'edge-1 --since 5m', '--since', '*'],
  // flags without a value
  ['plan', '--json=yes', '--json takes no value: --json=yes', 'Write --json, or leave it out.'],
  ['apply', '--yes=', '--yes takes no value: --yes=', '*'],
  ['apply', '-y=no', '-y takes no value: -y=no', '*'],
  ['apply', '-y0 fleet.yaml', '-y takes no value: -y0', '*'],
  ['status', '--watch=3', '--watch takes no value: --watch=3', '*'],
  ['plan', '--help=no', '--help takes no value: --help=no', '*'],
  // flags together
  ['plan', '--json --markdown', '--json and --markdown exclude each other'],
  ['apply', '--plan x --target vm.a', '--plan and --target exclude each other'],
  ['apply', '--evacuate b', '--evacuate needs --host-is-dead'],
  ['plan', '--evacuate b', '--evacuate needs --host-is-dead'],
  ['plan', '--host-is-dead', '--host-is-dead needs --evacuate'],
  ['apply', '--host-is-dead', '--host-is-dead needs one of --evacuate, --plan'],
  ['apply', '--timeout 5m --junit x', '--junit needs --wait; --timeout needs --wait'],
  ['provision', '--class storage', '--class needs --retry-failed'],
  [
    'export',
    '--offline',
    '--for is missing',
    'One of: metal3, tinkerbell, maas, ansible, ssh-config, csv.',
  ],
  ['graph', '-o g.png', 'ven writes no .png file', '*'],
];

describe('a wrong command line', () => {
  it.each(WRONG)('%s %s', (command, words, summary, hint) => {
    const args = [...command.split(' '), ...words.split(' ').filter((word) => word !== '')];
    const { code, stdout, stderr } = run(...args);
    expect(code).toBe(1);
    if (!args.includes('--json')) expect(stdout).toBe('');
    const [error, usage, hinted, ...rest] = stderr.trimEnd().split('\n');
    expect(error).toContain(`error: ${summary}`);
    expect(usage).toMatch(new RegExp(`^  usage: ven ${command}( |$)`));
    if (hint === '*') expect(hinted).toMatch(new RegExp(`^  hint: .* See ven ${command} --help$`));
    else {
      const before = hint === undefined ? '' : `${hint} `;
      expect(hinted).toBe(`  hint: ${before}See ven ${command} --help`);
    }
    expect(rest).toEqual([]);
  });

  it.each([
    [['plam'], 'There is no command "plam"', 'Did you mean plan?'],
    [['orchestrator', 'hots'], 'There is no command "orchestrator hots"', 'orchestrator hosts?'],
    [['--bogus'], 'There is no flag --bogus before a command', 'See ven --help'],
    [['--yes', 'apply'], 'There is no flag --yes before a command', 'See ven --help'],
    [
      ['power', '--yes', 'off', '--all'],
      'There is no flag --yes before a command of power',
      'The command comes first: ven power off, ven power on, ',
    ],
    [['up'], 'There is no command "up"', 'hint: ven apply makes the VMs and starts them. '],
    [['ssh', 'edge-1'], 'There is no command "ssh"', 'hint: ven console VM attaches'],
    [['help', 'bogus'], 'There is no command "bogus"', 'hint: ven --help lists the commands'],
    [['help', 'plam'], 'There is no command "plam"', 'Did you mean plan?'],
    [['plam', '--help'], 'There is no command "plam"', 'Did you mean plan?'],
  ])('%j, without a command', (args, summary, hint) => {
    const { code, stdout, stderr } = run(...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`error: ${summary}\n  usage: ven COMMAND [ARGUMENTS] [FLAGS]\n`);
    expect(stderr).toContain(hint);
  });

  it.each([
    [['console', 'edge-1'], 'needs a terminal', 'Without one: ven logs edge-1; with --follow'],
    [['console', 'fleet.yaml', 'edge-1', '-r'], 'is a fleet file', 'The VM comes first'],
    [['logs', 'edge1'], 'There is no VM "edge1" in ./fleet.yaml', 'Did you mean "edge-1"?'],
    [['status', 'edge'], 'There is no VM "edge"', 'edge stands for 3 VMs: edge-1, edge-2, edge-3.'],
    [['plan', 'edge-1'], 'There is no file edge-1', 'fleet.yaml. For a VM of it: --target edge-1'],
    [['plan', 'edge-1/x'], 'There is no file edge-1/x', 'Make one with: ven init edge-1/x, or'],
    [['validate', 'edge-1'], 'There is no file edge-1', 'The fleet file here: fleet.yaml\n'],
    [['vnc', 'vm.egde-2'], 'There is no VM "vm.egde-2"', 'Did you mean "edge-2"?'],
  ])('%j, in what only the command can know', (args, summary, hint) => {
    const { code, stderr } = run(...args);
    expect(code).toBe(1);
    expect(stderr).toContain(summary);
    expect(stderr).toContain(hint);
  });

  it('in colour where there is colour, and spells out none of it', () => {
    const { stderr } = ven(['plan', '--json', '--markdown'], { cwd, env: { FORCE_COLOR: '1' } });
    expect(stderr).toContain('--json and --markdown exclude each other\n');
  });

  it('in JSON too, when asked, and once', () => {
    for (const wrong of ['--jsn', '--lock-timeout=soon', '--parallelism=0']) {
      const { code, stdout } = run('apply', '--json', wrong);
      expect(code).toBe(1);
      expect(stdout.trimEnd().split('\n')).toHaveLength(1);
      expect(JSON.parse(stdout)).toMatchObject({
        type: 'error',
        error: { code: 'usage', exitCode: 1, detail: 'usage: ven apply [FLEET] [FLAGS]' },
      });
    }
    for (const words of [['plam'], ['orchestrator', 'hots'], ['plan', '--jsn']]) {
      const { code, stdout } = run(...words, '--json');
      expect([code, JSON.parse(stdout)]).toMatchObject([
        1,
        { error: { code: 'usage', hint: expect.stringContaining('Did you mean') as string } },
      ]);
    }
  });
});

describe('what oclif can say', () => {
  const called = { name: 'plan', usage: '[FLEET]', flags: {} };
  const inVensWords = (error: Error): string => {
    const told = usageError(error, called);
    if (told === error) throw new Error(`no words for: ${error.message}`);
    return told.message;
  };

  it.each([
    [{ flags: { a: Flags.string({ required: true }) } }, [], '--a is missing'],
    [{ flags: { a: Flags.string({ options: ['x', 'y'] }) } }, ['--a'], '--a needs a value'],
    [
      { flags: { a: Flags.string({ options: ['x', 'y'] }) } },
      ['--a', 'z'],
      '--a: "z" is not one of x, y',
    ],
    [{ flags: { a: Flags.integer({ max: 3 }) } }, ['--a', '4'], '--a: 4 is too large: at most 3'],
    [{ flags: { a: Flags.url() } }, ['--a', 'x'], '--a: "x" is not a URL'],
    [
      { flags: { a: Flags.file({ exists: true }) } },
      ['--a', '/nowhere'],
      '--a: there is no file /nowhere',
    ],
    [
      { flags: { a: Flags.directory({ exists: true }) } },
      ['--a', '/etc/passwd'],
      '--a: /etc/passwd is not a folder',
    ],
    [
      { flags: { a: Flags.string({ allowStdin: 'only' }) } },
      ['--a', 'x'],
      '--a is read from standard input: its value can only be -',
    ],
    [
      {
        flags: {
          a: Flags.boolean({ exactlyOne: ['a', 'b'] }),
          b: Flags.boolean({ exactlyOne: ['a', 'b'] }),
        },
      },
      ['--a', '--b'],
      '--a and --b exclude each other',
    ],
    [{ flags: { a: Flags.string({ exactlyOne: ['a', 'b'] }) } }, [], 'Give one of --a, --b'],
    [
      { flags: { a: Flags.string({ atLeastOne: ['a', 'b'] }) } },
      [],
      'Give at least one of --a, --b',
    ],
    [
      { flags: { a: Flags.string({ exclusive: ['b'] }), b: Flags.string() } },
      ['--a', 'x', '--b', 'one\ntwo'],
      '--a and --b exclude each other',
    ],
    [
      {
        flags: {
          a: Flags.string({ combinable: ['b'] }),
          b: Flags.string(),
          c: Flags.string(),
        },
      },
      ['--a', 'x', '--c', 'y'],
      '--a goes with nothing but --b',
    ],
    [
      {
        flags: {
          a: Flags.string({ relationships: [{ type: 'some', flags: ['b', 'c'] }] }),
          b: Flags.string(),
          c: Flags.string(),
        },
      },
      ['--a', 'x'],
      '--a needs one of --b, --c',
    ],
    [{ args: { n: Args.integer() } }, ['x'], '"x" is not a whole number'],
  ])('%#: %j', async (input, argv, words) => {
    const error = await Parser.parse(argv, input as Parameters<typeof Parser.parse>[1]).then(
      () => null,
      (thrown: unknown) => thrown as Error,
    );
    expect(error).not.toBeNull();
    if (error !== null) expect(inVensWords(error)).toBe(words);
  });

  it("has ven's words, each message in the source of its parser", () => {
    const lib = join(ROOT, 'node_modules/@oclif/core/lib');
    const files = ['parser/errors.js', 'parser/parse.js', 'parser/validate.js', 'flags.js'];
    const source = [...files, 'args.js', 'util/fs.js']
      .map((name) => readFileSync(join(lib, name), 'utf8'))
      .join('\n');
    const messages = [
      ...source.matchAll(/(?:Error\(|\bmessage = |\breason[:=] ?)\s*([`'])(.*?)\1[,;)]?.*$/gm),
    ]
      .map(([, , text = '']) =>
        text.replaceAll(/\$\{[^}]*=== 1[^}]*\}/g, 's').replaceAll(/\$\{[^}]*\}/g, 'x'),
      )
      .filter(
        (text) =>
          // A mistake in ven, which no user makes; beginnings of others; a debugger's.
          !/^(Invalid argument spec|The following x occurred|Parsing --x|Unknown rel)/.test(text) &&
          !/^(only one variadic|args (before|after) a variadic|Unable to read|Failed)/.test(text),
      );
    expect(messages.length).toBeGreaterThan(20);
    const without = messages.filter((text) => {
      const error = Object.assign(new Error(text), { args: [], flags: [] });
      return usageError(error, called) === error;
    });
    expect(without).toEqual([]);
  });
});
