/**
 * Each code block of README and docs is held by something, by its kind: fleets are loaded, command
 * lines are read by ven's parser, what commands print is compared. A block that nothing holds is
 * listed here with a reason.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '@oclif/core';
import { parse, stringify } from 'yaml';
import { loadFleet } from '../../../src/config/index.js';
import { blocksOf, matches, PAGES, ROOT, shownIn, spansOf, type Block } from './blocks.js';
import { commandsIn, venCommands, words, wrongIn } from './command-lines.js';

/** Pages whose console blocks are run, and compared: by this test. */
const RUN_BY: Record<string, string> = {
  'README.md': 'test/e2e/docs.test.ts',
  'docs/first-fleet.md': 'test/e2e/docs.test.ts',
  'docs/timeline.md': 'test/unit/docs/printed.test.ts',
  'docs/onboarding.md': 'test/unit/docs/printed.test.ts',
  'docs/export.md': 'test/unit/docs/export.test.ts',
};

/** Kinds of blocks on one page that another test holds. */
const HELD_BY: Record<string, string> = {
  'docs/ci.md yaml': 'test/unit/ci/files.test.ts',
  'docs/json.md json': 'test/unit/commands/json-docs.test.ts',
  'docs/json.md jsonl': 'test/unit/commands/json-docs.test.ts',
  'docs/commands.md text': 'test/unit/docs/generated.test.ts',
  'docs/library.md ts': 'test/e2e/package.test.ts',
};

/** Kinds of blocks on one page that nothing holds, and why. */
const LOOSE: Record<string, string> = {
  'docs/editors.md lua': "an editor's own configuration",
  'docs/plan-and-apply.md text': 'a part of a plan, shortened',
};

/** Programs other than ven that a command line may begin with. */
const PROGRAMS = [
  'ansible-playbook',
  'apt',
  'apt-get',
  'chmod',
  'curl',
  'dot',
  'jq',
  'kubectl',
  'ssh',
  'git',
  'ln',
  'mkdir',
  'node_modules/.bin/node',
  'npm',
  'npx',
  'openssl',
  'printf',
  'sed',
  'source',
  'umask',
  'virsh',
  'xargs',
];

const BLOCKS = PAGES.flatMap(blocksOf);
const of = (...kinds: string[]): [string, Block][] =>
  BLOCKS.filter(({ page, kind }) => kinds.includes(kind) && !(`${page} ${kind}` in HELD_BY)).map(
    (block) => [`${block.page}:${block.line}`, block],
  );

let commands: Map<string, Command.Class>;
beforeAll(async () => {
  commands = await venCommands();
});

/** What is wrong with command lines; one after another, since oclif's parser asks for stdin. */
async function faultsOf(...lines: string[]): Promise<string[]> {
  const faults: string[] = [];
  for (const line of lines) {
    for (const [program = '', ...argv] of commandsIn(line)) {
      const fault = await faultOf(program, argv);
      if (fault !== null) faults.push(fault);
    }
  }
  return faults;
}

function faultOf(program: string, argv: string[]): Promise<string | null> | string | null {
  if (['ven', 'bin/ven'].includes(program)) return wrongIn(argv, commands);
  if (program === 'npm' && argv[0] === 'run') return missingScript(argv[1] ?? '');
  if (/^[A-Z_]+=/.test(program)) return null;
  return PROGRAMS.includes(program) ? null : `is ${program} a program of a user's?`;
}

function missingScript(name: string): string | null {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  return name in scripts ? null : `package.json has no script ${name}`;
}

describe('each block', () => {
  it('is of a kind that is held', () => {
    const kinds = ['console', 'sh', 'yaml', 'json'];
    const loose = BLOCKS.filter(
      ({ page, kind }) => !kinds.includes(kind) && !(`${page} ${kind}` in { ...HELD_BY, ...LOOSE }),
    );
    expect(loose.map(({ page, line, kind }) => `${page}:${line} ${kind}`)).toEqual([]);
  });

  it('of JSON can be read', () => {
    for (const [place, { text }] of of('json'))
      expect(() => void JSON.parse(text), place).not.toThrow();
  });

  it('that something else holds is there, and so is that', () => {
    for (const [what, test] of [...Object.entries(RUN_BY), ...Object.entries(HELD_BY)]) {
      expect(existsSync(join(ROOT, test)), test).toBe(true);
      const [page, kind = 'console'] = what.split(' ');
      expect(
        BLOCKS.some((block) => block.page === page && block.kind === kind),
        what,
      ).toBe(true);
    }
  });
});

