/** The only function that runs programs: an argv array, no shell, always a time limit. */
import { execa, ExecaError } from 'execa';
import { VenError } from '../model/index.js';
import { createMasker } from '../secrets/index.js';

export type Env = Readonly<Record<string, string | undefined>>;

export interface RunOptions {
  /** ven's own environment; the child gets only the variables that these programs need. */
  env: Env;
  timeoutSeconds: number;
  /** From SIGTERM to SIGKILL. Default: 5. */
  killAfterSeconds?: number | undefined;
  signal?: AbortSignal | undefined;
  cwd?: string | undefined;
  /** More variables for the child. */
  extraEnv?: Readonly<Record<string, string>> | undefined;
  /**
   * File descriptors for the child, as 3, 4, … in order. It holds a lock among them as long as it
   * runs.
   */
  fds?: readonly number[] | undefined;
  /**
   * Gets stdout as it comes, in whole characters; it is then not collected. What it throws ends the
   * program, and is thrown by `run`.
   */
  onStdout?: ((text: string) => void) | undefined;
  /** The same for stderr. */
  onStderr?: ((text: string) => void) | undefined;
  /** Never shown in an error. */
  secrets?: readonly string[] | undefined;
  /**
   * What is an answer, not a failure: `any`: exit codes other than 0; `ended`: the program's end by
   * a signal, too, unless ven sent it.
   */
  accept?: 'any' | 'ended' | undefined;
  /**
   * The program changes nothing, and nobody waits for it any more when ven ends: it is then killed.
   */
  endsWithVen?: boolean | undefined;
}

export interface Ran {
  /** -1: it was ended by a signal. */
  exitCode: number;
  /** Its name; null: it ended by itself. */
  signal: string | null;
  /** Empty with `onStdout`. */
  stdout: string;
  /** Empty with `onStderr`. */
  stderr: string;
}

/** Characters that are collected of each stream; a program that prints more is ended. */
const OUTPUT_LIMIT = 64 * 1024 * 1024;
/** Of a program's errors, the last lines are shown. */
const SHOWN_LINES = 100;
const KILL_AFTER_SECONDS = 5;

/**
 * The variables that libvirt's client, ssh and vagrant read. Children get no others.
 */
const PASSED_ON = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  'XDG_CONFIG_HOME',
  'XDG_CACHE_HOME',
  'XDG_DATA_HOME',
  'DBUS_SESSION_BUS_ADDRESS',
  'SSH_AUTH_SOCK',
  'KRB5CCNAME',
  'VAGRANT_HOME',
];

/**
 * Runs a program in a process group of its own, so that Ctrl-C on the terminal does not reach it.
 * At the time limit, or when `signal` is aborted, the group gets SIGTERM, and
 * `killAfterSeconds` later SIGKILL.
 * @throws VenError `host-not-ready` when there is no such program, `interrupted` when aborted, else
 * `tool-failed`.
 */
