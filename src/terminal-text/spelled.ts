/** Where a text begins in a console's bytes, and which of these bytes are its own. */
export interface Spelled {
  places: number[];
  /** false: the bytes end within the text; it may go on. */
  whole: boolean;
}

/** The maximum from the first byte of a text to its last, beside twice the length of the text. */
const FARTHEST = 8192;
const STRING = 1024;
/** The maximum between two bytes of a text. */
const MOST = 16;
/**
 * How often a byte is tried as the terminal's after it was tried as the text's. A hostile console
 * could make the search cost that much.
 */
const TRIES = 6;
const ESCAPE = 0x1b;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const BACKSPACE = 0x08;
const BRACKET = 0x5b;

/** Values in `#gaps`. */
const NONE = -1;
const CUT = -2;

/**
 * Finds texts in a console's bytes, which must not change meanwhile. The cost is limited, also for
 * a hostile node that knows the text.
 */
export class Spelling {
  readonly #bytes: Buffer;
  /** The length of each sequence or message that was measured. 0: not measured. */
  #gaps: Int32Array | null = null;
  /**
   * Of the start that is tried: the places of its bytes, and where a byte was taken as the text's
   * that may be the terminal's (the number of bytes before it, and where the search goes on).
   */
  #places = new Int32Array(64);
  #instead = new Int32Array(128);
  /** The first line feed from `from` on. */
  #lineFeed = { from: Infinity, at: -Infinity };

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /**
   * The first place from `from` on where `text` is printed, with anything between its bytes that a
   * terminal adds: colours, titles and other sequences, the edge of the screen (`\r\n`, or a space
   * and `\r`), characters painted again or covered after a backspace, a kernel message.
   */
  find(text: Uint8Array, from: number): Spelled | null {
    const bytes = this.#bytes;
    const [first] = text;
    if (first === undefined) return null;
    const second = text[1];
    if (text.length > this.#places.length) {
      this.#places = new Int32Array(text.length);
      this.#instead = new Int32Array(2 * text.length);
    }
    for (
      let at = bytes.indexOf(first, from);
      at >= 0;
      at = bytes[at + 1] === first ? at + 1 : bytes.indexOf(first, at + 1)
    ) {
      const after = bytes[at + 1];
      // Nearly always another word goes on here, and no output of a terminal begins like that.
      if (
        after !== undefined &&
        second !== undefined &&
        after !== second &&
        !this.#mayBeGap(at + 1)
      )
        continue;
      let same = 1;
      while (same < text.length && bytes[at + same] === text[same]) same += 1;
      if (same < text.length && at + same < bytes.length && !this.#mayBeGap(at + same)) continue;
      const found = this.#spelledAt(text, at);
      if (found) return found;
    }
    return null;
  }

  /** Whether a byte may be the beginning of output that is not the text. */
  #mayBeGap(at: number): boolean {
    const byte = this.#bytes[at] ?? 0;
    return byte <= 0x20 || byte >= 0x7f || (byte === BRACKET && this.#mayBeMessage(at));
  }

  #spelledAt(text: Uint8Array, start: number): Spelled | null {
    const bytes = this.#bytes;
    const places = this.#places;
    places[0] = start;
    let count = 1;
    let before = start;
    let at = start + 1;
    let gaps = 0;
    /** The number of `#instead` for this start. */
    let others = 0;
    let tried = 0;
    while (count < text.length) {
      if (at >= bytes.length) return { places: firstOf(places, count), whole: false };
      const gap =
        gaps > MOST || at - start > FARTHEST + 2 * text.length ? NONE : this.#gapAt(at, before);
      if (bytes[at] === text[count]) {
        if (gap > 0) {
          this.#instead[others] = count;
          this.#instead[others + 1] = at + gap;
          others += 2;
        }
        before = at;
        places[count] = at;
        count += 1;
        at += 1;
        gaps = 0;
      } else if (gap === CUT) return { places: firstOf(places, count), whole: false };
      else if (gap !== NONE) {
        at += gap;
        gaps += 1;
      } else {
        tried += 1;
        if (others === 0 || tried > TRIES) return null;
        others -= 2;
        count = this.#instead[others] ?? 1;
        at = this.#instead[others + 1] ?? 0;
        before = places[count - 1] ?? start;
        gaps = 1;
      }
    }
    return { places: firstOf(places, count), whole: true };
  }

