/** The only function that runs programs: an argv array, no shell, always a time limit. */
import { execa, ExecaError } from 'execa';
import { VenError } from '../model/index.js';
import { createMasker } from '../secrets/index.js';
import { explain } from './libvirt/answers.js';

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
  /** Gets stdout as it comes, in whole characters; it is then not collected. */
  onStdout?: ((text: string) => void) | undefined;
  /** Never shown in an error. */
  secrets?: readonly string[] | undefined;
  /** Exit codes other than 0 that are an answer, not a failure. */
  accept?: 'any' | undefined;
}

export interface Ran {
  exitCode: number;
  /** Empty with `onStdout`. */
  stdout: string;
  stderr: string;
}

const STDOUT_LIMIT = 256 * 1024 * 1024;
/** Of a program's errors, the last lines count. */
const STDERR_LIMIT = 4 * 1024 * 1024;
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
 * `tool-failed`, or the error that its message means.
 */
export async function run(
  file: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Ran> {
  const hide = createMasker(options.secrets ?? []);
  if (options.signal?.aborted) throw stopped(options.signal, file);
  const collected: string[] = [];
  let size = 0;
  let stderr = '';
  const child = execa(file, args, {
    env: { ...childEnv(options.env), ...options.extraEnv },
    extendEnv: false,
    stdio: ['ignore', 'pipe', 'pipe', ...(options.fds ?? [])] as ['ignore', 'pipe', 'pipe'],
    buffer: false,
    timeout: Math.ceil(options.timeoutSeconds * 1000),
    forceKillAfterDelay: (options.killAfterSeconds ?? KILL_AFTER_SECONDS) * 1000,
    killDescendants: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  let fault: unknown;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (fault !== undefined) return;
    try {
      if (options.onStdout) options.onStdout(text);
      else if ((size += text.length) > STDOUT_LIMIT)
        throw new VenError('tool-failed', {
          summary: `${file} printed too much: more than 256 MiB`,
        });
      else collected.push(text);
    } catch (error) {
      fault = error;
      child.kill('SIGTERM');
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_LIMIT);
  });

  let exitCode = 0;
  try {
    await child;
  } catch (error) {
    if (fault !== undefined) throw fault as Error;
    if (!(error instanceof ExecaError)) throw error;
    exitCode = error.exitCode ?? -1;
    if (error.isCanceled && options.signal) throw stopped(options.signal, file);
    if (error.code === 'ENOENT' || error.code === 'EACCES') throw missingProgram(file, error.code);
    const command = hide(commandLine(file, args));
    if (error.timedOut) {
      throw new VenError('tool-failed', {
        summary: `${file} took longer than ${options.timeoutSeconds} s and was stopped`,
        detail: [command, lastLines(hide(stderr))].filter(Boolean).join('\n'),
      });
    }
    if (options.accept !== 'any' || error.exitCode === undefined) {
      throw explain({
        command,
        words:
          lastLines(hide(stderr)) ||
          (error.signal ? `It was ended by ${error.signal}.` : hide(error.originalMessage ?? '')),
        program: file,
      });
    }
  }
  if (fault !== undefined) throw fault as Error;
  return { exitCode, stdout: collected.join(''), stderr: hide(stderr) };
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
  return text.trim().split('\n').slice(-15).join('\n');
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
};

export function missingProgram(file: string, code: string): VenError {
  return new VenError('host-not-ready', {
    summary:
      code === 'EACCES' ? `${file} can't be executed` : `${file} is not installed, or not in PATH`,
    hint: `Install it: sudo apt-get install ${PACKAGES[file] ?? file}`,
  });
}
