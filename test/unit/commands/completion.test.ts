/** Completion: what may follow, and that real shells put it on their line. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complete, wordsOf, type Files } from '../../../src/cli/complete.js';
import type { VenPage } from '../../../src/view/index.js';
import { ensureBuilt, ROOT, ven, VEN } from './built.js';

const cwd = mkdtempSync(join(tmpdir(), 'ven-complete-'));
let page: VenPage;

beforeAll(() => {
  ensureBuilt();
  page = JSON.parse(readFileSync(join(ROOT, 'dist/pages.json'), 'utf8')) as VenPage;
  const fleet = (name: string, count: number): string =>
    `apiVersion: ven/v1\nfleet: ${name}\nvms:\n  - name: ${name}\n    count: ${count}\n`;
  writeFileSync(join(cwd, 'fleet.yaml'), fleet('edge', 3));
  writeFileSync(join(cwd, 'other one.yaml'), fleet('far', 2));
  writeFileSync(join(cwd, 'wrong.yaml'), 'fleet: [');
  writeFileSync(join(cwd, 'notes.txt'), '');
  mkdirSync(join(cwd, 'rendered'));
  writeFileSync(join(cwd, 'rendered/inside.yml'), fleet('inside', 1));
  // Asks ven what may follow, and says which words it got otherwise.
  writeFileSync(
    join(cwd, 'ven'),
    `#!/bin/sh\ncase $1 in complete | completion) exec '${VEN}' "$@" ;; esac\n` +
      `printf 'ran:'; printf '<%s>' "$@"; printf ':ran\\n'\n`,
    { mode: 0o755 },
  );
}, 60_000);
afterAll(() => {
  rmSync(cwd, { recursive: true, maxRetries: 5 }); // a shell may still write its history
});

describe('what may follow', () => {
  const asked: (string | undefined)[] = [];
  const fleet = {
    addresses: (file?: string) => {
      asked.push(file);
      return Promise.resolve(['vm.edge-1', 'vm.edge-2', 'network.lab']);
    },
    stages: () => Promise.resolve(['firmware', 'ready']),
  };
  const offered = async (...words: string[]): Promise<[string[], Files]> => {
    const offer = await complete(page, words, fleet);
    return [offer.words.map(({ term }) => term), offer.files];
  };

  it('at first is every command and topic, once, with its summary', async () => {
    const { words } = await complete(page, [''], fleet);
    const names = new Set(page.commands.map(({ name }) => name.split(' ')[0] ?? ''));
    expect(words.map(({ term }) => term)).toEqual([...[...names].sort(), '--help', '--version']);
    for (const { term, text } of words) expect([term, text]).not.toEqual([term, '']);
  });

  it.each<[string, string[], Files?]>([
    ['de', ['destroy']],
    ['nowhere ', []],
    ['help pl', ['plan']],
    ['help plan ', []],
    ['orchestrator ', ['ca', 'default-os', 'hosts', 'register', 'unregister', '--help']],
    ['help orchestrator h', ['hosts']],
    ['plan ', [], 'yaml'],
    ['plan fleet.yaml ', []],
    ['plan --allow', ['--allow-delete-all']],
    ['plan --json --js', []],
    ['plan --target vm.edge-1 --tar', ['--target']],
    ['plan --target ', ['vm.edge-1', 'vm.edge-2', 'network.lab']],
    ['plan --target=vm.edge-2', ['--target=vm.edge-2']],
    ['plan --out ', [], 'files'],
    ['plan --out=', [], 'files'],
    ['plan -- --', [], 'yaml'],
    ['render --out-dir ', [], 'folders'],
    ['apply --wait ', ['firmware', 'ready']],
    ['apply --parallelism ', []],
    ['provision --class n', ['network']],
    ['logs edge-1 --since ', ['boot']],
    ['console ', ['edge-1', 'edge-2']],
    ['console vm.', ['vm.edge-1', 'vm.edge-2']],
    ['timeline edge-1 ', ['edge-2'], 'yaml'],
    ['orchestrator register ', ['edge-1', 'edge-2'], 'yaml'],
    ['orchestrator default-os ', []],
    ['orchestrator default-os x ', [], 'yaml'],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['schema p', ['profile']],
    ['init ', [], 'yaml'],
    ['version ', []],
  ])('after %j', async (line, words, files = 'nothing') => {
    const [found, also] = await offered(...line.split(' '));
    expect(found).toEqual(words);
    // Whether a command takes one VM or several decides this.
    if (!/^console /.test(line)) expect(also).toBe(files);
  });

  it('comes from the fleet file on the line', async () => {
    for (const [line, file] of [
      ['plan --target ', undefined],
      ['plan lab.yml --target ', 'lab.yml'],
      ['plan dir/lab --target=', 'dir/lab'],
      ['plan lab --target ', 'lab'],
      ['plan --file lab --target ', 'lab'],
      ['plan -f lab --target ', 'lab'],
      ['timeline edge-1 my.yaml ', 'my.yaml'],
    ] as const) {
      asked.length = 0;
      await offered(...line.split(' '));
      expect([line, asked]).toEqual([line, [file]]);
    }
  });

  it('is asked for every flag that takes one of few values', () => {
    const flags = page.commands.flatMap((command) => command.flags.flatMap((group) => group.flags));
    const free = ['ADDR', 'FILE', 'DIR', 'STAGE', 'URI', 'N', 'DURATION', 'KEY', 'HOST', 'NAME'];
    free.push('NIC', 'RATE', 'TIME', 'SHARE', 'SHA256');
    const unknown = flags.filter(
      ({ value, choices }) => value !== null && choices.length === 0 && !free.includes(value),
    );
    expect(unknown.map(({ name }) => name)).toEqual([]);
  });

  it('is read from a line as bash has it', () => {
    expect(wordsOf('ven plan ')).toEqual(['ven', 'plan', '']);
    expect(wordsOf(String.raw`ven "a b" c\ d 'e f`)).toEqual(['ven', 'a b', 'c d', 'e f']);
    expect(wordsOf(String.raw`ven x="1 \"2" \ `)).toEqual(['ven', 'x=1 "2', ' ']);
    expect(wordsOf('ven a\\')).toEqual(['ven', 'a\\']);
    expect(wordsOf('')).toEqual(['']);
  });

  it('is nothing of a wrong fleet file, and no error', () => {
    const { code, stdout, stderr } = ven(
      ['complete', 'zsh', '--', 'plan', 'wrong.yaml', '--target', ''],
      { cwd },
    );
    expect([code, stdout, stderr]).toEqual([0, ':nothing\n', '']);
  });
});

/** How each shell is made ready. */
const SHELLS = {
  bash: {
    rc: '.bashrc',
    program: 'bash --rcfile .bashrc -i',
    set: "PS1='ready> '; bind 'set bell-style none'; source <(./ven completion bash)",
  },
  zsh: {
    rc: '.zshrc',
    program: 'zsh -i',
    set:
      "PS1='ready> '; unsetopt beep; zstyle ':completion:*' insert-tab false; autoload -Uz compinit; compinit -u -D; " +
      'source <(./ven completion zsh)',
  },
  fish: {
    rc: 'fish/config.fish',
    program: 'fish -i',
    set:
      "function fish_prompt; printf 'ready> '; end; function fish_greeting; end; " +
      './ven completion fish | source',
  },
};

