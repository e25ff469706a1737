/**
 * Passwords that are looked for where no secret may be: in processes, in files, in what was
 * printed.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { sleep } from './lab.js';
import type { NodeLab } from './nodes.js';

/** Where ven, virsh, vagrant, libvirt and QEMU keep things. */
const FOLDERS = [
  '/tmp',
  '/var/tmp',
  '/run',
  '/var/log',
  '/etc/libvirt',
  '/var/lib/libvirt',
  join(homedir(), '.vagrant.d'),
  join(homedir(), '.cache'),
];
/**
 * Of nodes, not of ven: what they write to their disks is theirs. And nothing of libvirt's own is
 * that large.
 */
const LARGEST = 64 * 1024 * 1024;

/** Base64 that holds this text, wherever it begins: without what depends on its surroundings. */
const base64 = (text: string): string[] =>
  [0, 1, 2].map((at) =>
    Buffer.from('x'.repeat(at) + text)
      .toString('base64')
      .slice(at && 4, -4),
  );

export class Canaries {
  readonly #began = Date.now();
  readonly #spellings: string[];
  readonly #labs: readonly NodeLab[];
  readonly #stop = new AbortController();
  #processes: Promise<string[]> | null = null;

  /** What each password has that no other text has; however it is quoted, this is found. */
  constructor(words: readonly string[], labs: readonly NodeLab[]) {
    this.#spellings = words.flatMap((word) => [word, ...base64(word)]);
    this.#labs = labs;
  }

  in(text: string): boolean {
    return this.#spellings.some((spelling) => text.includes(spelling));
  }

  watchProcesses(): void {
    this.#processes = this.#watch(this.#stop.signal);
  }

  /**
   * Nowhere but in `spares`, which do hold it. `files`: of the lab's folder, a `bundle.tar.gz`
   * among them, that must have been there to be looked at; so must the record and the console's log
   * of each of the `nodes`.
   */
  async expectNone(
    lab: NodeLab,
    { spares, files, nodes }: { spares: string[]; files: string[]; nodes: readonly string[] },
  ): Promise<void> {
    this.#stop.abort();
    expect((await this.#processes) ?? ['nobody looked']).toEqual([]);
    const looked = this.#newFiles();
    expect(looked.filter((file) => this.in(contentOf(file))).toSorted()).toEqual(spares.toSorted());
    for (const file of files) expect(looked).toContain(join(lab.dir, file));
    for (const name of nodes) {
      expect(looked).toContainEqual(
        expect.stringMatching(new RegExp(`^${lab.stateDir}/.*/nodes/${name}\\.json$`)),
      );
      expect(looked).toContain(`/var/log/libvirt/qemu/${lab.domain(name)}-console.log`);
    }
    expect(looked).toContainEqual(expect.stringMatching(/events\.jsonl$/));
    expect(
      this.in(
        execFileSync('tar', ['-xzOf', join(lab.dir, 'bundle.tar.gz')], {
          encoding: 'latin1',
          maxBuffer: 1 << 28,
        }),
      ),
    ).toBe(false);
    expect(
      this.#labs
        .flatMap(({ printed }) => printed.map(({ stdout, stderr }) => stdout + stderr))
        .filter((text) => this.in(text)),
    ).toEqual([]);
  }

  /** Written since this began. */
  #newFiles(): string[] {
    const folders = [...new Set([...FOLDERS, tmpdir()])].flatMap((folder) => filesIn(folder));
    return [...new Set(folders)].filter((file) => isNew(file, this.#began));
  }

  async #watch(signal: AbortSignal): Promise<string[]> {
    const found = new Set<string>();
    while (!signal.aborted) {
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        try {
          const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
          if (this.in(commandLine)) found.add(`arguments: ${commandLine}`);
          if (
            this.in(readFileSync(`/proc/${pid}/environ`, 'latin1')) &&
            !this.#isVen(pid, commandLine)
          )
            found.add(`environment of ${commandLine}`);
        } catch {
          // It has ended.
        }
      }
      await sleep(300);
    }
    return [...found];
  }

  /**
   * ven itself, given its secret by its environment; or a copy of it that is about to become one of
   * its programs.
   */
  #isVen(pid: string, commandLine: string): boolean {
    const own = (id: string | undefined): boolean =>
      this.#labs.some(({ pids }) => pids.has(Number(id)));
    if (own(pid)) return true;
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return (
      own(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) &&
      /\/dist\/main\.js\0|\/bin\/ven\0/.test(commandLine)
    );
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesIn(path);
      return entry.isFile() ? [path] : [];
    });
  } catch {
    return []; // Gone meanwhile, or another user's.
  }
}

function isNew(file: string, since: number): boolean {
  try {
    const { mtimeMs, size } = statSync(file);
    return mtimeMs >= since && size <= LARGEST;
  } catch {
    return false;
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