export async function run(
  file: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Ran> {
  const hide = createMasker(options.secrets ?? []);
  if (options.signal?.aborted) throw stopped(options.signal, file);
  const command = hide(commandLine(file, args));
  const collected = { stdout: new Collected(file, command), stderr: new Collected(file, command) };
  const child = execa(file, args, {
    env: { ...childEnv(options.env), ...options.extraEnv },
    extendEnv: false,
    stdio: ['ignore', 'pipe', 'pipe', ...(options.fds ?? [])] as ['ignore', 'pipe', 'pipe'],
    buffer: false,
    timeout: Math.ceil(options.timeoutSeconds * 1000),
    forceKillAfterDelay: (options.killAfterSeconds ?? KILL_AFTER_SECONDS) * 1000,
    killDescendants: true,
    cwd: options.cwd ?? '/',
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  const forget = options.endsWithVen === true ? endAtExit(child.pid) : undefined;
  let fault: unknown;
  const hear = (stream: 'stdout' | 'stderr', listener: ((text: string) => void) | undefined) => {
    const take = listener ?? ((text) => collected[stream].add(text));
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      if (fault !== undefined) return;
      try {
        take(text);
      } catch (error) {
        fault = error;
        child.kill('SIGTERM');
      }
    });
  };
  hear('stdout', options.onStdout);
  hear('stderr', options.onStderr);

  let exitCode = 0;
  let signal: string | null = null;
  const words = (): string => lastLines(hide(collected.stderr.text));
  try {
    await child;
  } catch (error) {
    if (fault !== undefined) throw fault as Error;
    if (!(error instanceof ExecaError)) throw error;
    exitCode = error.exitCode ?? -1;
    signal = error.signal ?? null;
    if (error.isCanceled && options.signal) throw stopped(options.signal, file);
    if (error.code === 'ENOENT' || error.code === 'EACCES') throw missingProgram(file, error.code);
    if (error.timedOut) {
      throw new VenError('tool-failed', {
        summary: `${file} took longer than ${options.timeoutSeconds} s and was stopped`,
        detail: [command, words()].filter(Boolean).join('\n'),
      });
    }
    const answered =
      options.accept === 'any'
        ? error.exitCode !== undefined
        : options.accept === 'ended' && (error.exitCode !== undefined || signal !== null);
    if (!answered) {
      const said = words();
      const ended =
        signal === null ? hide(error.originalMessage ?? '') : `It was ended by ${signal}.`;
      throw programFailed(file, command, said === '' ? ended : said);
    }
  } finally {
    forget?.();
  }
  if (fault !== undefined) throw fault as Error;
  return {
    exitCode,
    signal,
    stdout: collected.stdout.text,
    stderr: hide(collected.stderr.text),
  };
}

/** Output in memory, up to a limit. */
class Collected {
  readonly #file: string;
  readonly #command: string;
  readonly #pieces: string[] = [];
  #size = 0;

  constructor(file: string, command: string) {
    this.#file = file;
    this.#command = command;
  }

  /** @throws VenError `tool-failed` beyond the limit. */
  add(text: string): void {
    this.#size += text.length;
    if (this.#size > OUTPUT_LIMIT) throw tooMuch(this.#file, this.#command, OUTPUT_LIMIT);
    this.#pieces.push(text);
  }

  get text(): string {
    return this.#pieces.join('');
  }
}

/** `limit`: in characters. */
export function tooMuch(file: string, command: string, limit: number): VenError {
  return new VenError('tool-failed', {
    summary: `${file} printed more than ${limit / 1024 / 1024} MiB, and was stopped`,
    detail: command,
    hint: `Type the command to see what it prints. Is this ${file} the right one: type ${file}`,
  });
}

/** `words`: its own, which are shown whole. */
function programFailed(file: string, command: string, words: string): VenError {
  const lines = words
    .split('\n')
    .map((line) => line.replace(/^error:\s*/, '').trimEnd())
    .filter((line) => line.trim() !== '');
  return new VenError('tool-failed', {
    summary: lines.at(-1)?.trim() ?? `${file} failed`,
    detail: [...lines, command].join('\n'),
  });
}

const running = new Set<number>();

/** Kills the group of that process when ven ends; the result takes that back. */
function endAtExit(pid: number | undefined): () => void {
  if (pid === undefined) return () => undefined;
  if (running.size === 0) process.on('exit', killRunning);
  running.add(pid);
  return () => {
    running.delete(pid);
    if (running.size === 0) process.off('exit', killRunning);
  };
}

function killRunning(): void {
  for (const pid of running) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // it has ended
    }
  }
}

/** For pasting into a shell. */
export function commandLine(file: string, args: readonly string[]): string {
  return [file, ...args]
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}

export function childEnv(env: Env): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of PASSED_ON) if (env[name] !== undefined) passed[name] = env[name];
  passed['PATH'] ??= '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return { ...passed, LC_ALL: 'C' };
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-SHOWN_LINES).join('\n');
}

export function stopped(signal: AbortSignal, file: string): VenError {
  return signal.reason instanceof VenError
    ? signal.reason
    : new VenError('interrupted', { summary: `${file} was stopped` });
}

const PACKAGES: Record<string, string> = {
  virsh: 'libvirt-clients',
  vagrant: 'vagrant',
  flock: 'util-linux',
  setpriv: 'util-linux',
  script: 'bsdutils',
  mkfifo: 'coreutils',
  stty: 'coreutils',
  systemctl: 'systemd',
  'systemd-notify': 'systemd',
};

export function missingProgram(file: string, code: string): VenError {
  return new VenError('host-not-ready', {
    summary:
      code === 'EACCES' ? `${file} can't be executed` : `${file} is not installed, or not in PATH`,
    hint: `Install it: sudo apt-get install ${PACKAGES[file] ?? file}`,
  });
}
