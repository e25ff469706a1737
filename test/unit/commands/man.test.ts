/** The manual pages, as man(1) and mandoc(1) read them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manPages, type CommandPage, type VenPage } from '../../../src/view/index.js';
import { ensureBuilt, ROOT } from './built.js';

const folder = mkdtempSync(join(tmpdir(), 'ven-man-'));
const built = join(ROOT, 'dist/man');
beforeAll(ensureBuilt, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Where the tests count, both are there. */
const isNeeded = (program: string): boolean =>
  process.env['VEN_TEST_REPORTS'] !== undefined ||
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** What it prints, and what it complains of. */
function rendered(program: 'man' | 'mandoc', file: string): { text: string; warnings: string } {
  const [command, ...args] =
    program === 'man'
      ? ['man', '--warnings', '-E', 'UTF-8', '-l', file]
      : ['mandoc', '-T', 'utf8', '-W', 'warning', file];
  const { stdout, stderr } = spawnSync(command ?? '', args, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], MANWIDTH: '80', LC_ALL: 'C.UTF-8', MANROFFOPT: '-ww' },
  });
  return { text: stdout.replaceAll(/.\x08/g, ''), warnings: stderr };
}

describe.each(['man', 'mandoc'] as const)('with %s', (program) => {
  it.runIf(isNeeded(program))('each page is there, and has nothing to warn of', () => {
    const names = readdirSync(built);
    expect(names).toContain('ven.1');
    expect(names).toContain('ven-orchestrator-hosts.1');
    for (const name of names) {
      const { text, warnings } = rendered(program, join(built, name));
      expect([name, warnings]).toEqual([name, '']);
      for (const heading of ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'EXIT STATUS', 'SEE ALSO'])
        expect(text, name).toMatch(new RegExp(`^${heading}$`, 'm'));
    }
  });

  it.runIf(isNeeded(program))('a page says what help says', () => {
    const { text } = rendered(program, join(built, 'ven-plan.1'));
    const words = text.replaceAll(/-\n\s+/g, '-').replaceAll(/\s+/g, ' ');
    for (const said of [
      'ven-plan - show what differs between the fleet file and the host',
      'ven plan [FLEET] [FLAGS]',
      '--target=ADDR...',
      '2 With --detailed-exitcode: there are changes.',
      '$XDG_STATE_HOME/ven, by default ~/.local/state/ven.',
      'ven plan --out lab.plan && ven apply --plan lab.plan',
      'docs/json.md, "ven plan --json"',
    ])
      expect(words).toContain(said);
  });

  it.runIf(isNeeded(program))('no text is a request or an escape', () => {
    const hostile = [
      '.so /etc/passwd',
      '.SH "FALSE"',
      "'br",
      String.raw`\fBbold\fR \n[.x] \\ \" \*(xx`,
      '"quoted" `ticks` ^caret ~tilde -dash',
      '…, ≥ and ü',
    ];
    for (const text of hostile) {
      const command: CommandPage = {
        name: 'try',
        group: 'Look',
        summary: text,
        description: `${text}\n${text}`,
        usage: text,
        args: [{ term: text, text }],
        flags: [
          {
            title: text,
            flags: [{ name: 'x', char: null, value: text, many: false, choices: [], text }],
          },
          { title: 'Other', flags: [] },
        ],
        examples: [text],
        exits: [{ term: '0', text }],
        variables: [],
        json: false,
        vms: 'none',
        choices: [],
      };
      const ven: VenPage = {
        version: '1.0.0',
        summary: text,
        topics: [],
        commands: [command],
        exits: [{ term: '0', text }],
        variables: [{ term: text, text }],
      };
      for (const [name, page] of manPages(ven, '2026-01-01')) {
        const file = join(folder, name);
        writeFileSync(file, page);
        const { text: shown, warnings } = rendered(program, file);
        expect([text, warnings]).toEqual([text, '']);
        const words = shown.replaceAll(/\s+/g, ' ');
        const times = words.split(text).length - 1;
        expect([text, name, times]).toEqual([text, name, name === 'ven.1' ? 5 : 12]);
      }
    }
  });
});

it('has the version and a date', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  expect(readFileSync(join(built, 'ven.1'), 'utf8')).toMatch(
    new RegExp(`^\\.TH "VEN" "1" "\\d{4}-\\d\\d-\\d\\d" "ven ${version}" "ven manual"$`, 'm'),
  );
});
