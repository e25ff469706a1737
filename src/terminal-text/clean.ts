/** The maximum length of a line; a longer one is cut into several. */
const WIDEST = 4096;
/**
 * The last column that the cursor can be sent to. No screen is wider, and some programs find its
 * edge by sending the cursor to column 999. Few bytes must not make a long line.
 */
const SCREEN = 256;
/** The maximum length of a control sequence's parameters; longer ones have no meaning. */
const PARAMETERS = 64;
const BLANKS = ' '.repeat(WIDEST);
const CELLS = [...BLANKS];

type State = 'text' | 'escape' | 'intermediate' | 'control' | 'string' | 'string-escape';

/** The state of a `ConsoleText`, as JSON, to continue from. */
export interface ConsoleState {
  state: State;
  sequence: string;
  line: string;
  column: number;
  row: number | null;
  shown: string;
  /** The first bytes of a character that was cut. */
  cut: number[];
}

/**
 * A terminal with one line. Text appears at the cursor, and a line is complete when the cursor
 * leaves it. So a line that was overwritten (a countdown, a progress bar, an edited command) is
 * returned once, in its last state, and text that firmware places by cursor movements is returned
 * as lines. Colours, titles, bells and the like are dropped.
 */
export class ConsoleText {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #cut: Uint8Array = new Uint8Array();
  #state: State = 'text';
  #sequence = '';
  #line: string[] = [];
  #column = 0;
  /** The cursor's row on the screen; null: unknown. */
  #row: number | null = null;
  /** The part of this line that `flush` has already returned. */
  #shown = '';
  #out = '';

  /** @param from the `state` of another one. */
  constructor(from?: ConsoleState) {
    if (!from) return;
    this.#cut = Uint8Array.from(from.cut);
    this.#state = from.state;
    this.#sequence = from.sequence;
    this.#line = [...from.line];
    this.#column = from.column;
    this.#row = from.row;
    this.#shown = from.shown;
  }

