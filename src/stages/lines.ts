/**
 * The output of a node, line by line. A kernel message in the middle of a prompt is a line of its
 * own, and the prompt stays open.
 */
import { ConsoleText, type ConsoleState } from '../terminal-text/index.js';

export interface LinesState extends ConsoleState {
  /** A prompt that kernel messages followed; empty: none. */
  held: string;
}

export interface ConsoleLine {
  /** The text of the line. */
  text: string;
  /** The same with the open prompt before it. */
  line: string;
  /** A kernel message at a prompt that stays open. */
  aside: boolean;
}

type IsPrompt = (text: string) => boolean;

const STAMP = /\[ *\d+\.\d{6}\]/;
/** A beginning that may become a stamp. */
const STAMP_BEGUN = /\[ *(?:\d+(?:\.\d{0,6})?)?$/;

/** With the kernel's time before it; some programs write as the kernel does. */
export function isKernelMessage(line: string): boolean {
  return line.trimStart().search(STAMP) === 0;
}

export class NodeLines {
  readonly #console: ConsoleText;
  #held: string;

  constructor(from?: LinesState) {
    this.#console = new ConsoleText(from);
    this.#held = from?.held ?? '';
  }

  /** The state to continue from. `mask` is applied to the unfinished line, and keeps its length. */
  state(isPrompt: IsPrompt, mask: (line: string) => string): LinesState {
    const held = this.#held;
    const state = this.#console.state;
    const at = this.#asideAt(state.line, isPrompt) ?? state.line.length;
    // A kernel message at a secret prompt is not secret.
    const line =
      mask(held + state.line.slice(0, at)).slice(held.length) + mask(state.line.slice(at));
    return { ...state, line, sequence: mask(state.sequence), held };
  }

  /** The unfinished line, without a kernel message at a prompt. */
  underWay(isPrompt: IsPrompt): string {
    const unfinished = this.#console.line;
    return (this.#held + unfinished.slice(0, this.#asideAt(unfinished, isPrompt))).trimEnd();
  }

  #asideAt(text: string, isPrompt: IsPrompt): number | undefined {
    const at = (STAMP.exec(text) ?? STAMP_BEGUN.exec(text))?.index;
    return at !== undefined && isPrompt(this.#held + text.slice(0, at)) ? at : undefined;
  }

  /**
   * The lines that these bytes complete. `isPrompt` is called for each line before it is yielded.
   */
  *push(bytes: Uint8Array, isPrompt: IsPrompt): Generator<ConsoleLine, void> {
    const lines = this.#console.push(bytes);
    let start = 0;
    for (let end = lines.indexOf('\n'); end !== -1; end = lines.indexOf('\n', start)) {
      const text = lines.slice(start, end);
      start = end + 1;
      const at = STAMP.exec(text)?.index;
      const prompt = this.#held + text.slice(0, at);
      if (at !== undefined && isPrompt(prompt)) {
        this.#held = prompt;
        yield { text: text.slice(at), line: text.slice(at), aside: true };
      } else {
        const line = this.#held + text;
        this.#held = '';
        yield { text, line, aside: false };
      }
    }
  }
}
