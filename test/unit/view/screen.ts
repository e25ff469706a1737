/** A terminal as a program sees it: a screen of some lines, and what scrolled off it. */
import { Writable } from 'node:stream';

const SEQUENCE = /^\u001b\[([?>]?)([0-9;]*)([A-Za-z])/;

export class Screen {
  readonly scrollback: string[] = [];
  readonly #columns: number;
  #lines: string[];
  #row = 0;
  #column = 0;
  #rest = '';

  constructor(rows = 24, columns = 80) {
    this.#columns = columns;
    this.#lines = Array.from({ length: rows }, () => '');
  }

  /** For a view to draw on. */
  stream(): NodeJS.WriteStream {
    const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
      this.write(chunk.toString());
      done();
    };
    const { length: rows } = this.#lines;
    return Object.assign(new Writable({ write }), {
      isTTY: true,
      rows,
      columns: this.#columns,
    }) as unknown as NodeJS.WriteStream;
  }

  /** What can be read in the end: the scrollback, then the screen. */
  get text(): string {
    return [...this.scrollback, ...this.#lines].map((line) => line.trimEnd()).join('\n');
  }

  write(text: string): void {
    let rest = this.#rest + text;
    for (this.#rest = ''; rest !== '';) {
      const sequence = SEQUENCE.exec(rest);
      if (sequence === null && /^\u001b(\[[0-9;?>]*)?$/.test(rest)) {
        this.#rest = rest;
        return;
      }
      const [all, mode = '', parameter = '', letter = ''] = sequence ?? [rest.slice(0, 1)];
      rest = rest.slice(all.length);
      if (sequence === null) this.#put(all);
      else if (mode === '') this.#obey(letter, parameter);
    }
  }

  #put(character: string): void {
    if (character === '\u001b') throw new Error('a sequence that this terminal does not know');
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#newLine();
    else {
      if (this.#column >= this.#columns) this.#newLine();
      const line = (this.#lines[this.#row] ?? '').padEnd(this.#column);
      this.#lines[this.#row] =
        line.slice(0, this.#column) + character + line.slice(this.#column + 1);
      this.#column += 1;
    }
  }

  #newLine(): void {
    this.#column = 0;
    if (this.#row < this.#lines.length - 1) {
      this.#row += 1;
      return;
    }
    this.scrollback.push(this.#lines.shift() ?? '');
    this.#lines.push('');
  }

  #obey(letter: string, parameter: string): void {
    const line = this.#lines[this.#row] ?? '';
    const amount = Number(parameter || '1');
    const down = Math.min(this.#lines.length - 1, this.#row + amount);
    const up = Math.max(0, this.#row - amount);
    switch (letter) {
      case 'm':
        return;
      case 'A':
        this.#row = up;
        return;
      case 'B':
        this.#row = down;
        return;
      case 'E':
        this.#row = down;
        this.#column = 0;
        return;
      case 'F':
        this.#row = up;
        this.#column = 0;
        return;
      case 'G':
        this.#column = amount - 1;
        return;
      case 'K':
        this.#lines[this.#row] = parameter === '2' ? '' : line.slice(0, this.#column);
        return;
      case 'J':
        if (parameter !== '' && parameter !== '0') break;
        this.#lines = this.#lines.map((each, row) => (row > this.#row ? '' : each));
        this.#lines[this.#row] = line.slice(0, this.#column);
        return;
    }
    throw new Error(`this terminal does not know ESC[${parameter}${letter}`);
  }
}
