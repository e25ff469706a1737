/** virsh, many commands to a process: `virsh "a; echo MARK; b; echo MARK"`. */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { VenError } from '../../model/index.js';
import { createMasker } from '../../secrets/index.js';
import { unlinkedFile } from '../state/temporary.js';
import { actOf, CONNECT_SECONDS, limitOf, onlyReads, type Act } from './acts.js';
import { answerOf, type Answer } from './answers.js';
import { silentHost } from './away.js';
import { explain, stuckHint } from './explain.js';
import { commandLine, run, tooMuch, type Env, type Ran } from '../exec.js';
import { isLocal } from './local.js';
import { MarkSplitter } from './mark-splitter.js';
import { portHolder } from './port-holder.js';
import { overSharedSsh } from './ssh.js';
import { Silence, waitForEach, waitForSilence, type Wait } from './waiting.js';

/**
 * A word of a command: text, content that virsh reads from a file, or a file that it reads or
 * writes, which the caller closes.
 */
export type Word = string | { file: string | Uint8Array } | { fd: number };
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
  /** Is told what libvirt has not answered for some seconds, again and again until it has. */
  waiting?: ((what: string) => void) | undefined;
}

export interface AskOptions {
  /** For all commands together. Default: each has its own limit (`limitOf`). */
  timeoutSeconds?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Secrets in the files that virsh reads; never shown in its errors. */
  secrets?: readonly string[];
  /**
   * Gets each command's output as soon as it is complete, in order. There are then no replies: the
   * output of a failed command is empty.
   */
  onText?: (index: number, text: string) => void;
  /** Gets each reply as soon as it is complete, in order, before all are there. */
  onReply?: (index: number, reply: VirshReply) => void;
}

/** libvirt did not answer within the limit. */
export class NoAnswer extends VenError {}

/** No connection came to be within its limit. */
class NoConnection extends VenError {}

/** The kernel takes 128 KiB in one argument; this leaves a margin. */
const ARGUMENT_LIMIT = 120 * 1024;
/** Characters of one answer; libvirt's own limit of a message is 32 MiB. */
const ANSWER_LIMIT = 32 * 1024 * 1024;
/** What came back in place of an answer is shown up to here, in characters. */
const SHOWN = 400;
/** How often a list that was not whole is asked for again. */
const LIST_AGAIN = 3;
/**
 * Not started, hung or refused: then nothing was done, and every command would fail in the same
 * way.
 */
const GENERAL: ReadonlySet<Answer> = new Set(['unreachable', 'no-permission', 'away', 'no-driver']);

export class Virsh {
  readonly uri: string;
  readonly #options: VirshOptions;
  readonly #names = new Map<string, string>();

  constructor(options: VirshOptions) {
    this.uri = options.uri;
    this.#options = options;
  }

  /** Names for UUIDs, for people; most lists have the UUID in their place. */
  learnNames(names: Iterable<readonly [uuid: string, name: string]>): void {
    for (const [uuid, name] of names) if (name !== uuid) this.#names.set(uuid, name);
  }

