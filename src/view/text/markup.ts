import { printable } from './words.js';

/** Text that is HTML. Only `markup` makes it, and that escapes whatever is put into it. */
export class Markup {
  readonly text: string;
  private constructor(text: string) {
    this.text = text;
  }
  static of(fixed: TemplateStringsArray, parts: readonly Part[]): Markup {
    return new Markup(
      fixed.reduce(
        (text, piece, at) => `${text}${at === 0 ? '' : escaped(parts[at - 1] ?? '')}${piece}`,
        '',
      ),
    );
  }
}

export type Part = string | number | Markup | readonly Markup[];

/** A template of HTML. A value put into it is text, and is escaped, unless it is a Markup. */
export function markup(fixed: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return Markup.of(fixed, parts);
}

export const NOTHING = markup``;

function escaped(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('\n');
  // Between quotes as well as outside; and what deceives or can't be shown is spelled out.
  return printable(String(part)).replaceAll(
    /[&<>"'`]/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}
