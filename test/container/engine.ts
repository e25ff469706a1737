/**
 * A container engine for machines where none can run: what `docker run` is told in mounts,
 * environment, working folder, user and rights is done with bubblewrap on a root file system. It
 * refuses every word that it does not know, so that a command line that it runs is wholly proven.
 * As with the real one a container is the engine's child, not the client's: it goes on when the
 * client is killed.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bubblewrap, Refused, understood, type Run } from './command-line.ts';
import { asRoot } from './root-file-system.ts';

/** What is said to a client: text for its stdout or stderr, or its exit code. */
interface Reply {
  out?: string;
  err?: string;
  exit?: number;
}

interface Container {
  id: string;
  name: string;
  labels: string[];
  /** The first process in it, by its number outside; 0 until it runs. */
  init: number;
  ended: Promise<number>;
}

/** What was seen of a container, from outside. */
export interface Seen {
  /** The command line that it came from. */
  argv: string[];
  /** Of the program in it. */
  env: Record<string, string>;
  /** The lines of its `/proc/PID/status`: ids, groups, rights. */
  status: Record<string, string>;
  /** Its mount points. */
  mounts: string[];
  /** Whose files were in the folders that it could write to, when it had ended. */
  owners: Set<number>;
}

export class StandInEngine {
  /** The folder with the program `docker`, for the front of PATH. */
  readonly bin: string;
  /** Each container that ran, in order. */
  readonly seen: Seen[] = [];
  readonly pulled: string[] = [];
  readonly #dir: string;
  readonly #root: string;
  readonly #images: Set<string>;
  readonly #containers = new Map<string, Container>();
  readonly #clients = new Set<number>();
  readonly #server: Server;

