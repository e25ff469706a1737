/**
 * What is typed at a node, and when: which lines are prompts, what must have come before an answer,
 * Enter after a silence. It decides; the caller types.
 */
import {
  isOfOsLogin,
  ownEntry,
  type NodeEffect,
  type ProfileAnswer,
  type ProfileCredential,
  type ProfileTrouble,
} from '../model/index.js';
import { askedAgain } from './failures.js';
import { isKernelMessage, type ConsoleLine } from './lines.js';
import type { WatcherMemory } from './memory.js';
import type { LineMask } from '../secrets/index.js';
import type { FlowRules, StageRules } from './rules.js';

/** How long it is unknown whether an answer was typed before a kill. Milliseconds. */
const CERTAIN = 10_000;
/** How often Enter is typed in one visit of a stage to show a login prompt. */
const WAKES = 3;

export interface Armed {
  trouble: ProfileTrouble;
  prompt: RegExp;
  /** The line that showed the trouble. */
  line: string;
}

type Memory = Pick<
  WatcherMemory,
  'answered' | 'answers' | 'armed' | 'login' | 'recoveries' | 'saidAt' | 'typed' | 'woken'
>;

export interface TypingOptions {
  memory: Memory;
  mask: LineMask;
  rules: FlowRules;
  /** The rules of the stage that the node is in. */
  here: () => StageRules;
  /** As the console of the installed system echoes it. Absent: no login there is ven's. */
  osUsername: string | undefined;
  /** A line for people, without secrets. */
  shown: (line: string) => string;
}

/** `failure`: the prompt came once too often. */
interface Reply {
  effects: NodeEffect[];
  failure: ReturnType<typeof askedAgain> | null;
}

export class Typing {
  readonly #memory: Memory;
  readonly #options: TypingOptions;
  /** `since`: a restored watcher's first input, until there is output after the last answer. */
  #unsure: { since: number | null } | null = null;

  constructor(options: TypingOptions) {
    this.#memory = options.memory;
    this.#options = options;
  }

  /** A prompt that has an answer here, or was just answered. */
  readonly has = (text: string): boolean => {
    const line = text.trimEnd();
    return (
      line !== '' &&
      (this.isOpen(line) ||
        this.armed?.prompt.test(line) === true ||
        this.#answers.find(line) !== null)
    );
  };

  get #answers(): StageRules['answers'] {
    return this.#options.here().answers;
  }

  /** It is the answered prompt, with or without the typed text after it. */
  isAnswered(line: string): boolean {
    const { answered } = this.#memory;
    if (answered === null || answered.line === '') return false;
    return this.#options.mask.mask(line).startsWith(answered.line);
  }

  /** It is the answered prompt, without any text after it. */
  isOpen(line: string): boolean {
    return this.#memory.answered?.line === this.#options.mask.mask(line);
  }

  /** The trouble that waits for its prompt. */
  get armed(): Armed | null {
    const { armed } = this.#memory;
    const recovery = armed && this.#options.rules.recoveries.get(armed.trouble);
    return armed && recovery ? { ...recovery, line: armed.line } : null;
  }

  /** In this visit of the stage. */
  hasTyped(credential: ProfileCredential): boolean {
    return this.#options
      .here()
      .stage.answers.some(
        ({ send }, index) =>
          send.kind === 'credential' &&
          send.credential === credential &&
          (this.#memory.answers[index] ?? 0) > 0,
      );
  }

  /** A visit of a stage begins. */
  entered(): void {
    this.#memory.answers = [];
    this.#memory.armed = null;
    delete this.#memory.woken;
    delete this.#memory.login;
  }

  /** The watcher continues from its memory, at this unfinished line. */
  resumed(line: string): void {
    // No output came after the answer: it may not have been typed.
    if (this.isOpen(line)) this.#unsure = { since: null };
  }

  /** The time of an input. */
  at(time: number): void {
    if (this.#unsure) this.#unsure.since ??= time;
  }

  /** After output. */
  heard(line: string): void {
    if (this.#unsure && !this.isOpen(line)) this.#unsure = null;
  }

  /** A complete line. Returns whether it is an answered prompt with its answer: no news. */
  completed({ text, line, aside }: ConsoleLine): boolean {
    if (aside) return false;
    const answered = this.isAnswered(line);
    if (answered) this.#answeredWith(line);
    else this.#passed(line);
    this.#memory.answered = null;
    return answered && text === line;
  }

  /** Whose login it is, by what stands after an answered prompt. */
  #answeredWith(line: string): void {
    const { answered } = this.#memory;
    if (answered?.send.kind !== 'credential') return;
    const isOurs = answered.index === null;
    const { credential } = answered.send;
    if (credential === 'os-password') this.#memory.login = isOurs ? 'in' : 'others';
    if (credential !== 'os-username') return;
    const typed = line.slice(answered.line.length).trim();
    this.#memory.login = isOurs && this.#isOurName(typed) ? 'named' : 'others';
  }

  /** Stars: of a line that was stored without secrets. Nothing: the system echoes no names. */
  #isOurName(echo: string): boolean {
    const name = this.#options.osUsername ?? '';
    if (echo === '') return true;
    return (
      echo.length === name.length &&
      [...echo].every((sign, at) => '*' === sign || sign === name[at])
    );
  }

  /** Any other line. */
  #passed(line: string): void {
    if (line.trim() === '' || isKernelMessage(line)) return;
    const { answer } = this.#answers.find(line.trimEnd()) ?? {};
    // What looks like a shell's prompt may be any output.
    if (answer && isOfOsLogin(answer) && answer.send.kind === 'credential') this.#isOurTurn(answer);
    if (this.#memory.login === 'named') this.#memory.login = 'in';
  }

  /**
   * Whether ven's own login has led to this prompt of the installed system: its password is for the
   * prompt right after its name, a command for the shell behind that.
   */
  #isOurTurn({ send }: ProfileAnswer): boolean {
    const memory = this.#memory;
    if (send.kind === 'credential' && send.credential === 'os-username') {
      delete memory.login;
      return true;
    }
    const { answers } = this.#options.here().stage;
    const isOurs =
      send.kind === 'command'
        ? memory.login === 'named' ||
          memory.login === 'in' ||
          answers.every((other) => other.send.kind === 'command' || !isOfOsLogin(other))
        : memory.login === 'named';
    if (!isOurs) memory.login = 'others';
    return isOurs;
  }

