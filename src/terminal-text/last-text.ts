/** Collects the end of a text that comes in pieces: at most N characters, in whole lines. */
export class LastText {
  readonly #most: number;
  #pieces: string[] = [];
  #length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  push(text: string): void {
    this.#pieces.push(text);
    this.#length += text.length;
    // Not for each piece, so that the time stays linear in the text.
    if (this.#length <= 2 * this.#most) return;
    this.#pieces = [this.#pieces.join('').slice(-this.#most - 1)];
    this.#length = this.#most + 1;
  }

  text(): string {
    const all = this.#pieces.join('');
    if (all.length <= this.#most) return all;
    const cut = all.length - this.#most;
    const start = all.indexOf('\n', cut - 1) + 1;
    return all.slice(start === 0 ? cut : start);
  }
}