  /** `images`: those that can be pulled. `uid`: who may be its client. */
  constructor(root: string, options: { images: string[]; uid: number }) {
    this.#root = root;
    this.#images = new Set(options.images);
    this.#dir = mkdtempSync(join(tmpdir(), 'ven-engine-'));
    this.bin = join(this.#dir, 'bin');
    mkdirSync(this.bin);
    const socket = join(this.#dir, 'socket');
    // Copies, which its client may read wherever this folder lies.
    const [node, client] = [join(this.#dir, 'node'), join(this.#dir, 'client.mts')];
    copyFileSync(process.execPath, node);
    copyFileSync(join(import.meta.dirname, 'client.ts'), client);
    const words = [node, client, socket].map((word) => `'${word}'`).join(' ');
    writeFileSync(join(this.bin, 'docker'), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
    // There is no podman beside it, whatever this machine has.
    writeFileSync(join(this.bin, 'podman'), '#!/bin/sh\necho "not in this test" >&2\nexit 1\n', {
      mode: 0o755,
    });
    this.#server = createServer((client) => {
      this.#serve(client);
    });
    this.#server.listen(socket, () => {
      if (process.getuid?.() === 0) chownSync(socket, options.uid, 0);
    });
    if (process.getuid?.() === 0) chownSync(this.#dir, options.uid, 0);
  }

  get running(): string[] {
    return [...this.#containers.values()].map(({ name }) => name);
  }

  /** The programs in all containers stand still: what would soon have ended stays. */
  freeze(): void {
    for (const { init } of this.#containers.values()) kill('SIGSTOP', childrenOf(init));
  }

  /** As if somebody had killed every client that waits: the containers go on. */
  killClients(): void {
    for (const pid of this.#clients) kill('SIGKILL', [String(pid)]);
  }

  async close(): Promise<void> {
    for (const container of this.#containers.values()) await this.#end(container);
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #serve(client: Socket): void {
    let container: Container | undefined;
    const say = (reply: Reply): void => {
      if (!client.destroyed) client.write(`${JSON.stringify(reply)}\n`);
    };
    // A client that was killed is not the container's end.
    client.on('error', () => undefined);
    createInterface(client).on('line', (line) => {
      const message = JSON.parse(line) as {
        argv?: string[];
        env?: Record<string, string>;
        signal?: string;
        pid?: number;
      };
      if (message.signal !== undefined) {
        if (container) this.#signal(container, message.signal);
        return;
      }
      const pid = message.pid ?? 0;
      this.#clients.add(pid);
      client.on('close', () => this.#clients.delete(pid));
      this.#do(message.argv ?? [], message.env ?? {}, say, (started) => (container = started)).then(
        (exit) => {
          say({ exit });
        },
        (error: unknown) => {
          say({ err: `docker: ${error instanceof Error ? error.message : String(error)}\n` });
          say({ exit: error instanceof Refused ? error.exit : 125 });
        },
      );
    });
  }

  async #do(
    argv: string[],
    env: Record<string, string>,
    say: (reply: Reply) => void,
    started: (container: Container) => void,
  ): Promise<number> {
    const [verb = '', ...args] = argv;
    const line = argv.join(' ');
    if (line === 'info --format {{json .}}') {
      const info = {
        ServerVersion: 'stand-in',
        SecurityOptions: ['name=seccomp,profile=builtin'],
      };
      say({ out: `${JSON.stringify(info)}\n` });
      return 0;
    }
    if (line.startsWith('image inspect --format {{.Id}} ') && argv.length === 5) {
      if (!this.pulled.includes(argv[4] ?? '')) throw new Refused(`No such image: ${argv[4]}`, 1);
      return 0;
    }
    if (line.startsWith('pull --quiet ') && argv.length === 3) {
      const image = argv[2] ?? '';
      if (!this.#images.has(image)) throw new Refused(`pull access denied for ${image}`, 1);
      this.pulled.push(image);
      return 0;
    }
    if (line.startsWith('ps --all --quiet --no-trunc --filter label=') && argv.length === 6) {
      const label = (argv[5] ?? '').slice('label='.length);
      for (const { id, labels } of this.#containers.values())
        if (labels.includes(label)) say({ out: `${id}\n` });
      return 0;
    }
    if (verb === 'rm' && args[0] === '--force') {
      for (const name of args.slice(1)) {
        const found = [...this.#containers.values()].find(
          (container) => container.id === name || container.name === name,
        );
        if (found) await this.#end(found);
        else say({ err: `Error: No such container: ${name}\n` });
      }
      return 0;
    }
    if (verb !== 'run') throw new Refused(`unknown command: ${line}`, 1);
    const run = understood(args, env);
    if (!this.pulled.includes(run.image))
      throw new Refused(`Unable to find image '${run.image}' locally`);
    const container = this.#start(run, argv, say);
    started(container);
    return container.ended;
  }

  #start(run: Run, argv: string[], say: (reply: Reply) => void): Container {
    const id = randomBytes(32).toString('hex');
    const [file, args] = asRoot('bwrap', ...bubblewrap(run, this.#root));
    const child: ChildProcess = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '' },
      detached: true,
    });
    const container: Container = {
      id,
      name: run.name,
      labels: run.labels,
      init: 0,
      ended: Promise.resolve(0),
    };
    child.stdout?.setEncoding('utf8').on('data', (out: string) => {
      say({ out });
    });
    child.stderr?.setEncoding('utf8').on('data', (err: string) => {
      say({ err });
    });
    const seen: Seen = { argv, env: {}, status: {}, mounts: [], owners: new Set() };
    this.seen.push(seen);
    const looking = setInterval(() => {
      look(container.init, seen);
    }, 50);
    let info = '';
    (child.stdio[3] as NodeJS.ReadableStream).setEncoding('utf8').on('data', (text: string) => {
      info += text;
      container.init = Number(/"child-pid": (\d+)/.exec(info)?.[1] ?? 0);
    });
    container.ended = new Promise((resolve) => {
      child.on('error', () => {
        resolve(127);
      });
      child.on('close', (code) => {
        clearInterval(looking);
        for (const { source, readOnly } of run.mounts)
          if (!readOnly) for (const owner of ownersIn(source)) seen.owners.add(owner);
        if (run.remove) this.#containers.delete(id);
        resolve(code ?? 137);
      });
    });
    this.#containers.set(id, container);
    return container;
  }

  /** As a small init does: to the program, not to itself. */
  #signal(container: Container, signal: string): void {
    kill(signal, childrenOf(container.init));
  }

  async #end(container: Container): Promise<void> {
    for (let tries = 0; container.init === 0 && tries < 100; tries++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    kill('SIGKILL', [String(container.init)]);
    await container.ended;
    this.#containers.delete(container.id);
  }
}

function childrenOf(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ');
  } catch {
    return [];
  }
}

/** What vagrant itself runs in; what comes before it in the container has other rights. */
function look(init: number, seen: Seen): void {
  for (const pid of childrenOf(init)) {
    const read = (name: string): string => {
      const [file, args] = asRoot('cat', `/proc/${pid}/${name}`);
      return spawnSync(file, args, { encoding: 'utf8' }).stdout;
    };
    const [program = '', ...words] = read('cmdline').split('\0');
    if (/(bwrap|setpriv)$/.test(program) || !words.includes('up')) continue;
    const [environ, status, mountinfo] = [read('environ'), read('status'), read('mountinfo')];
    // It may be ending.
    if (environ === '' || status === '' || mountinfo === '') continue;
    const pairs = (text: string, end: string, between: string): Record<string, string> =>
      Object.fromEntries(
        text
          .split(end)
          .filter((line) => line.includes(between))
          .map((line) => [
            line.slice(0, line.indexOf(between)),
            line.slice(line.indexOf(between) + 1).trim(),
          ]),
      );
    seen.env = pairs(environ, '\0', '=');
    seen.status = pairs(status, '\n', ':');
    seen.mounts = mountinfo.split('\n').flatMap((line) => line.split(' ')[4] ?? []);
  }
}

function ownersIn(folder: string): number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(
    (name) => lstatSync(join(folder, name)).uid,
  );
}

function kill(signal: string, pids: string[]): void {
  if (pids.length === 0) return;
  const [file, args] = asRoot('kill', '-s', signal.slice(3), ...pids);
  spawnSync(file, args);
}
