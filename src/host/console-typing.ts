/**
 * Typing at a domain's serial console. virsh wants a terminal, so it gets a pseudo terminal of its own, made by script(1). What is
 * typed goes through pipes and terminals only: it is in no argument and in no environment.
 */
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { VenError } from '../model/index.js';
import { answerOf, explain } from './answers.js';
import { childEnv, commandLine, missingProgram, run, stopped, type Env } from './exec.js';

export interface TypeRequest {
  uri: string;
  /** Of a domain that runs. */
  uuid: string;
  text: string;
  env: Env;
  signal: AbortSignal;
  timeoutSeconds?: number | undefined;
}

const ESCAPE = '\u001d';
const TIMEOUT_SECONDS = 20;
const POLL_MS = 50;
/** The longest that we wait for the node's answer to what was typed, before we leave. */
const ANSWER_MS = 1500;
/** What has come back is followed by what libvirt still has under way. */
const SETTLE_MS = 150;
const KEPT_CHARACTERS = 4096;

/**
 * Attaches, types the text and a carriage return, leaves. Resolves once libvirt has taken it: to `busy`, with nothing typed, when somebody else is attached.
 * @throws VenError what libvirt answers, `host-not-ready` without script(1), `interrupted` when aborted, `tool-failed` at the time limit. Nothing of the text is in it.
 */
export async function typeOnConsole(request: TypeRequest): Promise<'typed' | 'busy'> {
  const { uri, uuid, env, signal } = request;
  signal.throwIfAborted();
  const virsh = ['-c', uri, 'console', uuid, '--safe'];
  // The terminal's name comes first, so that we can look at its modes.
  const session = `tty; exec ${commandLine('virsh', ['-q', ...virsh])}`;
  const child = spawn('script', ['-q', '-e', '-c', session, '/dev/null'], {
    env: { ...childEnv(env), SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  const timer = setTimeout(
    () => {
      kill(child.pid);
    },
    (request.timeoutSeconds ?? TIMEOUT_SECONDS) * 1000,
  );
  const abort = (): void => {
    kill(child.pid);
  };
  signal.addEventListener('abort', abort, { once: true });
  let output = '';
  let typed = false;
  let answered = 0;
  child.stdin.on('error', () => undefined); // it has ended; its exit code says why
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (typed) answered ||= performance.now();
    else output = (output + text).slice(0, KEPT_CHARACTERS);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const over = ended.then(
    () => true,
    () => true,
  );
  try {
    while (!(await isRaw(output, env)) && !(await Promise.race([over, pause(POLL_MS, false)])));
    if (child.exitCode === null && child.pid !== undefined) {
      typed = true;
      child.stdin.write(`${request.text}\r`);
      const began = performance.now();
      const settled = (): boolean => answered > 0 && performance.now() > answered + SETTLE_MS;
      while (!settled() && performance.now() < began + ANSWER_MS) if (await Promise.race([over, pause(POLL_MS, false)])) break;
      child.stdin.write(ESCAPE);
    }
    const exitCode = await ended;
    if (signal.aborted) throw stopped(signal, 'virsh');
    if (exitCode === 0 && typed) return 'typed';
    const words = output.replace(/^\/dev\/\S+\r?\n/, '').replaceAll('\r', '');
    if (answerOf(words) === 'console-busy') return 'busy';
    throw exitCode === null
      ? new VenError('tool-failed', { summary: 'Typing at the console took too long and was stopped', detail: commandLine('virsh', virsh) })
      : explain({ command: commandLine('virsh', virsh), words: words.trim() || `exit code ${exitCode}`, program: 'virsh' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT' || code === 'EACCES' ? missingProgram('script', code) : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** virsh puts its terminal into raw mode, which throws away what was typed before, and then attaches; from then on all that is typed is kept for it. */
async function isRaw(output: string, env: Env): Promise<boolean> {
  const [, terminal] = /^(\/dev\/\S+)\r?\n/.exec(output) ?? [];
  if (terminal === undefined) return false;
  const { stdout } = await run('stty', ['-F', terminal, '-a'], { env, timeoutSeconds: 5, accept: 'any' });
  return stdout.includes('-icanon');
}

/** Its child is virsh, on the terminal that goes away with it. */
function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
