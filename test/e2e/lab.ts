/**
 * A place for one e2e test file: a folder with a fleet file, a state folder of its own, the real
 * `bin/ven` as a child process, and the real libvirt. Names carry the process id, so that nothing
 * of anybody else is met; `close()` takes away all that the lab made and fails when something is
 * left.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendName } from '../../src/model/index.js';

const ROOT = join(import.meta.dirname, '../..');
const URI = 'qemu:///system';

export interface Ran {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  ended: Promise<Ran>;
}

function start(
  file: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv },
): Running {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** A libvirt host, and what a command is run by to be on it. */
export class LibvirtHost {
  /** The words before a command; none: this machine itself. */
  readonly through: readonly string[];

  constructor(through: readonly string[]) {
    this.through = through;
  }

  run(...command: string[]): Promise<Ran> {
    const [file, ...words] = [...this.through, ...command] as [string, ...string[]];
    return start(file, words, { env: { ...process.env, LC_ALL: 'C' } }).ended;
  }

  tryVirsh(...args: string[]): Promise<Ran> {
    return this.run('virsh', '-q', '-c', URI, ...args);
  }

  /** Rejects when virsh fails. */
  async virsh(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.tryVirsh(...args);
    if (code !== 0) throw new Error(`virsh ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  }

  async lines(...args: string[]): Promise<string[]> {
    return (await this.virsh(...args))
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .sort();
  }
}

/** This machine itself. */
export const HERE = new LibvirtHost([]);

/** For tests that hold for all of them: `describe.each(BACKENDS)`. */
export const BACKENDS: readonly BackendName[] = ['vagrant', 'libvirt'];

/** Runs virsh on this machine; rejects when it fails. */
export function virsh(...args: string[]): Promise<string> {
  return HERE.virsh(...args);
}

export function tryVirsh(...args: string[]): Promise<Ran> {
  return HERE.tryVirsh(...args);
}

export function lines(...args: string[]): Promise<string[]> {
  return HERE.lines(...args);
}

export class Lab {
  readonly fleet: string;
  readonly dir: string;
  readonly file: string;
  /** More variables for ven. */
  env: NodeJS.ProcessEnv = {};
  program = join(ROOT, 'bin/ven');
  readonly host: LibvirtHost;
  readonly backend: BackendName | undefined;
  /** What ven is run by: another user, say. */
  through: readonly string[];
  #stateDirs: string[] = [];
  /** Undo for foreign things a test made, last first. */
  #undo: (() => Promise<unknown>)[] = [];

  /** `backend`: of all fleets that it writes; absent: ven's default. */
  constructor(name: string, host = HERE, backend?: BackendName) {
    this.host = host;
    this.backend = backend;
    this.through = host.through;
    // Two of one name do not meet, and neither's name is the other's beginning.
    this.fleet = `t${process.pid}-${name}${backend === undefined ? '' : `-${backend.charAt(0)}`}`;
    this.dir = mkdtempSync(join(tmpdir(), 'ven-e2e-'));
    this.file = join(this.dir, 'fleet.yaml');
    this.newStateDir();
  }

  /** As on another machine or for another user: no work files. */
  newStateDir(): string {
    const dir = mkdtempSync(join(tmpdir(), 'ven-state-'));
    this.#stateDirs.push(dir);
    return dir;
  }

  get stateDir(): string {
    return this.#stateDirs.at(-1) as string;
  }

  /**
   * Writes the fleet file; `body` follows apiVersion, fleet and host. `host`: its settings; of
   * several hosts, those of each by its name.
   */
  write(body: string, host: string | Record<string, string> = 'accelerator: qemu'): void {
    const backend = this.backend === undefined ? '' : `, backend: ${this.backend}`;
    const braces = (settings: string): string => `{ ${settings}${backend} }`;
    const hosts =
      typeof host === 'string'
        ? `host: ${braces(host)}\n`
        : `hosts:\n${Object.entries(host)
            .map(([name, settings]) => `  ${name}: ${braces(settings)}\n`)
            .join('')}`;
    writeFileSync(this.file, `apiVersion: ven/v1\nfleet: ${this.fleet}\n${hosts}${body}`);
  }

  /**
   * Small BIOS machines that only need to exist. One that looked for a network to boot from would
   * keep a third of a core busy.
   */
  static readonly SMALL =
    'defaults: { cpus: 1, memory: 128MiB, firmware: bios, boot: [disk], tpm: false, ' +
    'disks: [{ size: 64MiB }], shutdownTimeout: 1s }\n';

  start(...args: string[]): Running {
    const env = { ...process.env, XDG_STATE_HOME: this.stateDir, NO_COLOR: '1', ...this.env };
    // On another host than this machine the current folder would be lost.
    const command = [...this.through, 'env', '-C', this.dir, this.program, ...args];
    const [file, ...words] = command as [string, ...string[]];
    return start(file, words, { cwd: this.dir, env });
  }

  ven(...args: string[]): Promise<Ran> {
    return this.start(...args).ended;
  }

  /** Applies and fails loudly unless the exit code is `expected`. */
  async apply(expected = 0, ...args: string[]): Promise<Ran> {
    const ran = await this.ven('apply', '--yes', ...args);
    if (ran.code !== expected)
      throw new Error(`apply: exit ${ran.code}, not ${expected}\n${ran.stdout}\n${ran.stderr}`);
    return ran;
  }

  async plan(...args: string[]): Promise<PlanJson> {
    const ran = await this.ven('plan', '--json', ...args);
    if (ran.code !== 0) throw new Error(`plan: exit ${ran.code}\n${ran.stdout}\n${ran.stderr}`);
    return JSON.parse(ran.stdout) as PlanJson;
  }

  domain(vm: string): string {
    return `${this.fleet}_${vm}`;
  }

  /** Names of the fleet's domains that match what `virsh list` is asked. */
  async domains(...args: string[]): Promise<string[]> {
    return (await this.host.lines('list', '--name', ...args))
      .filter((name) => name.startsWith(`${this.fleet}_`))
      .map((name) => name.slice(this.fleet.length + 1));
  }

  async uuid(vm: string): Promise<string> {
    return this.host.virsh('domuuid', this.domain(vm));
  }

  undo(action: () => Promise<unknown>): void {
    this.#undo.unshift(action);
  }

  /** What of this lab's names is still known to libvirt. */
  async leftovers(): Promise<string[]> {
    await this.host.tryVirsh('pool-refresh', 'default');
    const all = [
      ...(await this.host.lines('list', '--all', '--name')),
      ...(await this.host.lines('net-list', '--all', '--name')),
      ...(await this.host.lines('vol-list', 'default')).map((line) => line.split(/\s+/)[0] ?? ''),
    ];
    return all.filter((name) => name.startsWith(this.fleet));
  }

  async close(): Promise<void> {
    for (const action of this.#undo) await action();
    const destroyed = await this.ven('destroy', '--yes', '--purge', '--lock-timeout', '60s');
    const left = await this.leftovers();
    // Whatever went wrong, the next test file shall meet a clean host.
    for (const name of left) {
      await this.host.tryVirsh('destroy', name);
      await this.host.tryVirsh('undefine', name, '--nvram');
      await this.host.tryVirsh('net-destroy', name);
      await this.host.tryVirsh('net-undefine', name);
      await this.host.tryVirsh('vol-delete', name, '--pool', 'default');
    }
    for (const dir of [this.dir, ...this.#stateDirs]) rmSync(dir, { recursive: true, force: true });
    if (destroyed.code !== 0)
      throw new Error(`destroy: exit ${destroyed.code}\n${destroyed.stdout}\n${destroyed.stderr}`);
    if (left.length > 0) throw new Error(`left over after destroy: ${left.join(', ')}`);
  }
}

export interface PlanJson {
  formatVersion: string;
  changes: {
    address: string;
    action: string;
    reason: string;
    notes: string[];
    fields?: { path: string; before: string | null; after: string | null; effect: string }[];
  }[];
  summary: { create: number; update: number; replace: number; delete: number; noop: number };
}

/** `vm.a update drift`, one string a change: short to compare with. */
export function changes(plan: PlanJson): string[] {
  return plan.changes.map(({ address, action, reason }) => `${address} ${action} ${reason}`);
}

export const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));
