/**
 * Typing at a domain's serial console. virsh needs a terminal, so it gets its own pseudo terminal
 * from script(1). The text goes through pipes and terminals only: never through an argument or an
 * environment.
 */
import { spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { VenError, type TypeOutcome, type TypeRequest } from '../../model/index.js';
import type { Act } from '../libvirt/acts.js';
import { answerOf } from '../libvirt/answers.js';
import { explain } from '../libvirt/explain.js';
import { childEnv, commandLine, missingProgram, run, stopped, type Env } from '../exec.js';
import { limiter } from '../libvirt/limiter.js';
import { overSharedSsh } from '../libvirt/ssh.js';
import { inTemporaryFolder } from '../state/temporary.js';

/** `timeoutSeconds`: from the start of this typing on, without the wait for others. */
export interface TypeOptions extends TypeRequest {
  uri: string;
  env: Env;
  timeoutSeconds?: number | undefined;
  /** How long what others left behind may come. Default: 2000. */
  leftBehindMs?: number | undefined;
}

const ESCAPE = '\u001d';
const TIMEOUT_SECONDS = 20;
const POLL_MS = 50;
/**
 * The longest wait for the node's answer before detaching: QEMU reads nothing before it notices the
 * client.
 */
const ANSWER_MS = 5000;
/** Time for libvirt to notice that we detach. */
const LEAVE_MS = 1500;
/** The same for each character of a text that is echoed: the node reads one after another. */
const ECHO_MS = 20;
/** Pause after the answer, for bytes that libvirt still transfers. */
const SETTLE_MS = 150;
/**
 * QEMU checks once a second whether a client is at its terminal, and reads input only then. Input
 * of a client that was killed within that second is still there: it arrives first, and ours may
 * then not be wanted any more.
 */
const LEFT_BEHIND_MS = 2000;
const KEPT_CHARACTERS = 4096;
/** The most at the same time: each needs a few processes, and polls its terminal. */
const limited = limiter(8);
/** The consoles that this process has typed at: no input of others is left there. */
const typedAt = new Set<string>();

/**
 * Attaches, types the text and a carriage return, detaches. Resolves once libvirt has taken the
 * text.
 * @throws VenError `tool-failed` (what libvirt answers, or the time limit: it may pass),
 * `host-not-ready` without script(1), `interrupted` when aborted. Nothing of the text is in it.
 */
export function typeOnConsole(request: TypeOptions): Promise<TypeOutcome> {
  return limited(async () => {
    request.signal.throwIfAborted();
    if (!request.wanted(false)) return 'unwanted';
    const keys = await openKeys(request.env);
    try {
      return await typeThrough(keys, request);
    } finally {
      closeSync(keys);
    }
  });
}

async function typeThrough(
  keys: number,
  { uri, uuid, text, wanted, env, signal, timeoutSeconds, leftBehindMs }: TypeOptions,
): Promise<TypeOutcome> {
  signal.throwIfAborted();
  const virsh = ['-c', uri, 'console', uuid, '--safe'];
  const act: Act = { kind: 'domain', verb: 'console', object: uuid };
  // No process may outlive us, or it would hold the console. The terminal's name comes first, so
  // that its modes can be read.
  const through = virsh.with(1, overSharedSsh(uri, env));
  const words = ['--pdeathsig', 'KILL', 'virsh', '-q', ...through];
  const session = `tty; exec ${commandLine('setpriv', words)}`;
  const ours = '[ "$PPID" = "$0" ] && exec script -q -e -c "$1" /dev/null';
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'sh', '-c', ours, String(process.pid), session],
    {
      env: { ...childEnv(env), SHELL: '/bin/sh' },
      stdio: [keys, 'pipe', 'ignore'],
      detached: true,
      cwd: '/',
    },
  );
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  };
  const timer = setTimeout(kill, (timeoutSeconds ?? TIMEOUT_SECONDS) * 1000);
  signal.addEventListener('abort', kill, { once: true });
  let before = '';
  let after = '';
  let typed = false;
  let answered = 0;
  child.stdout?.setEncoding('utf8').on('data', (said: string) => {
    if (!typed) before = (before + said).slice(0, KEPT_CHARACTERS);
    else {
      answered ||= performance.now();
      after = (after + said).slice(0, KEPT_CHARACTERS);
    }
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const over = ended.then(
    () => true,
    () => true,
  );
  const within = (milliseconds: number): Promise<boolean> =>
    Promise.race([over, pause(milliseconds, false)]);
  try {
    let gone = false;
    while (!gone && !(await isRaw(before, env))) gone = await within(POLL_MS);
    // virsh attaches only now, and may be refused.
    gone ||= await within(typedAt.has(uuid) ? SETTLE_MS : (leftBehindMs ?? LEFT_BEHIND_MS));
    if (!gone) {
      if (wanted(true)) {
        typed = true;
        typedAt.add(uuid);
        writeSync(keys, `${text}\r`);
        const began = performance.now();
        // What the node has not read when we leave, it reads only when somebody else attaches.
        const isRead = (): boolean => after[0] !== text[0] || after.length > text.length;
        const settled = (): boolean =>
          answered > 0 && isRead() && performance.now() > answered + SETTLE_MS;
        const limit = began + ANSWER_MS + text.length * ECHO_MS;
        while (!gone && !settled() && performance.now() < limit) gone = await within(POLL_MS);
      }
      // Sent again if needed: virsh recognizes it only at the beginning of a read.
      do writeSync(keys, ESCAPE);
      while (!(await within(LEAVE_MS)));
    }
    const exitCode = await ended;
    if (signal.aborted) throw stopped(signal, 'virsh');
    if (
      exitCode !== 0 &&
      exitCode !== null &&
      answerOf(`${before}${after}`, act) === 'console-busy'
    )
      return 'busy';
    // The text may have arrived, so it is not typed again, whatever happened after that.
    if (typed) return 'typed';
    if (exitCode === 0) return 'unwanted';
    if (exitCode === 127 && before === '') throw missingProgram('script', 'ENOENT');
    const words = before.replace(/^\/dev\/\S+\r?\n/, '').replaceAll('\r', '');
    if (exitCode === null)
      throw new VenError('tool-failed', {
        summary: 'Typing at the console took too long and was stopped',
        detail: commandLine('virsh', virsh),
      });
    const { summary, detail, hint } = explain({
      command: commandLine('virsh', virsh),
      words: words.trim() || `exit code ${exitCode}`,
      program: 'virsh',
      act,
      uri,
    });
    // Also when libvirt does not answer: it may be restarting.
    throw new VenError('tool-failed', { summary, detail, hint });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT' || code === 'EACCES' ? missingProgram('setpriv', code) : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
    if (child.exitCode === null && child.signalCode === null) kill();
  }
}

/**
 * Bytes written to it are typed. An unnamed pipe, open both ways: script(1) holds a writing end
 * too, and so never sees the end of its input, for which it would type Ctrl-D, even when we are
 * killed.
 */
async function openKeys(env: Env): Promise<number> {
  let folder: string | null = null;
  try {
    folder = inTemporaryFolder(env, (parent) => mkdtempSync(join(parent, 'ven-keys-')));
    const pipe = join(folder, 'pipe');
    await run('mkfifo', ['-m', '600', pipe], { env, timeoutSeconds: 5 });
    return openSync(pipe, constants.O_RDWR);
  } catch (error) {
    if (error instanceof VenError) throw error;
    throw new VenError('host-not-ready', {
      summary: `No pipe can be created in ${folder}`,
      detail: (error as Error).message,
    });
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * virsh puts its terminal into raw mode, which discards earlier input, and then attaches; input
 * from then on stays for it.
 */
async function isRaw(output: string, env: Env): Promise<boolean> {
  const [, terminal] = /^(\/dev\/\S+)\r?\n/.exec(output) ?? [];
  if (terminal === undefined) return false;
  try {
    const { stdout } = await run('stty', ['-F', terminal, '-a'], {
      env,
      timeoutSeconds: 5,
      accept: 'any',
    });
    return stdout.includes('-icanon');
  } catch (error) {
    // The terminal hung up during stty: virsh has ended, and its own message counts.
    if (error instanceof VenError && error.code === 'tool-failed') return false;
    throw error;
  }
}
