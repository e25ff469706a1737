/** Which lines are prompts for a watcher, and the state of the prompt that it answered. */
import type { ProfileTrouble } from '../model/index.js';
import type { WatcherMemory } from './memory.js';
import type { LineMask } from '../secrets/index.js';
import type { FlowRules, StageRules } from './rules.js';

export interface Armed {
  trouble: ProfileTrouble;
  prompt: RegExp;
  /** The line that showed the trouble. */
  line: string;
}

export class Prompts {
  readonly #memory: Pick<WatcherMemory, 'answered' | 'armed'>;
  readonly #mask: LineMask;
  readonly #rules: FlowRules;
  readonly #here: () => StageRules;

  /** @param here the rules of the stage that the node is in. */
  constructor(
    memory: Pick<WatcherMemory, 'answered' | 'armed'>,
    mask: LineMask,
    rules: FlowRules,
    here: () => StageRules,
  ) {
    this.#memory = memory;
    this.#mask = mask;
    this.#rules = rules;
    this.#here = here;
  }

  /** A prompt that has an answer here, or was just answered. */
  readonly has = (text: string): boolean => {
    const line = text.trimEnd();
    return (
      line !== '' &&
      (this.isOpen(line) ||
        this.armed?.prompt.test(line) === true ||
        this.#here().answers.find(line) !== null)
    );
  };

  /** It is the answered prompt, with or without the typed text after it. */
  isAnswered(line: string): boolean {
    const { answered } = this.#memory;
    if (answered === null || answered.line === '') return false;
    return this.#mask.mask(line).startsWith(answered.line);
  }

  /** It is the answered prompt, without any text after it. */
  isOpen(line: string): boolean {
    return this.#memory.answered?.line === this.#mask.mask(line);
  }

  /** The trouble that waits for its prompt. */
  get armed(): Armed | null {
    const { armed } = this.#memory;
    const recovery = armed && this.#rules.recoveries.get(armed.trouble);
    return armed && recovery ? { ...recovery, line: armed.line } : null;
  }
}
