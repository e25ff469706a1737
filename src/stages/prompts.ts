/** Which lines are prompts to a watcher, and what became of the one that it answered. */
import type { ProfileTrouble } from '../model/index.js';
import type { WatcherMemory } from './memory.js';
import type { LineMask } from './redact.js';
import type { FlowRules, StageRules } from './rules.js';

export interface Armed {
  trouble: ProfileTrouble;
  prompt: RegExp;
  /** That told of it. */
  line: string;
}

export class Prompts {
  readonly #memory: Pick<WatcherMemory, 'answered' | 'armed'>;
  readonly #mask: LineMask;
  readonly #rules: FlowRules;
  readonly #here: () => StageRules;

  /** @param here of the stage that the node is in. */
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

  /** Something that is answered here, or was just now. */
  readonly has = (text: string): boolean => {
    const line = text.trimEnd();
    return (
      line !== '' &&
      (this.isOpen(line) ||
        this.armed?.prompt.test(line) === true ||
        this.#here().answers.find(line) !== null)
    );
  };

  /** It is the prompt that was answered, and what was typed there. */
  isAnswered(line: string): boolean {
    const { answered } = this.#memory;
    return answered !== null && this.#mask.mask(line).startsWith(answered.line);
  }

  /** It is the prompt that was answered, and nothing was typed there. */
  isOpen(line: string): boolean {
    return this.#memory.answered?.line === this.#mask.mask(line);
  }

  /** Trouble that waits for its prompt. */
  get armed(): Armed | null {
    const { armed } = this.#memory;
    const recovery = armed && this.#rules.recoveries.get(armed.trouble);
    return armed && recovery ? { ...recovery, line: armed.line } : null;
  }
}
