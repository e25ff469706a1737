/**
 * What tells by its looks, or by the word before it, that it is secret. Linear in the text,
 * whatever stands in it.
 */
import { MASK } from './mark.js';

/** A word that says of what follows it that it is secret. */
const WORD =
  '(?:passw(?:or)?d|passphrase|secret|token|authorization|bearer|cookie|credentials?' +
  '|api[-_]?key)\\w{0,32}';
/** No secret: a list, a map, a variable, the name of a scheme, another key, or a mask. */
const HARMLESS = '(?!["\'{[]|\\$\\{|\\*{8}|(?:bearer|basic|negotiate)\\b|[\\w-]{1,64}:(?:\\s|$))';

const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/(\bbearer\s{1,16})[^\s"',;]+/gi, `$1${MASK}`],
  [/(\b(?:basic|negotiate)[ \t]{1,8})(?=[^\s"',;]{8})[^\s"',;]+/gi, `$1${MASK}`],
  [/(\bhttps?:\/\/)[^\s/"'<>]+@/gi, `$1${MASK}@`],
  [/(\b[a-z][a-z0-9+.-]{1,15}:\/\/)[^\s/@"'<>:]*:[^\s/"'<>]*@/gi, `$1${MASK}@`],
  [
    new RegExp(
      `(${WORD}(?:\\\\?["'])?\\s{0,16}[:=]\\s{0,16}(?:\\\\?["'])?${HARMLESS})` +
        `(?:[^\\s"'&,;\\\\]|\\\\(?!["']))+`,
      'gi',
    ),
    `$1${MASK}`,
  ],
];

/**
 * `text` without private keys, tokens, passwords in URIs, and what follows a word that says that it
 * is secret.
 */
export function maskLooks(text: string): string {
  let shown = maskTokens(maskKeys(text));
  for (const [shape, by] of SHAPES) shown = shown.replaceAll(shape, by);
  return shown;
}

const sameLength = (secret: string): string => '*'.repeat(secret.length);

/** A password in a URI, as many stars long, or as `by` says. */
export function starUriPasswords(text: string, by = sameLength): string {
  return text.replace(
    /(:\/\/[^/@:\s]*:)([^/\s]+)@/g,
    (_, before: string, secret: string) => `${before}${by(secret)}@`,
  );
}

/** A word with dots in it: the parts of a token stand between them. */
const DOTTED = /(?<![\w.-])[\w-]+\.[\w.-]*/g;

/** Tokens that tell themselves by their looks (JWT). Each word is looked at once. */
export function maskTokens(text: string): string {
  return text.replace(DOTTED, (word) => {
    const parts = word.split('.');
    const shown: string[] = [];
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index] ?? '';
      const begin = /\beyJ[\w-]/.exec(part)?.index;
      if (begin === undefined || !parts[index + 1]) {
        shown.push(part);
        continue;
      }
      shown.push(part.slice(0, begin) + MASK);
      index += 2; // what it says, and its signature
    }
    return shown.join('.');
  });
}

const BEGINS = /-----BEGIN [A-Z0-9 ]{0,20}PRIVATE KEY-----/g;
const ENDS = /-----END [A-Z0-9 ]{0,20}PRIVATE KEY-----/g;
const BODY = /[A-Za-z0-9+/=\s\\:,.-]*/y;

/** Private keys in PEM; one without an end goes as far as it looks like one. */
function maskKeys(text: string): string {
  let shown = '';
  let from = 0;
  const ends = [...text.matchAll(ENDS)].map(({ 0: { length }, index }) => index + length);
  let next = 0;
  for (const { 0: begin, index } of text.matchAll(BEGINS)) {
    if (index < from) continue;
    while ((ends[next] ?? Infinity) < index) next++;
    BODY.lastIndex = index + begin.length;
    BODY.test(text); // leaves its end behind
    shown += `${text.slice(from, index)}${MASK}`;
    from = ends[next] ?? BODY.lastIndex;
  }
  return shown + text.slice(from);
}
