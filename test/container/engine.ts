/**
 * A container engine for machines where none can run: what `docker run` is told in mounts, environment, working folder, user
 * and rights is done with bubblewrap on a root file system. It refuses every word that it does not know, so that a
 * command line that it runs is wholly proven. As with the real one a container is the engine's child, not the client's:
 * it goes on when the client is killed.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
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

/** A command line as understood. */
interface Run {
  image: string;
  command: string[];
  name: string;
  labels: string[];
  env: Record<string, string>;
  mounts: { source: string; target: string; readOnly: boolean }[];
  workdir: string;
  uid: string;
  gid: string;
  groups: string[];
  noCapabilities: boolean;
  noNewPrivileges: boolean;
  remove: boolean;
  init: boolean;
}

class Refused extends Error {
  readonly exit: number;
  constructor(message: string, exit = 125) {
    super(message);
    this.exit = exit;
  }
}

const IMAGE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

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
    const words = [process.execPath, join(import.meta.dirname, 'client.ts'), socket].map((word) => `'${word}'`).join(' ');
    writeFileSync(join(this.bin, 'docker'), `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
    // There is no podman beside it, whatever this machine has.
    writeFileSync(join(this.bin, 'podman'), '#!/bin/sh\necho "not in this test" >&2\nexit 1\n', { mode: 0o755 });
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
      const message = JSON.parse(line) as { argv?: string[]; env?: Record<string, string>; signal?: string; pid?: number };
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
      say({ out: `${JSON.stringify({ ServerVersion: 'stand-in', SecurityOptions: ['name=seccomp,profile=builtin'] })}\n` });
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
      for (const { id, labels } of this.#containers.values()) if (labels.includes(label)) say({ out: `${id}\n` });
      return 0;
    }
    if (verb === 'rm' && args[0] === '--force') {
      for (const name of args.slice(1)) {
        const found = [...this.#containers.values()].find((container) => container.id === name || container.name === name);
        if (found) await this.#end(found);
        else say({ err: `Error: No such container: ${name}\n` });
      }
      return 0;
    }
    if (verb !== 'run') throw new Refused(`unknown command: ${line}`, 1);
    const run = understood(args, env);
    if (!this.pulled.includes(run.image)) throw new Refused(`Unable to find image '${run.image}' locally`);
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
    const container: Container = { id, name: run.name, labels: run.labels, init: 0, ended: Promise.resolve(0) };
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
        for (const { source, readOnly } of run.mounts) if (!readOnly) for (const owner of ownersIn(source)) seen.owners.add(owner);
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
    for (let tries = 0; container.init === 0 && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 20));
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
          .map((line) => [line.slice(0, line.indexOf(between)), line.slice(line.indexOf(between) + 1).trim()]),
      );
    seen.env = pairs(environ, '\0', '=');
    seen.status = pairs(status, '\n', ':');
    seen.mounts = mountinfo.split('\n').flatMap((line) => line.split(' ')[4] ?? []);
  }
}

function ownersIn(folder: string): number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => lstatSync(join(folder, name)).uid);
}

function kill(signal: string, pids: string[]): void {
  if (pids.length === 0) return;
  const [file, args] = asRoot('kill', '-s', signal.slice(3), ...pids);
  spawnSync(file, args);
}

/** The arguments of `docker run`, each flag by what it means; throws at one that it does not know. */
function understood(args: string[], clientEnv: Record<string, string>): Run {
  const run: Run = {
    image: '',
    command: [],
    name: '',
    labels: [],
    // The image's own.
    env: { PATH: IMAGE_PATH },
    mounts: [],
    workdir: '/',
    uid: '0',
    gid: '0',
    groups: [],
    noCapabilities: false,
    noNewPrivileges: false,
    remove: false,
    init: false,
  };
  const rest = [...args];
  const value = (): string => rest.shift() ?? '';
  let entrypoint = '';
  let network = '';
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith('-')) {
      run.image = word;
      run.command = [entrypoint, ...rest];
      break;
    }
    const name = word;
    switch (name) {
      case '--rm':
        run.remove = true;
        break;
      case '--init':
        run.init = true;
        break;
      case '--name':
        run.name = value();
        break;
      case '--label':
        run.labels.push(value());
        break;
      case '--network':
        network = value();
        break;
      case '--cap-drop':
        if (value() !== 'ALL') throw new Refused('--cap-drop of single capabilities');
        run.noCapabilities = true;
        break;
      case '--security-opt': {
        const option = value();
        if (option === 'no-new-privileges') run.noNewPrivileges = true;
        else if (option !== 'label=disable') throw new Refused(`unknown --security-opt ${option}`);
        break;
      }
      case '--user': {
        const [, uid, gid] = /^(\d+):(\d+)$/.exec(value()) ?? [];
        if (uid === undefined || gid === undefined) throw new Refused('--user wants UID:GID');
        Object.assign(run, { uid, gid });
        break;
      }
      case '--group-add':
        run.groups.push(value());
        break;
      case '--mount':
        run.mounts.push(mountOf(value()));
        break;
      case '--workdir':
        run.workdir = value();
        break;
      case '--env': {
        const [variable = '', ...written] = value().split('=');
        const taken = written.length > 0 ? written.join('=') : clientEnv[variable];
        if (taken !== undefined) run.env[variable] = taken;
        break;
      }
      case '--entrypoint':
        entrypoint = value();
        break;
      default:
        throw new Refused(`unknown flag: ${name}`);
    }
  }
  if (run.image === '' || entrypoint === '') throw new Refused('an image and an --entrypoint are needed');
  if (network !== 'host') throw new Refused(`--network ${network} is not known`);
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(run.name)) throw new Refused(`Invalid container name (${run.name})`);
  return run;
}

/** `type=bind,source=…,target=…[,readonly]` */
function mountOf(text: string): Run['mounts'][number] {
  const fields = [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  );
  const mount = { source: '', target: '', readOnly: false };
  let type = '';
  for (const field of fields) {
    if (field === 'readonly') mount.readOnly = true;
    else if (field.startsWith('type=')) type = field.slice(5);
    else if (field.startsWith('source=')) mount.source = field.slice(7);
    else if (field.startsWith('target=')) mount.target = field.slice(7);
    else throw new Refused(`unexpected key in --mount: ${field}`);
  }
  if (type !== 'bind' || !mount.source.startsWith('/') || !mount.target.startsWith('/')) throw new Refused(`invalid mount: ${text}`);
  if (!existsSync(mount.source)) throw new Refused(`bind source path does not exist: ${mount.source}`);
  return mount;
}

function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === '/' ? [] : [...foldersAbove(above), above];
}

function bubblewrap(run: Run, root: string): string[] {
  const image = readdirSync(root)
    .filter((name) => !['dev', 'proc', 'sys', 'tmp', 'run'].includes(name))
    .flatMap((name) => {
      const path = join(root, name);
      return lstatSync(path).isSymbolicLink() ? ['--symlink', readlinkSync(path), `/${name}`] : ['--ro-bind', path, `/${name}`];
    });
  const drop = [
    'setpriv',
    ...['--reuid', run.uid, '--regid', run.gid],
    ...(run.groups.length > 0 ? ['--groups', run.groups.join(',')] : ['--clear-groups']),
    ...(run.noCapabilities ? ['--inh-caps=-all', '--bounding-set=-all'] : []),
    ...(run.noNewPrivileges ? ['--no-new-privs'] : []),
  ];
  return [
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    ...(run.init ? [] : ['--as-pid-1']),
    ...image,
    ...['--proc', '/proc', '--dev', '/dev'],
    ...['--perms', '1777', '--tmpfs', '/tmp', '--tmpfs', '/run'],
    ...run.mounts.flatMap(({ source, target, readOnly }) => [
      // Left to itself bubblewrap closes the folders above a closed one.
      ...foldersAbove(target).flatMap((folder) => ['--perms', '0755', '--dir', folder]),
      ...[readOnly ? '--ro-bind' : '--bind', source, target],
    ]),
    ...['--chdir', run.workdir],
    '--clearenv',
    ...Object.entries(run.env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--info-fd', '3'],
    '--',
    ...drop,
    ...run.command,
  ];
}