  get state(): ConsoleState {
    const line = this.#line.join('');
    return {
      state: this.#state,
      sequence: this.#sequence,
      line,
      column: this.#column,
      row: this.#row,
      shown: this.#shown,
      cut: [...this.#cut],
    };
  }

  /** The unfinished line. */
  get line(): string {
    return this.#text();
  }

  /** The lines that these bytes complete. */
  push(bytes: Uint8Array): string {
    const whole = this.#cut.length === 0 ? bytes : joined(this.#cut, bytes);
    const end = whole.length - cutAtEnd(whole);
    this.#cut = whole.slice(end);
    for (const character of this.#decoder.decode(whole.subarray(0, end))) this.#take(character);
    return this.#given();
  }

  /**
   * The unfinished line (a prompt), for a reader who waits. If it is overwritten later, it is
   * returned again.
   */
  flush(): string {
    const text = this.#text();
    if (text.startsWith(this.#shown)) this.#out += text.slice(this.#shown.length);
    else this.#out += `\n${text}`;
    this.#shown = text;
    return this.#given();
  }

  /** The end of the stream ends its last line. */
  end(): string {
    for (const character of this.#decoder.decode(this.#cut)) this.#take(character);
    this.#cut = new Uint8Array();
    this.#leaveLine();
    return this.#given();
  }

  #given(): string {
    const out = this.#out;
    this.#out = '';
    return out;
  }

  #take(character: string): void {
    switch (this.#state) {
      case 'text':
        this.#write(character);
        return;
      case 'escape':
        this.#escape(character);
        return;
      case 'intermediate':
        if (character < ' ' || character > '/') this.#state = 'text';
        return;
      case 'control':
        this.#control(character);
        return;
      case 'string':
        this.#string(character);
        return;
      case 'string-escape':
        if (character === '\\') this.#state = 'text';
        else this.#escape(character);
    }
  }

  #write(character: string): void {
    switch (character) {
      case '\u001b':
        this.#state = 'escape';
        return;
      case '\u009b':
        this.#begin('control');
        return;
      case '\u0090':
      case '\u0098':
      case '\u009d':
      case '\u009e':
      case '\u009f':
        this.#begin('string');
        return;
      case '\r':
        this.#column = 0;
        return;
      case '\n':
      case '\v':
      case '\f':
      case '\u0085':
        this.#newLine();
        return;
      case '\b':
        this.#moveAlong(-1);
        return;
      case '\t':
        this.#moveAlong(8 - (this.#column % 8));
        return;
    }
    if (
      character < ' ' ||
      (character >= '\u007f' && character < '\u00a0') ||
      character === '\ufeff'
    )
      return;
    if (this.#column >= WIDEST) this.#newLine();
    this.#pad();
    this.#line[this.#column] = character;
    this.#column += 1;
  }

  #begin(state: 'control' | 'string'): void {
    this.#state = state;
    this.#sequence = '';
  }

  #escape(character: string): void {
    this.#state = 'text';
    if (character === '[') this.#begin('control');
    else if (']PX^_'.includes(character)) this.#begin('string');
    else if (character >= ' ' && character <= '/') this.#state = 'intermediate';
    else if (character === 'D' || character === 'E') this.#newLine();
    else if (character === 'M' || character === 'c') {
      this.#leaveLine();
      this.#row = null;
    } else if (character < ' ' || character > '~') this.#write(character);
  }

  /**
   * Ends at its terminator, or at the end of the line, so that a stray byte never swallows the next
   * line.
   */
  #string(character: string): void {
    if (character === '\u001b') this.#state = 'string-escape';
    else if ('\u0007\u0018\u001a\u009c'.includes(character)) this.#state = 'text';
    else if (character === '\n') {
      this.#state = 'text';
      this.#write(character);
    } else {
      // Linux sets its palette with a string that has no terminator: P and 7 digits, or R alone.
      if (this.#sequence.length < PARAMETERS) this.#sequence += character;
      if (this.#sequence === 'R' || /^P[0-9a-f]{7}$/i.test(this.#sequence)) this.#state = 'text';
    }
  }

  #control(character: string): void {
    if (character >= ' ' && character <= '?') {
      if (this.#sequence.length <= PARAMETERS) this.#sequence += character;
      return;
    }
    if (character < ' ' && !'\u0018\u001a\u001b'.includes(character)) {
      this.#write(character); // as a terminal does within a sequence
      return;
    }
    this.#state = 'text';
    if (character >= '@' && character <= '~') this.#obey(character);
    else if (character !== '\u0018' && character !== '\u001a') this.#write(character);
  }

  #obey(command: string): void {
    const sequence = this.#sequence;
    if (sequence.length > PARAMETERS || !/^[\d;]*$/.test(sequence)) return;
    const numbers = (sequence.includes(';') ? sequence.split(';') : [sequence]).map((digits) =>
      Math.min(Number(digits), WIDEST),
    );
    const mode = numbers[0] ?? 0;
    const amount = Math.max(1, mode);
    switch (command) {
      case 'H':
      case 'f':
        this.#place(amount, Math.max(1, numbers[1] ?? 1));
        return;
      case 'd':
        this.#place(amount, this.#column + 1);
        return;
      case 'G':
      case '`':
        this.#column = Math.min(SCREEN, amount) - 1;
        return;
      case 'C':
      case 'a':
        this.#moveAlong(Math.min(amount, Math.max(0, SCREEN - 1 - this.#column)));
        return;
      case 'D':
        this.#moveAlong(-amount);
        return;
      case 'A':
      case 'F':
        this.#moveDown(-amount, command === 'F');
        return;
      case 'B':
      case 'E':
      case 'e':
        this.#moveDown(amount, command === 'E');
        return;
      case 'J':
        if (mode >= 1) this.#leaveLine();
        else this.#line.length = Math.min(this.#line.length, this.#column);
        return;
      case 'K':
        if (mode === 0) this.#line.length = Math.min(this.#line.length, this.#column);
        else if (mode === 1)
          this.#line.fill(' ', Math.max(0, this.#column + 1 - SCREEN), this.#column + 1);
        else this.#line = [];
        return;
      case 'X':
        this.#line.fill(' ', this.#column, this.#column + Math.min(SCREEN, amount));
        return;
      case 'P':
        this.#line.splice(this.#column, amount);
        return;
      case '@':
        this.#insert(amount);
    }
  }

  /** Shifts the text before the edge of the screen to that edge. */
  #insert(amount: number): void {
    const line = this.#line;
    if (this.#column >= line.length) return;
    const end = Math.min(SCREEN, line.length + amount);
    for (let at = line.length; at < end; at += 1) line.push(' ');
    for (let at = end - 1; at >= this.#column; at -= 1)
      line[at] = at - amount >= this.#column ? (line[at - amount] ?? ' ') : ' ';
  }

  #place(row: number, column: number): void {
    if (row !== this.#row) this.#leaveLine();
    this.#row = row;
    this.#column = Math.min(SCREEN, column) - 1;
  }

  #moveAlong(by: number): void {
    this.#column = Math.min(WIDEST - 1, Math.max(0, this.#column + by));
  }

  #moveDown(by: number, toStart: boolean): void {
    const column = toStart ? 0 : Math.min(SCREEN - 1, this.#column);
    this.#leaveLine();
    if (this.#row !== null) this.#row = Math.max(1, this.#row + by);
    this.#column = column;
  }

  #newLine(): void {
    this.#give(this.#text());
    if (this.#row !== null) this.#row += 1;
  }

  /**
   * The cursor moves away: the written text is a line, but an unwritten line is not an empty one.
   */
  #leaveLine(): void {
    const text = this.#text();
    if (text !== '' || this.#shown !== '') this.#give(text);
    this.#line = [];
    this.#column = 0;
  }

  #give(text: string): void {
    this.#out += text.startsWith(this.#shown)
      ? `${text.slice(this.#shown.length)}\n`
      : `\n${text}\n`;
    this.#shown = '';
    this.#line = [];
    this.#column = 0;
  }

  #text(): string {
    let text = '';
    let blanks = 0;
    // A line that a sequence made wide is mostly blank.
    for (const character of this.#line) {
      if (character === ' ') blanks += 1;
      else {
        text += blanks === 0 ? character : BLANKS.slice(0, blanks) + character;
        blanks = 0;
      }
    }
    return text.trimEnd();
  }

  #pad(): void {
    const missing = this.#column - this.#line.length;
    if (missing > 0) this.#line = this.#line.concat(CELLS.slice(0, missing));
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** The number of bytes at the end that begin an incomplete character of UTF-8. */
function cutAtEnd(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < lengthOfCharacter(byte) ? back : 0;
  }
  return 0;
}

function lengthOfCharacter(firstByte: number): number {
  if (firstByte >= 0xf0) return 4;
  return firstByte >= 0xe0 ? 3 : 2;
}
