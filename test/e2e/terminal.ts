/**
 * A person at a terminal: runs ven on a pseudo terminal of its own (by `script`, of util-linux),
 * types, and sees what is shown.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
const VEN = join(import.meta.dirname, '../../bin/ven');

/**
 * Where it is started: a lab, or another folder with a fleet file. `program`: in the place of ven.
 */
interface Place {
  dir: string;
  stateDir: string;
  program?: string;
}

let made = 0;

export class Terminal {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #note: (name: string) => string;
  #shown = Buffer.alloc(0);

  /** `args` are for ven, plain words. */
  constructor({ dir, stateDir, program = VEN }: Place, ...args: string[]) {
    made += 1;
    const mine = made;
    this.#note = (name) => join(dir, `${name}-${mine}`);
    // The shell stays, so that the terminal's modes can be told before and after; its child is ven
    // itself.
    const session =
      `echo $$ > ${this.#note('shell')}; stty -g > ${this.#note('before')}; ${program} ` +
      `${args.join(' ')}; echo $? > ${this.#note('code')}; stty -g > ${this.#note('after')}`;
    const env = { ...process.env, XDG_STATE_HOME: stateDir, NO_COLOR: '1', SHELL: '/bin/sh' };
    this.#child = spawn('script', ['-q', '-f', '-c', session, '/dev/null'], {
      cwd: dir,
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout?.on(
      'data',
      (bytes: Buffer) => (this.#shown = Buffer.concat([this.#shown, bytes])),
    );
    this.#ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', () => {
        resolve();
      });
    });
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** The bytes so far, as Latin-1. */
  get shown(): string {
    return this.#shown.toString('latin1');
  }

  /** Waits until it shows this. */
  sees(text: string, timeout = 60_000): Promise<void> {
    return expect.poll(() => this.shown, { timeout, interval: 100 }).toContain(text);
  }

  /**
   * Presses Enter until it is answered with this: what is typed before the console is attached is
   * lost.
   */
  wakes(text: string, timeout = 60_000): Promise<void> {
    const from = this.#shown.length;
    const press = (): string => {
      this.type('\r');
      return this.shown.slice(from);
    };
    return expect.poll(press, { timeout, interval: 1000 }).toContain(text);
  }

  /** The process id of ven. */
  get ven(): number {
    const shell = readFileSync(this.#note('shell'), 'utf8').trim();
    return Number(
      readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ')[0],
    );
  }

  /** The terminal goes away, with all that hear of it. */
  close(): void {
    this.#child.kill('SIGKILL');
  }

  /** Waits for ven to end. */
  async left(): Promise<{ code: number; modesBefore: string; modesAfter: string }> {
    await this.#ended;
    const read = (name: string): string => readFileSync(this.#note(name), 'utf8').trim();
    return { code: Number(read('code')), modesBefore: read('before'), modesAfter: read('after') };
  }
}
