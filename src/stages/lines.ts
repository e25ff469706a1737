/** What a node says, line by line. What its kernel says in the midst of a prompt is a line of its own, and the prompt still stands. */
import { ConsoleText, type ConsoleState } from '../terminal-text/index.js';

export interface LinesState extends ConsoleState {
  /** A prompt that kernel messages came after; empty: none. */
  held: string;
}

export interface SaidLine {
  /** What was said. */
  text: string;
  /** The same with the prompt that stands before it. */
  line: string;
  /** The kernel's, at a prompt that goes on standing. */
  aside: boolean;
}

type IsPrompt = (text: string) => boolean;

const STAMP = /\[ *\d+\.\d{6}\]/;
/** One that may still become a stamp. */
const STAMP_BEGUN = /\[ *(?:\d+(?:\.\d{0,6})?)?$/;

export class NodeLines {
  readonly #console: ConsoleText;
  #held: string;

  constructor(from?: LinesState) {
    this.#console = new ConsoleText(from);
    this.#held = from?.held ?? '';
  }

  /** To go on from there, with what `mask` leaves of the line under way, which keeps its length. */
  state(isPrompt: IsPrompt, mask: (line: string) => string): LinesState {
    const held = this.#held;
    const state = this.#console.state;
    const at = this.#asideAt(state.line, isPrompt) ?? state.line.length;
    // What the kernel says at a secret prompt is no secret.
    const line =
      mask(held + state.line.slice(0, at)).slice(held.length) + mask(state.line.slice(at));
    return { ...state, line, sequence: mask(state.sequence), held };
  }

  /** The line under way, without what the kernel is saying at a prompt. */
  underWay(isPrompt: IsPrompt): string {
    const said = this.#console.line;
    return (this.#held + said.slice(0, this.#asideAt(said, isPrompt))).trimEnd();
  }

  #asideAt(said: string, isPrompt: IsPrompt): number | undefined {
    const at = (STAMP.exec(said) ?? STAMP_BEGUN.exec(said))?.index;
    return at !== undefined && isPrompt(this.#held + said.slice(0, at)) ? at : undefined;
  }

  /** The lines that these bytes complete. `isPrompt` is asked for each as it is given out. */
  *push(bytes: Uint8Array, isPrompt: IsPrompt): Generator<SaidLine, void> {
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