/** The keys, of which a tab completes, and the words that ven gets. */
const TYPED: [keys: string, words: string[]][] = [
  ['ven versi\t', ['version']],
  ['ven orch\thos\t--al\t', ['orchestrator', 'hosts', '--all']],
  ['ven plan --targ\tvm.edge-2\t', ['plan', '--target', 'vm.edge-2']],
  [
    'ven plan --target=network.x --target=vm.ed\t3\t',
    ['plan', '--target=network.x', '--target=vm.edge-3'],
  ],
  ['ven plan oth\t--target vm.far-2\t', ['plan', 'other one.yaml', '--target', 'vm.far-2']],
  ['ven render --out-dir rend\t', ['render', '--out-dir', 'rendered']],
  ['ven apply --plan=no\t', ['apply', '--plan=notes.txt']],
  ['ven console edge-2\t', ['console', 'edge-2']],
  ['ven timeline edge-1 fl\t', ['timeline', 'edge-1', 'fleet.yaml']],
  ['ven provision --class net\t', ['provision', '--class', 'network']],
];

const isThere = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program} && command -v script`]).status === 0;

/** Where bash's own words differ from what is replaced; `^B`: the cursor goes back by one. */
const TYPED_IN_BASH: typeof TYPED = [
  ['ven plan --target "vm.ed\t2"', ['plan', '--target', 'vm.edge-2']],
  ["ven plan --target='vm.ed\t2'", ['plan', '--target=vm.edge-2']],
  ['ven plan --target=vm\\.ed\t1', ['plan', '--target=vm.edge-1']],
  ['ven console edxx\u0002\u0002\t', ['console', 'edge-xx']],
];

describe.each(Object.entries(SHELLS))('%s', (name, { rc, program, set }) => {
  // Where the tests count, all shells are there.
  it.runIf(isThere(name) || process.env['VEN_TEST_REPORTS'] !== undefined)(
    'puts it on the line',
    async () => {
      mkdirSync(join(cwd, 'fish'), { recursive: true });
      writeFileSync(join(cwd, rc), `${set}\n`);
      const shell = spawn(
        'script',
        ['-qec', `stty cols 200 rows 50; exec ${program}`, '/dev/null'],
        {
          cwd,
          env: {
            PATH: `${cwd}:${process.env['PATH']}`,
            HOME: cwd,
            ZDOTDIR: cwd,
            XDG_CONFIG_HOME: cwd,
            XDG_DATA_HOME: cwd,
            TERM: 'xterm',
            LC_ALL: 'C.UTF-8',
          },
        },
      );
      const lines = name === 'bash' ? [...TYPED, ...TYPED_IN_BASH] : TYPED;
      let shown = '';
      const told = async (until: () => boolean): Promise<void> => {
        while (!until()) await new Promise((resolve) => shell.stdout.once('data', resolve));
      };
      shell.stdout.on('data', (data: Buffer) => (shown += data.toString()));
      try {
        const got: string[][] = [];
        for (const [keys] of lines) {
          await told(() => shown.includes('ready> '));
          shown = '';
          shell.stdin.write(`${keys}\r`);
          await told(() => /ran:(<.*>):ran\r?\n/.test(shown));
          const [, words = ''] = /ran:<(.*)>:ran\r?\n/.exec(shown) ?? [];
          // zsh takes the slash of a folder back at the end of a line.
          got.push(words.replace(/\/$/, '').split('><'));
          shown = shown.slice(shown.indexOf(':ran'));
        }
        expect(got).toEqual(lines.map(([, words]) => words));
      } finally {
        shell.kill('SIGKILL');
      }
    },
    90_000,
  );
});
