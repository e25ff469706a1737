/**
 * A text as its escapes mean it, for secrets of which single characters are spelled otherwise, or
 * that a line's end breaks.
 */

import { ownEntry } from '../model/index.js';

const BACKSLASH = 0x5c;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const PLUS = 0x2b;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;
const LETTER_U = 0x75;
/** `&#x10ffff;` and shorter. */
const LONGEST_ENTITY = 10;

const NAMED: Readonly<Record<string, number>> = {
  amp: 0x26,
  lt: 0x3c,
  gt: 0x3e,
  quot: 0x22,
  apos: 0x27,
};

/** It holds something that is read otherwise than it is written. */
export function needsReading(text: string): boolean {
  return /[\\%&+\r\n]|u[0-9a-f]{4}/i.test(text);
}

/** The case of letters counts for nothing; no character changes its place. */
export function folded(text: string): string {
  return /[^\u0000-\u007f]/.test(text)
    ? text.replace(/[A-Z]+|[^\u0000-\u007f]/g, (piece) => {
        const lower = piece.toLowerCase();
        return lower.length === piece.length ? lower : piece;
      })
    : text.toLowerCase();
}

/**
 * `%41`, `\u0041`, `&#65;`, `&lt;` are the characters that they mean, also where one is spelled by
 * another; `+` is a space; backslashes and the ends of lines are nothing. Takes time linear in the
 * text.
 */
export class Reading {
  readonly #text: string;
  /** As UTF-8. */
  #bytes: Buffer;
  /** Where in the text each byte began. */
  #from: Int32Array;
  #length = 0;

  /**
   * `text`: folded. `keepSpace`: a space before a line's end is the text's, and not a terminal's.
   */
  constructor(text: string, { keepSpace = false } = {}) {
    this.#text = text;
    this.#bytes = Buffer.allocUnsafe(text.length + 16);
    this.#from = new Int32Array(text.length + 16);
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code < 0x80) {
        if (code === LINE_FEED && !keepSpace) this.#dropSpace(at);
        this.#take(code, at);
      } else {
        const point = text.codePointAt(at) ?? code;
        this.#put(point, at);
        if (point > 0xffff) at += 1;
      }
    }
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /**
   * Where in the text these bytes stand, with the backslashes before them, and without what follows
   * and means nothing.
   */
  place(first: number, length: number): { start: number; end: number } {
    const text = this.#text;
    const next = first + length;
    let start = this.#from[first] ?? 0;
    let end = next < this.#length ? (this.#from[next] ?? 0) : text.length;
    while (text[start - 1] === '\\') start -= 1;
    while (/[\\\r\n]/.test(text[end - 1] ?? '')) end -= 1;
    return { start, end };
  }

  /** An ASCII character; what it completes is read as what it means. */
  #take(code: number, at: number): void {
    let unit = code;
    let from = at;
    for (;;) {
      if (unit === BACKSLASH || unit === LINE_FEED || unit === RETURN) return;
      this.#push(unit === PLUS ? SPACE : unit, from);
      const escape = this.#escape(unit);
      if (escape === null) return;
      this.#length -= escape.length;
      from = this.#from[this.#length] ?? 0;
      if (escape.isByte && escape.means >= 0x80) {
        this.#push(escape.means, from);
        return;
      }
      if (escape.means >= 0x80) {
        this.#put(escape.means, from);
        return;
      }
      unit = escape.means >= 0x41 && escape.means <= 0x5a ? escape.means + 0x20 : escape.means;
    }
  }

  /** The one that ends here. */
  #escape(last: number): { length: number; means: number; isByte?: boolean } | null {
    if (last === SEMICOLON) return this.#entity();
    if (hexOf(last) < 0) return null;
    const end = this.#length;
    if (this.#bytes[end - 3] === PERCENT && end >= 3) {
      const means = this.#hex(end - 2, end);
      if (means >= 0) return { length: 3, means, isByte: true };
    }
    if (this.#bytes[end - 5] === LETTER_U && end >= 5) {
      const means = this.#hex(end - 4, end);
      if (means >= 0) return { length: 5, means };
    }
    return null;
  }

  #entity(): { length: number; means: number } | null {
    const end = this.#length - 1;
    for (let at = end - 1; at >= Math.max(0, end - LONGEST_ENTITY); at -= 1) {
      if (this.#bytes[at] !== AMPERSAND) continue;
      const name = this.#bytes.toString('latin1', at + 1, end);
      const number = /^#(?:x([0-9a-f]+)|([0-9]+))$/.exec(name);
      const means = number
        ? parseInt(number[1] ?? number[2] ?? '', number[1] === undefined ? 10 : 16)
        : (ownEntry(NAMED, name) ?? -1);
      return means < 0 || means > 0x10ffff ? null : { length: end + 1 - at, means };
    }
    return null;
  }

  #hex(from: number, to: number): number {
    let value = 0;
    for (let at = from; at < to; at += 1) {
      const digit = hexOf(this.#bytes[at] ?? 0);
      if (digit < 0) return -1;
      value = value * 16 + digit;
    }
    return value;
  }

  /** A terminal leaves one at its edge. */
  #dropSpace(lineFeed: number): void {
    const before = this.#text[lineFeed - 1] === '\r' ? lineFeed - 2 : lineFeed - 1;
    const last = this.#length - 1;
    if (this.#text[before] === ' ' && last >= 0 && this.#from[last] === before) this.#length = last;
  }

  #put(point: number, at: number): void {
    const character = folded(String.fromCodePoint(point));
    const code = character.codePointAt(0) ?? point;
    if (code < 0x80) this.#push(code, at);
    else for (const byte of utf8(code)) this.#push(byte, at);
  }

  #push(byte: number, at: number): void {
    if (this.#length === this.#bytes.length) {
      const bytes = Buffer.allocUnsafe(2 * this.#length);
      const from = new Int32Array(2 * this.#length);
      bytes.set(this.#bytes);
      from.set(this.#from);
      this.#bytes = bytes;
      this.#from = from;
    }
    this.#bytes[this.#length] = byte;
    this.#from[this.#length] = at;
    this.#length += 1;
  }
}

/** Of halves of a pair, too, which a text of JSON may spell. */
function utf8(point: number): number[] {
  const low = 0x80 | (point & 0x3f);
  if (point < 0x800) return [0xc0 | (point >> 6), low];
  const middle = 0x80 | ((point >> 6) & 0x3f);
  if (point < 0x10000) return [0xe0 | (point >> 12), middle, low];
  return [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), middle, low];
}

function hexOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
}