  /**
   * The number of bytes here that are the terminal's; `CUT`: they end within its output. `before`:
   * the place of the text's byte before them.
   */
  #gapAt(at: number, before: number): number {
    const bytes = this.#bytes;
    const byte = bytes[at] ?? 0;
    if (byte === ESCAPE || byte === BRACKET) {
      if (byte === BRACKET && this.#isPaintedAgain(at, before)) return 1;
      return byte === BRACKET && !this.#mayBeMessage(at) ? NONE : this.#longGapAt(at);
    }
    if (byte < 0x20 || byte === 0x7f) return 1;
    if (byte === 0x20 && at + 1 >= bytes.length) return CUT;
    if (byte === 0x20 && bytes[at + 1] === RETURN) return 1;
    if ((byte === 0x2a || byte === 0x20) && bytes[at - 1] === BACKSPACE) return 1;
    return this.#isPaintedAgain(at, before) ? 1 : NONE;
  }

  #isPaintedAgain(at: number, before: number): boolean {
    const last = this.#bytes[at - 1];
    return (
      before === at - 2 &&
      (last === BACKSPACE || last === RETURN) &&
      this.#bytes[at] === this.#bytes[before]
    );
  }

  /** A sequence, or a message. Each is measured once, however many texts could go on behind it. */
  #longGapAt(at: number): number {
    this.#gaps ??= new Int32Array(this.#bytes.length);
    const known = this.#gaps[at] ?? 0;
    if (known !== 0) return known;
    const gap = this.#bytes[at] === ESCAPE ? sequenceAt(this.#bytes, at) : this.#messageAt(at);
    this.#gaps[at] = gap;
    return gap;
  }

  #mayBeMessage(at: number): boolean {
    const next = this.#bytes[at + 1];
    return next === undefined || next === 0x20 || within(next, 0x30, 0x39);
  }

  /** `[   52.123456] ` and the rest of the line. */
  #messageAt(at: number): number {
    const bytes = this.#bytes;
    const seconds = past(bytes, at + 1, 0x20, 0x20);
    const point = past(bytes, seconds, 0x30, 0x39);
    if (point >= bytes.length) return CUT;
    if (point === seconds || bytes[point] !== 0x2e) return NONE;
    const end = past(bytes, point + 1, 0x30, 0x39);
    const digits = end - point - 1;
    if (digits > 6 || (end < bytes.length && (digits < 6 || bytes[end] !== 0x5d))) return NONE;
    if (end + 1 < bytes.length && bytes[end + 1] !== 0x20) return NONE;
    const lineFeed = this.#lineFeedFrom(end);
    if (lineFeed < at + STRING) return lineFeed + 1 - at;
    return at + STRING > bytes.length ? CUT : NONE;
  }

  #lineFeedFrom(from: number): number {
    if (from < this.#lineFeed.from || from > this.#lineFeed.at) {
      const at = this.#bytes.indexOf(LINE_FEED, from);
      this.#lineFeed = { from, at: at < 0 ? Infinity : at };
    }
    return this.#lineFeed.at;
  }
}

/** A control sequence, a string (title, palette, …) up to its end, or another escape sequence. */
function sequenceAt(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  const kind = bytes[at];
  if (kind === undefined) return CUT;
  if (kind === 0x5b) {
    at += 1;
    while (at < start + STRING && within(bytes[at], 0x20, 0x3f)) at += 1;
    if (at >= bytes.length) return CUT;
    return at + (within(bytes[at], 0x40, 0x7e) ? 1 : 0) - start;
  }
  if ([0x5d, 0x50, 0x58, 0x5e, 0x5f].includes(kind)) {
    for (at += 1; at < start + STRING; at += 1) {
      const byte = bytes[at];
      if (byte === undefined) return CUT;
      if (byte === 0x07 || byte === LINE_FEED) return at + 1 - start;
      if (byte === ESCAPE) return bytes[at + 1] === 0x5c ? at + 2 - start : at - start;
    }
    return NONE;
  }
  while (within(bytes[at], 0x20, 0x2f)) at += 1;
  return at >= bytes.length ? CUT : at + 1 - start;
}

function firstOf(places: Int32Array, count: number): number[] {
  const first: number[] = [];
  for (let index = 0; index < count; index += 1) first.push(places[index] ?? 0);
  return first;
}

/** The end of a run of bytes of this kind. */
function past(bytes: Uint8Array, from: number, least: number, most: number): number {
  let at = from;
  while (within(bytes[at], least, most)) at += 1;
  return at;
}

function within(byte: number | undefined, least: number, most: number): boolean {
  return byte !== undefined && byte >= least && byte <= most;
}
