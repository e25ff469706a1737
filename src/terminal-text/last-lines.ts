/** Collects the last lines of a text that comes in pieces; an unfinished last line counts. */
export class LastLines {
  readonly #count: number;
  #lines: string[] = [];
  #rest = '';

  constructor(count: number) {
    this.#count = count;
  }

  push(text: string): void {
    const pieces = `${this.#rest}${text}`.split('\n');
    this.#rest = pieces.pop() ?? '';
    for (const line of pieces) this.#lines.push(`${line}\n`);
    // Not for each line, so that the time stays linear in the text.
    if (this.#lines.length > 2 * this.#count + 1000)
      this.#lines = this.#lines.slice(-Math.max(1, this.#count));
  }

  text(): string {
    const all = this.#rest === '' ? this.#lines : [...this.#lines, this.#rest];
    return this.#count === 0 ? '' : all.slice(-this.#count).join('');
  }
}