  /**
   * Runs the commands in order, one process for as many as fit into 120 KiB; a failing one does not
   * stop those after it. A list that fails because something of it went is asked for again.
   * @throws VenError when libvirt can't be reached, a `NoAnswer` when the time is up.
   */
  async ask(commands: readonly Command[], options: AskOptions = {}): Promise<VirshReply[]> {
    const replies: VirshReply[] = [];
    let offset = 0;
    for (const chunk of inChunks(commands)) {
      const before = offset;
      offset += chunk.length;
      const { onText, onReply } = options;
      if (onText) {
        await this.#hear(chunk, options, (index, text) => {
          onText(before + index, text);
        });
        continue;
      }
      const asked = await this.#askOnce(chunk, {
        ...options,
        ...(onReply && {
          onReply: (index, reply) => {
            onReply(before + index, reply);
          },
        }),
      });
      replies.push(...(await this.#listedWhole(chunk, asked, options)));
    }
    return replies;
  }

  /** Lists that something went from while they were read are asked for again. */
  async #listedWhole(
    commands: readonly Command[],
    replies: readonly VirshReply[],
    { signal, timeoutSeconds }: AskOptions,
  ): Promise<VirshReply[]> {
    const whole = [...replies];
    for (let again = 0; again < LIST_AGAIN; again += 1) {
      const broken = whole.flatMap(({ answer }, at) => (answer === 'went-meanwhile' ? [at] : []));
      if (broken.length === 0) break;
      const lists = broken.map((at) => commands[at] ?? []);
      const asked = await this.#askOnce(lists, { signal, timeoutSeconds });
      for (const [index, reply] of asked.entries()) whole[broken[index] ?? NaN] = reply;
    }
    return whole;
  }

  /** Quickly where that can be; what a silence leaves open is asked again. */
  async #hear(
    commands: readonly Command[],
    options: AskOptions,
    onText: (index: number, text: string) => void,
  ): Promise<void> {
    let heard = 0;
    const hearing: AskOptions = {
      ...options,
      onText: (_, text) => {
        onText(heard, text);
        heard += 1;
      },
    };
    const isRead = (command: Command): boolean => onlyReads(actIn(command));
    const quick =
      isLocal(this.uri) && options.timeoutSeconds === undefined && commands.every(isRead);
    try {
      await this.#askOnce(commands, hearing, quick);
    } catch (error) {
      if (!(error instanceof Silence)) throw error;
      await this.#askOnce(commands.slice(heard), hearing);
    }
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

  /**
   * `quick`: no end is marked on stderr, which takes virsh a quarter of its time. Then it is not
   * known which command is waited for, and it throws `Silence` when nothing comes.
   */
  async #askOnce(
    commands: readonly Command[],
    options: AskOptions,
    quick = false,
  ): Promise<VirshReply[]> {
    // Random, so that no output can contain the end mark.
    const mark = `@${randomBytes(5).toString('hex')}`;
    const acts = commands.map((command) => actIn(command));
    const texts: string[] = [];
    const complaints: string[] = [];
    let heard = 0;
    let connected = isLocal(this.uri);
    const { onText } = options;
    const answers = new MarkSplitter(mark, ANSWER_LIMIT, (part) => {
      const text = part.trim();
      if (onText) onText(heard, text);
      else texts.push(text);
      heard += 1;
      if (quick) wait.next();
      reply();
    });
    const hide = createMasker(options.secrets ?? []);
    // virsh writes out what it has printed before it complains: the mark here is the answer's end.
    const errors = new MarkSplitter(`error: ${mark}\n`, ANSWER_LIMIT, (part) => {
      if (connected) complaints.push(hide(part).trim());
      connected = true;
      wait.next();
      reply();
    });
    const replyTo = (index: number): VirshReply => {
      const words = complaints[index] ?? '';
      const text = texts[index] ?? '';
      const act = acts[index] ?? connecting(this.uri);
      if (!words.includes('error: ')) return { ok: true, text, answer: 'other', error: null };
      const error = this.#failed(act, commands[index] ?? null, words);
      return { ok: false, text, answer: answerOf(words, act), error };
    };
    let replied = 0;
    const reply = (): void => {
      if (!options.onReply) return;
      for (; replied < Math.min(heard, complaints.length); replied += 1) {
        const next = replyTo(replied);
        // Thrown when virsh has ended.
        if (GENERAL.has(next.answer)) return;
        options.onReply(replied, next);
      }
    };
    const wait: Wait = quick
      ? waitForSilence(commands.map(limitIn), options.signal ?? this.#options.signal)
      : this.#wait(commands, () => (connected ? complaints.length : -1), options);
    const fds: number[] = [this.#options.lockFd ?? openSync('/dev/null', 'r')];
    let ran: Ran;
    try {
      const script = commands
        .map((command) => {
          const words = command.map((word) => {
            if (typeof word === 'string') return quote(word);
            fds.push(hasFd(word) ? word.fd : unlinkedFile(word.file, this.#options.env));
            // Not /dev/fd, which is a link that only udev makes.
            return `/proc/self/fd/${fds.length + 2}`;
          });
          return `${words.join(' ')};echo ${mark};${quick ? '' : `echo --err ${mark};`}`;
        })
        .join('');
      const opening = connected ? '' : `echo --err ${mark};`;
      const take = (into: MarkSplitter) => (piece: string) => {
        if (!into.write(piece))
          throw tooMuch(
            'virsh',
            this.#shown(commands[quick ? heard : complaints.length]),
            ANSWER_LIMIT,
          );
      };
      const uri = overSharedSsh(this.uri, this.#options.env);
      ran = await run('virsh', ['-q', '-c', uri, `${opening}${script}`], {
        env: this.#options.env,
        timeoutSeconds: wait.limitSeconds,
        signal: wait.signal,
        killAfterSeconds: acts.every(onlyReads) ? 0.5 : undefined,
        endsWithVen: acts.every(onlyReads),
        fds,
        onStdout: take(answers),
        onStderr: take(errors),
        accept: 'ended',
      });
    } catch (error) {
      throw error instanceof NoConnection ? await silentHost(this.uri, CONNECT_SECONDS) : error;
    } finally {
      wait.end();
      const lent = commands.flat().flatMap((word) => (hasFd(word) ? [word.fd] : []));
      for (const fd of fds) if (fd !== this.#options.lockFd && !lent.includes(fd)) closeSync(fd);
    }
    const last = hide(errors.rest).trim();
    const general = [...complaints, last].find(
      (words, index) =>
        words !== '' && GENERAL.has(answerOf(words, acts[index] ?? connecting(this.uri))),
    );
    if (general !== undefined) throw this.#failed(connecting(this.uri), null, general);
    if (heard < commands.length) {
      const at = quick ? heard : Math.min(heard, complaints.length);
      if (last.includes('error: '))
        throw this.#failed(acts[at] ?? connecting(this.uri), null, last);
      throw this.#broke(commands, at, ran, [hide(answers.rest), last]);
    }
    if (onText) return [];
    return commands.map((_command, index) => replyTo(index));
  }

  /** `answered`: -1: not even the connection is there. */
  #wait(commands: readonly Command[], answered: () => number, options: AskOptions): Wait {
    const first = answered();
    const limits = commands.map(limitIn);
    return waitForEach({
      limits: first < 0 ? [CONNECT_SECONDS, ...limits] : limits,
      timeoutSeconds: options.timeoutSeconds,
      signal: options.signal ?? this.#options.signal,
      answered: () => answered() - first,
      tell: (_, seconds) => {
        const at = answered();
        const what = at < 0 ? `the connection to ${this.uri}` : this.#what(commands[at]);
        this.#options.waiting?.(`${what} (${seconds} s)`);
      },
      tooLong: (_, seconds) => {
        const at = answered();
        if (at < 0) return new NoConnection('host-not-ready', { summary: this.uri });
        return this.#noAnswer(commands[at] ?? [], seconds);
      },
    });
  }

  #noAnswer(command: Command, seconds: number): NoAnswer {
    const act = actIn(command);
    let hint = 'See whether libvirt answers at all: virsh ' + `-c ${this.uri} list`;
    if (act.kind === 'domain') hint = stuckHint(act);
    if (act.kind === 'pool' || act.kind === 'volume')
      hint = 'See whether the storage behind that pool answers (a network drive, for example)';
    return new NoAnswer('tool-failed', {
      summary: `libvirt has not answered for ${seconds} s: ${this.#what(command)}`,
      detail: this.#shown(command),
      hint,
    });
  }

  /** virsh ended, or went wrong, before it had answered everything. */
  #broke(
    commands: readonly Command[],
    at: number,
    { exitCode, signal }: Ran,
    [said = '', complained = '']: string[],
  ): VenError {
    const how = signal === null ? `exit code ${exitCode}` : signal;
    const came = [said.trim(), complained].filter((text) => text !== '').join('\n');
    const excerpt = came.length > SHOWN ? `${came.slice(0, SHOWN)} …` : came;
    return new VenError('tool-failed', {
      summary:
        `virsh ended (${how}) without an answer to: ${this.#what(commands[at])} ` +
        `(${at} of ${commands.length} answered)`,
      detail: [
        came === '' ? 'It printed nothing more.' : `It printed:\n${excerpt}`,
        this.#shown(commands[at]),
      ].join('\n'),
      hint:
        signal === null
          ? 'See whether this is the real virsh (type virsh), and whether it works: ' +
            `virsh -c ${this.uri} list`
          : 'Try again. The log of the machine says who ended it: journalctl -k',
    });
  }

  /** `command`: null: none of them, the connection itself. */
  #failed(act: Act, command: Command | null, words: string): VenError {
    return explain({
      command:
        command === null ? commandLine('virsh', ['-c', this.uri, 'list']) : this.#shown(command),
      words,
      program: 'virsh',
      act,
      uri: this.uri,
      holder: isLocal(this.uri) ? portHolder : undefined,
    });
  }

  /** For pasting. */
  #shown(command: Command = []): string {
    return commandLine('virsh', ['-c', this.uri, ...command.map(wordShown)]);
  }

  /** For people: `dumpxml of edge-lab_edge-1`. */
  #what(command: Command = []): string {
    const { verb, object } = actIn(command);
    return object === null ? verb : `${verb} of ${this.#names.get(object) ?? object}`;
  }
}

function hasFd(word: Word): word is { fd: number } {
  return typeof word !== 'string' && 'fd' in word;
}

function wordShown(word: Word): string {
  return typeof word === 'string' ? word : 'FILE';
}

function actIn(command: Command): Act {
  return actOf(command.map(wordShown));
}

function limitIn(command: Command): number {
  return limitOf(actIn(command));
}

function connecting(uri: string): Act {
  return { kind: 'connection', verb: 'connect', object: uri };
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