  /** The unfinished line stays as it is, and it is no news: what is typed there. */
  settled(line: string): Reply {
    const { armed } = this;
    if (armed?.prompt.test(line)) return reply(this.#recover(armed, line));
    const found = this.#answers.find(line);
    if (!found) return reply([]);
    const { answer, index } = found;
    if (isOfOsLogin(answer) && !this.#isOurTurn(answer))
      return reply([{ kind: 'not-ours', prompt: this.#options.shown(line) }]);
    const { answers } = this.#memory;
    const given = answers[index] ?? 0;
    while (answers.length < index) answers.push(0);
    if (given >= answer.atMost) return { effects: [], failure: askedAgain(answer.send, given) };
    return reply([this.#type(line, answer.send, index)]);
  }

  #recover({ trouble, line }: Armed, prompt: string): NodeEffect[] {
    const memory = this.#memory;
    if (!trouble.recover) return [];
    const { text, atMost } = trouble.recover;
    const attempt = (ownEntry(memory.recoveries, trouble.name) ?? 0) + 1;
    memory.recoveries[trouble.name] = attempt;
    memory.armed = null;
    const stage = this.#options.here().stage.name;
    return [
      { kind: 'recovering', stage, trouble: trouble.title, attempt, atMost, line },
      this.#type(prompt, { kind: 'text', text }, null),
    ];
  }

  /** What time causes, when nothing is printed since then. */
  due(since: number, line: () => string): { at: number; run: () => NodeEffect[] }[] {
    const memory = this.#memory;
    const due: { at: number; run: () => NodeEffect[] }[] = [];
    const { wake } = this.#options.here();
    if (wake !== null && this.#mayWake && line() === '') {
      const at = since + wake * 1000;
      const run = (): NodeEffect[] => {
        memory.woken = (memory.woken ?? 0) + 1;
        memory.saidAt = at; // the next one after the same silence
        return [this.#type('', { kind: 'text', text: '' }, null)];
      };
      due.push({ at, run });
    }
    const { answered } = memory;
    if (this.#unsure?.since != null && answered) {
      const run = (): NodeEffect[] => {
        this.#unsure = null;
        return [typeEffect(answered)];
      };
      due.push({ at: this.#unsure.since + CERTAIN, run });
    }
    return due;
  }

  /** Other output may have hidden a login prompt. */
  get #mayWake(): boolean {
    const { answered, answers, login, woken = 0 } = this.#memory;
    return (
      answered === null &&
      login !== 'others' &&
      woken < WAKES &&
      answers.every((given) => given === 0)
    );
  }

  #type(line: string, send: ProfileAnswer['send'], index: number | null): NodeEffect {
    const memory = this.#memory;
    memory.typed += 1;
    memory.answered = {
      line: this.#options.mask.mask(line),
      answer: memory.typed,
      stage: this.#options.here().stage.name,
      prompt: this.#options.shown(line),
      send,
      index,
    };
    return typeEffect(memory.answered);
  }

  /** See `NodeWatcher.standing`. */
  standing(answer: number, line: string): 'asked' | 'written-on' | 'over' {
    const { answered } = this.#memory;
    if (answered?.answer !== answer) return 'over';
    if (this.isOpen(line)) return 'asked';
    // A line that is no longer quiet needs no Enter.
    return answered.line === '' ? 'over' : 'written-on';
  }

  /** The answer is about to be typed, so it counts. */
  typing(answer: number): void {
    const { answered, answers } = this.#memory;
    if (answered?.answer !== answer || answered.index === null) return;
    answers[answered.index] = (answers[answered.index] ?? 0) + 1;
    answered.index = null;
  }
}

function reply(effects: NodeEffect[]): Reply {
  return { effects, failure: null };
}

function typeEffect({ answer, stage, prompt, send }: NonNullable<Memory['answered']>): NodeEffect {
  return { kind: 'type', answer, stage, prompt, send };
}
