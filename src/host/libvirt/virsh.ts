/** virsh, many commands to a process: `virsh "a; echo MARK; b; echo MARK"`. */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VenError } from '../../model/index.js';
import { answerOf, explain, type Answer } from './answers.js';
import { commandLine, run, type Env } from '../exec.js';

/** A word of a command: text, or content that virsh reads from a file. */
export type Word = string | { file: string | Uint8Array };
export type Command = readonly Word[];

export interface VirshReply {
  ok: boolean;
  /** Its output, trimmed. */
  text: string;
  /** Why it failed; only when not ok. */
  answer: Answer;
  /** The error of the failure; only when not ok. */
  error: VenError | null;
}

export interface VirshOptions {
  uri: string;
  env: Env;
  lockFd?: number | undefined;
  /** Ends a query that has no signal of its own. */
  signal?: AbortSignal | undefined;
}

export interface AskOptions {
  timeoutSeconds?: number;
  signal?: AbortSignal | undefined;
  /** Secrets in the files that virsh reads; never shown in its errors. */
  secrets?: readonly string[];
  /**
   * Gets each command's output as soon as it is complete, in order. There are then no replies: the
   * output of a failed command is empty.
   */
  onText?: (index: number, text: string) => void;
}

/** The kernel takes 128 KiB in one argument; this leaves a margin. */
const ARGUMENT_LIMIT = 120 * 1024;
const DEFAULT_TIMEOUT_SECONDS = 120;
/**
 * Not started, hung or refused: then nothing was done, and every command would fail in the same
 * way.
 */
const GENERAL: ReadonlySet<Answer> = new Set(['unreachable', 'no-permission']);

export class Virsh {
  readonly uri: string;
  readonly #options: VirshOptions;

  constructor(options: VirshOptions) {
    this.uri = options.uri;
    this.#options = options;
  }

  /**
   * Runs the commands in order, one process for as many as fit into 120 KiB; a failing one does not
   * stop those after it.
   * @throws VenError when libvirt can't be reached, or the time is up.
   */
  async ask(commands: readonly Command[], options: AskOptions = {}): Promise<VirshReply[]> {
    const replies: VirshReply[] = [];
    let offset = 0;
    for (const chunk of inChunks(commands)) {
      const before = offset;
      offset += chunk.length;
      const { onText } = options;
      replies.push(
        ...(await this.#askOnce(
          chunk,
          onText
            ? {
                ...options,
                onText: (index, text) => {
                  onText(before + index, text);
                },
              }
            : options,
        )),
      );
    }
    return replies;
  }

  /** As `ask`, but the first command that fails is thrown, unless its answer is in `fine`. */
  async must(
    commands: readonly Command[],
    fine: readonly Answer[] = [],
    options: AskOptions = {},
  ): Promise<string[]> {
    const replies = await this.ask(commands, options);
    for (const { error, answer } of replies)
      if (error !== null && !fine.includes(answer)) throw error;
    return replies.map(({ text }) => text);
  }

  async #askOnce(commands: readonly Command[], options: AskOptions): Promise<VirshReply[]> {
    // Random, so that no output can contain the end mark.
    const mark = `@${randomBytes(5).toString('hex')}`;
    const fds: number[] = [this.#options.lockFd ?? openSync('/dev/null', 'r')];
    const script = commands
      .map((command) => {
        const words = command.map((word) => {
          if (typeof word === 'string') return quote(word);
          fds.push(fileWith(word.file));
          return `/dev/fd/${fds.length + 2}`;
        });
        return `${words.join(' ')};echo ${mark};${options.onText ? '' : `echo --err ${mark};`}`;
      })
      .join('');
    const texts: string[] = [];
    let ended = 0;
    let rest = '';
    const onStdout = (piece: string): void => {
      rest += piece;
      for (let end = rest.indexOf(mark); end >= 0; end = rest.indexOf(mark)) {
        const text = rest.slice(0, end).trim();
        rest = rest.slice(end + mark.length);
        const index = ended;
        ended += 1;
        if (options.onText) options.onText(index, text);
        else texts.push(text);
      }
    };
    try {
      const { stderr, exitCode } = await run('virsh', ['-q', '-c', this.uri, script], {
        env: this.#options.env,
        timeoutSeconds: options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
        signal: options.signal ?? this.#options.signal,
        secrets: options.secrets,
        fds,
        onStdout,
        accept: 'any',
      });
      const complaints = stderr.split(new RegExp(`^error: ${mark}\\s*`, 'm'));
      const general = complaints.find((words) => GENERAL.has(answerOf(words)));
      if (ended < commands.length || general !== undefined) {
        throw explain({
          command: commandLine('virsh', ['-c', this.uri, 'list']),
          words: general ?? (stderr.replaceAll(mark, '') || `exit code ${exitCode}`),
          program: 'virsh',
        });
      }
      if (options.onText) return [];
      return commands.map((command, index) =>
        this.#reply(command, texts[index] ?? '', complaints[index]?.trim() ?? ''),
      );
    } finally {
      for (const fd of fds) if (fd !== this.#options.lockFd) closeSync(fd);
    }
  }

  #reply(command: Command, text: string, words: string): VirshReply {
    if (!words.includes('error: ')) return { ok: true, text, answer: 'other', error: null };
    const shown = commandLine('virsh', [
      '-c',
      this.uri,
      ...command.map((word) => (typeof word === 'string' ? word : 'FILE')),
    ]);
    return {
      ok: false,
      text,
      answer: answerOf(words),
      error: explain({ command: shown, words, program: 'virsh' }),
    };
  }
}

/**
 * virsh parses a command line like a shell: nothing is special between single quotes.
 */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function* inChunks(commands: readonly Command[]): Generator<Command[]> {
  let chunk: Command[] = [];
  let size = 0;
  for (const command of commands) {
    const length = command.reduce(
      (sum, word) => sum + (typeof word === 'string' ? Buffer.byteLength(quote(word)) : 12) + 1,
      50,
    );
    if (chunk.length > 0 && size + length > ARGUMENT_LIMIT) {
      yield chunk;
      chunk = [];
      size = 0;
    }
    chunk.push(command);
    size += length;
  }
  if (chunk.length > 0) yield chunk;
}

/**
 * An unlinked file: no other user can read it, and nothing is left behind, however the run ends.
 */
function fileWith(content: string | Uint8Array): number {
  const path = join(tmpdir(), `ven-${randomBytes(8).toString('hex')}`);
  const fd = openSync(
    path,
    constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  unlinkSync(path);
  const bytes = Buffer.from(content);
  for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written);
  return fd;
}