describe('yaml', () => {
  it.each(of('yaml'))('%s is a fleet, or a part of one', (_, { text }) => {
    expect(() => loaded(parse(text) as Record<string, unknown> | null, text)).not.toThrow();
  });

  it.each(
    ['docs/recipes.md', 'docs/networks.md', 'docs/container.md'].flatMap((page) =>
      spansOf(page)
        .filter((span) => /^[a-z]\w+: [^…]+$/i.test(span))
        .map((span) => [page, span]),
    ),
  )('%s: %s', (_, span) => {
    expect(() => loaded(parse(span) as Record<string, unknown>, span)).not.toThrow();
  });

  it('fails for a key that there is not', () => {
    expect(() => loaded({ cpu: 4 }, 'cpu: 4')).toThrow();
  });
});

const TOP = ['apiVersion', 'fleet', 'host', 'orchestrator', 'networks', 'defaults', 'vms'];
const OF_NETWORKS = ['mode', 'subnet', 'dhcp', 'dns', 'httpBoot', 'existing'];
const PEM = readFileSync(join(ROOT, 'test/unit/efi/certificates/root.pem'), 'utf8');

/** Loads a fleet, or a part of one, put where it belongs. */
function loaded(part: Record<string, unknown> | null, text: string): void {
  if (part === null) return; // only a comment
  const whole = 'apiVersion' in part;
  const entries = Object.entries(part);
  const top = Object.fromEntries(entries.filter(([key]) => TOP.includes(key)));
  const lab = Object.fromEntries(entries.filter(([key]) => OF_NETWORKS.includes(key)));
  const own = Object.fromEntries(
    entries.filter(([key]) => ![...TOP, ...OF_NETWORKS].includes(key)),
  );
  const count = Array.isArray(own['serialNumbers']) ? own['serialNumbers'].length : undefined;
  const fleet = {
    ...{ apiVersion: 'ven/v1', fleet: 'docs', networks: { lab, shared: { existing: 'x' } } },
    orchestrator: { domain: 'a.test', caCertificate: 'ca.pem' },
    ...{ vms: [{ name: 'vm', ...(count && { count }), ...own }] },
    ...top,
  };
  const names = [...text.matchAll(/\$\{(\w+)/g)].map(([, name = '']) => [name, '1']);
  loadFleet(whole ? text : stringify(fleet), {
    file: 'docs.yaml',
    env: Object.fromEntries(names) as Record<string, string>,
    surroundings: { readFile: () => PEM, now: new Date('2026-11-22') },
  });
}

describe('command lines', () => {
  it.each(of('sh'))('%s can be typed', async (_, { text }) => {
    const lines = text
      .trimEnd()
      .replaceAll(/\\\n\s*/g, '')
      .split('\n');
    expect(await faultsOf(...lines)).toEqual([]);
  });

  it('start the stand-in as the quickstart does', () => {
    const script = readFileSync(join(ROOT, 'scripts/stand-in.sh'), 'utf8');
    const [, line = 'missing'] = /^STAND_IN='(.*)'$/m.exec(script) ?? [];
    const page = readFileSync(join(ROOT, 'docs/onboarding.md'), 'utf8');
    expect(page.replaceAll(/\\\n\s*/g, '')).toContain(`sudo node_modules/.bin/node ${line} `);
  });

  it.each(of('console'))('%s can be typed, and its output is compared', async (_, block) => {
    expect(await faultsOf(...shownIn(block).map(({ command }) => command))).toEqual([]);
    expect(Object.keys(RUN_BY)).toContain(block.page);
  });

  it.each(PAGES)("those within the text of %s are ven's", async (page) => {
    const lines = spansOf(page).filter((span) => /^(sudo )?ven /.test(span));
    const placeholders = /\b[A-Z]{2,}\b|…|\[/;
    const isName = (line: string): boolean => commands.has(line.replace(/^ven /, ''));
    const typed = lines.filter((line) => !placeholders.test(line) && !isName(line));
    expect(await faultsOf(...typed)).toEqual([]);
  });

  it('fail for what there is not', async () => {
    const lines = ['ven palm', 'ven plan --jsn', 'ven apply --timeout soon', 'npm run x', 'vm ls'];
    expect(await faultsOf(...lines)).toHaveLength(lines.length);
  });
});

describe('what reads the pages', () => {
  it('splits a line as a shell does', () => {
    expect(words(`ven plan 'a b' "c d" e\\ f # why`)).toEqual(['ven', 'plan', 'a b', 'c d', 'e f']);
    expect(commandsIn('sudo --preserve-env=A ven logs a > x | A=1 sort; ven plan')).toEqual([
      ['ven', 'logs', 'a'],
      ['sort'],
      ['ven', 'plan'],
    ]);
  });

  it('takes a line of … for any number of lines, and no more', () => {
    expect(matches(['a', 'b', 'c'], ['a', '…', 'c'])).toBe(true);
    expect(matches(['a', 'c'], ['a', '…', 'c'])).toBe(true);
    expect(matches(['a', 'c'], ['…'])).toBe(true);
    expect(matches(['a', 'c'], ['a'])).toBe(false);
    expect(matches(['a', 'c'], ['…', 'b'])).toBe(false);
  });
});
