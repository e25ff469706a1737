/**
 * Reads the XML that libvirt prints, several times as fast as a whole parser: elements and
 * attributes with ASCII names, one space before each attribute, text without references. What is
 * not that plain, or not well-formed, is left to the parser.
 */
import type { XmlElement } from './parse.js';

/** What is kept of an element's content: all, or by name of the child. */
export type Kept = 'all' | ReadonlyMap<string, Kept>;

/** Also a half of a character beyond 16 bits. */
const UNUSUAL_CHARACTER = /[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]/;
/** In a value: a reference, white space that becomes a space, an error. */
const UNUSUAL_VALUE = /[&<\t\n]/;

/** Quotes may be around a `>`. */
const TAG = /<(?:[^"'<>]|"[^"]*"|'[^']*')*>/y;

const SPACE = 0x20;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const GREATER = 0x3e;

/** By character code: 1 may begin a name, 2 may only go on with it. */
const NAME = new Uint8Array(0x80);
for (let code = 0; code < NAME.length; code += 1) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_:]/.test(character)) NAME[code] = 1;
  else if (/[0-9.-]/.test(character)) NAME[code] = 2;
}

/** Has no names of its own to inherit, and is made faster than an object without a prototype. */
class Attributes {
  [name: string]: string;
}
Reflect.deleteProperty(Attributes.prototype, 'constructor');
Object.setPrototypeOf(Attributes.prototype, null);

/** A whole document; null: it is not plain. What is not kept may be wrong inside of its tags. */
export function readPlain(text: string, depthLimit: number, kept: Kept): XmlElement | null {
  if (UNUSUAL_CHARACTER.test(text) || text.includes('<!') || text.includes('<?')) return null;
  const reader = new PlainReader(text, depthLimit);
  const root = reader.element(kept, 1);
  return root !== null && text.slice(reader.at).trim() === '' ? root : null;
}

class PlainReader {
  /** Where it is in the text. */
  at = 0;
  readonly #text: string;
  readonly #depthLimit: number;

  constructor(text: string, depthLimit: number) {
    this.#text = text;
    this.#depthLimit = depthLimit;
  }

  /** The element that begins here; null: it is not plain. */
  element(kept: Kept, depth: number): XmlElement | null {
    const text = this.#text;
    if (text.charCodeAt(this.at) !== 0x3c || depth > this.#depthLimit) return null;
    this.at += 1;
    const name = this.#name();
    const attrs = name === null ? null : this.#attributes();
    if (name === null || attrs === null) return null;
    const element: XmlElement = { name, attrs, children: [] };
    if (text.charCodeAt(this.at) === SLASH && text.charCodeAt(this.at + 1) === GREATER) {
      this.at += 2;
      return element;
    }
    if (text.charCodeAt(this.at) !== GREATER) return null;
    this.at += 1;
    return this.#content(element, kept, depth) ? element : null;
  }

  #name(): string | null {
    const text = this.#text;
    const start = this.at;
    let end = start;
    while ((NAME[text.charCodeAt(end)] ?? 0) !== 0) end += 1;
    this.at = end;
    return NAME[text.charCodeAt(start)] === 1 ? text.slice(start, end) : null;
  }

  #attributes(): Record<string, string> | null {
    const text = this.#text;
    const attrs = new Attributes();
    while (text.charCodeAt(this.at) === SPACE) {
      this.at += 1;
      const name = this.#name();
      if (name === null || attrs[name] !== undefined || text.charCodeAt(this.at) !== EQUALS)
        return null;
      const quote = text.charCodeAt(this.at + 1);
      if (quote !== QUOTE && quote !== APOSTROPHE) return null;
      const start = this.at + 2;
      const end = text.indexOf(quote === QUOTE ? '"' : "'", start);
      const value = text.slice(start, end);
      if (end < 0 || UNUSUAL_VALUE.test(value)) return null;
      attrs[name] = value;
      this.at = end + 1;
    }
    return attrs;
  }

  /** Up to the end of the element's end tag. */
  #content({ name, children }: XmlElement, kept: Kept, depth: number): boolean {
    const text = this.#text;
    for (;;) {
      const next = text.indexOf('<', this.at);
      if (next < 0) return false;
      if (next > this.at) {
        const piece = text.slice(this.at, next);
        if (piece.includes('&') || piece.includes(']]>')) return false;
        if (kept === 'all') children.push(piece);
        this.at = next;
      }
      if (text.charCodeAt(next + 1) === SLASH) {
        this.at = next + 3 + name.length;
        return text.startsWith(name, next + 2) && text.charCodeAt(this.at - 1) === GREATER;
      }
      const childName = kept === 'all' ? '' : this.#nameAt(next + 1);
      const inside = kept === 'all' ? kept : kept.get(childName);
      if (inside === undefined) {
        if (!this.#skip(childName)) return false;
        continue;
      }
      const child = this.element(inside, depth + 1);
      if (child === null) return false;
      children.push(child);
    }
  }

  #nameAt(start: number): string {
    let end = start;
    while ((NAME[this.#text.charCodeAt(end)] ?? 0) !== 0) end += 1;
    return this.#text.slice(start, end);
  }

  /** Past the element that begins here: to the first end tag of its name, if none is inside. */
  #skip(name: string): boolean {
    const text = this.#text;
    const start = this.at;
    TAG.lastIndex = start;
    if (!TAG.test(text)) return false;
    this.at = TAG.lastIndex;
    if (text.charCodeAt(this.at - 2) === SLASH) return true;
    const end = text.indexOf(`</${name}>`, this.at);
    this.at = end + name.length + 3;
    return end >= 0 && text.lastIndexOf(`<${name}`, end) === start;
  }
}
