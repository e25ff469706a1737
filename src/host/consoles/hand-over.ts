/**
 * Programs that the user operates, so without the time limit and captured output of `run`.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { execa, execaSync } from 'execa';
import { VenError } from '../../model/index.js';
import { childEnv, commandLine, missingProgram, stopped, type Env, type Ran } from '../exec.js';

export interface InteractOptions {
  env: Env;
  /** Kills the program at once. */
  signal: AbortSignal;
}

/**
 * Gives the terminal to a program until it ends, without a time limit or captured output. Restores
 * the terminal however it ends. Never rejects for the program's own errors: they are in the answer.
 * @throws VenError `host-not-ready` when there is no such program, `interrupted` when aborted.
 */
export async function interact(
  file: string,
  args: readonly string[],
  { env, signal }: InteractOptions,
): Promise<Pick<Ran, 'exitCode' | 'stderr'>> {
  const settings = { env: childEnv(env), extendEnv: false, reject: false, cwd: '/' } as const;
  const modes = execaSync('stty', ['-g'], { ...settings, stdin: 'inherit' });
  try {
    const ran = await execa(file, args, {
      ...settings,
      stdio: ['inherit', 'inherit', 'pipe'],
      cancelSignal: signal,
      killSignal: 'SIGKILL',
    });
    if (ran.isCanceled) throw stopped(signal, file);
    if (ran.code === 'ENOENT' || ran.code === 'EACCES') throw missingProgram(file, ran.code);
    return { exitCode: ran.exitCode ?? -1, stderr: ran.stderr };
  } finally {
    if (!modes.failed) execaSync('stty', [modes.stdout], { ...settings, stdin: 'inherit' });
  }
}

/** More variables for programs with a window. */
const TO_WINDOWS = [
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'XDG_SESSION_TYPE',
  'XDG_CURRENT_DESKTOP',
];
const WINDOW_OPENS_MS = 1000;

/**
 * Starts a program with a window, which runs on when ven ends.
 * @throws VenError `tool-failed` when it fails within a second, `host-not-ready` when there is no
 * such program.
 */
export async function open(file: string, args: readonly string[], env: Env): Promise<void> {
  const windows = TO_WINDOWS.flatMap((name) =>
    env[name] === undefined ? [] : [[name, env[name]]],
  );
  const child = execa(file, args, {
    env: { ...childEnv(env), ...(Object.fromEntries(windows) as Record<string, string>) },
    extendEnv: false,
    stdio: 'ignore',
    detached: true,
    cleanup: false,
    cwd: '/',
    reject: false,
  });
  const ended = await Promise.race([child, pause(WINDOW_OPENS_MS, null)]);
  if (ended === null || !ended.failed) return;
  if (ended.code === 'ENOENT' || ended.code === 'EACCES') throw missingProgram(file, ended.code);
  throw new VenError('tool-failed', {
    summary: `${file} ended at once, with ${ended.exitCode}`,
    detail: commandLine(file, args),
  });
}
