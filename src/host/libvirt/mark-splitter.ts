/**
 * Takes a stream apart at a mark, wherever the pieces of the stream are cut. It holds one part at
 * most, and reads each character once.
 */
export class MarkSplitter {
  readonly #mark: string;
  readonly #limit: number;
  readonly #onPart: (part: string) => void;
  #pieces: string[] = [];
  #size = 0;
  /** The end of what came, which may be the beginning of a mark. */
  #tail = '';

  /** `limit`: of one part, in UTF-16 code units. */
  constructor(mark: string, limit: number, onPart: (part: string) => void) {
    this.#mark = mark;
    this.#limit = limit;
    this.#onPart = onPart;
  }

  /** Returns whether the part that is open is within the limit. */
  write(piece: string): boolean {
    let text = this.#tail + piece;
    for (let at = text.indexOf(this.#mark); at >= 0; at = text.indexOf(this.#mark)) {
      const part = [...this.#pieces, text.slice(0, at)].join('');
      this.#pieces = [];
      this.#size = 0;
      text = text.slice(at + this.#mark.length);
      this.#onPart(part);
    }
    const kept = Math.max(0, text.length - (this.#mark.length - 1));
    if (kept > 0) this.#pieces.push(text.slice(0, kept));
    this.#size += kept;
    this.#tail = text.slice(kept);
    return this.#size <= this.#limit;
  }

  /** What came after the last mark. */
  get rest(): string {
    return this.#pieces.join('') + this.#tail;
  }
}
