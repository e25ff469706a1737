/** Debian's python3-sushy at a BMC of ven; redfish_client.py has its acts. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { DebianPython } from './debian-python.js';

const PROGRAM = join(import.meta.dirname, 'redfish_client.py');

export interface Service {
  url: string;
  username: string;
  password: string;
  /** A PEM file; undefined: plain HTTP. */
  ca?: string;
}

/** An act that the BMC, or sushy itself, refused. */
export class SushyError extends Error {
  override readonly name: string;
  readonly status: number | null;

  constructor(answer: { failed: string; status: number | null; message: string }) {
    super(answer.message);
    this.name = answer.failed;
    this.status = answer.status;
  }
}

export class Sushy {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  #said = '';

  constructor(python: DebianPython, { url, username, password, ca }: Service) {
    this.#child = python.start([PROGRAM], {
      BMC_URL: url,
      BMC_USERNAME: username,
      BMC_PASSWORD: password,
      ...(ca !== undefined && { BMC_CA: ca }),
    });
    this.#reader = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    this.#lines = this.#reader[Symbol.asyncIterator]();
    this.#child.stderr?.on('data', (piece: Buffer) => (this.#said += piece.toString()));
  }

  static python(dir: string): Promise<DebianPython> {
    return DebianPython.with(['python3-sushy'], dir);
  }

  /** Rejects with a SushyError when the act fails. */
  async does<T = unknown>(...act: [string, ...unknown[]]): Promise<T> {
    this.#child.stdin?.write(`${JSON.stringify(act)}\n`);
    const { value, done } = (await this.#lines.next()) as IteratorResult<string, undefined>;
    if (done === true) throw new Error(`The client ended: ${this.#said.slice(-2000)}`);
    const answer = JSON.parse(value) as
      { done: T } | { failed: string; status: number | null; message: string };
    if ('failed' in answer) throw new SushyError(answer);
    return answer.done;
  }

  close(): void {
    this.#reader.close();
    this.#child.kill('SIGKILL');
  }
}
