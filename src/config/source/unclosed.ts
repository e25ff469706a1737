/** A quote, a bracket or a brace that is open to the end: where it begins, and what closes it. */
import { CST, type YAMLError } from 'yaml';
import type { Range } from './range.js';

export interface Unclosed {
  at: Range;
  message: string;
  hint: string;
}

/** What the parser says at the end of it, which may be the end of the file. */
const OF_QUOTE = /^Missing closing (["'])quote/;
const OF_BRACKET = /^Flow (?:map|sequence) .* end with a ([}\]])$/;
const OPENS: Readonly<Record<string, string>> = { '}': '{', ']': '[' };

/** null: the error is another, or another bracket stands where this one is to end. */
export function unclosed(
  text: string,
  tokens: readonly CST.Token[],
  { message, pos: [end] }: YAMLError,
): Unclosed | null {
  const [, quote] = OF_QUOTE.exec(message) ?? [];
  const [, closing] = OF_BRACKET.exec(message) ?? [];
  const opens = quote ?? OPENS[closing ?? ''];
  if (opens === undefined || (closing !== undefined && /[}\]]/.test(text.charAt(end)))) return null;
  const start = openings(tokens).findLast((at) => at < end && text.charAt(at) === opens);
  if (start === undefined) return null;
  const hint =
    quote === undefined
      ? `Write the \`${closing}\` that belongs to it.`
      : `Write another \`${quote}\` where the text ends.`;
  return { at: { start, end: start + 1 }, message: `this \`${opens}\` is not closed`, hint };
}

/** Where quotes and brackets begin that have no end, in their order. */
function openings(tokens: readonly CST.Token[]): number[] {
  const found: number[] = [];
  const look = (token: CST.Token | null | undefined): void => {
    if (token?.type === 'flow-collection' && !token.end.some(closes)) found.push(token.offset);
    if (isQuoted(token) && !hasEnd(token.source)) found.push(token.offset);
  };
  for (const token of tokens) {
    if (token.type !== 'document') continue;
    look(token.value);
    CST.visit(token, ({ key, value }) => {
      look(key);
      look(value);
    });
  }
  return found.sort((a, b) => a - b);
}

function closes({ type }: CST.SourceToken): boolean {
  return type === 'flow-map-end' || type === 'flow-seq-end';
}

function isQuoted(token: CST.Token | null | undefined): token is CST.FlowScalar {
  return token?.type === 'double-quoted-scalar' || token?.type === 'single-quoted-scalar';
}

/** `"a\"` and `'a''` have none. */
function hasEnd(source: string): boolean {
  return source.startsWith('"')
    ? /^"(?:[^"\\]|\\[^])*"$/.test(source)
    : /^'(?:[^']|'')*'$/.test(source);
}
