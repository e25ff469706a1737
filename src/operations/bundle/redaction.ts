import type { Profile } from '../../model/index.js';
import { withoutTokens } from '../../orchestrator/index.js';
import { createRedactor } from '../../stages/index.js';

/** Takes secrets out of what is to leave the house. Linear in the text, whatever stands in it. */
export interface BundleRedaction {
  /** Of a file that a person wrote: prompts have no meaning in it. */
  file: (text: string) => string;
  /** Of what programs and nodes said. */
  text: (text: string) => string;
  /**
   * JSON stays JSON: each string in it is taken as a text of its own. What is none is taken as
   * text.
   */
  json: (text: string) => string;
  /** One JSON object a line. */
  jsonLines: (text: string) => string;
}

const MASK = '********';

/** What tells by its looks that it is secret, or follows something that says so. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/(\b(?:bearer|basic|negotiate)[ \t]{1,8})(?=[^\s"',;]{8})[^\s"',;]+/gi, `$1${MASK}`],
  [/(\bhttps?:\/\/)[^\s/"'<>]+@/gi, `$1${MASK}@`],
  [/(\b[a-z][a-z0-9+.-]{1,15}:\/\/)[^\s/@"'<>:]*:[^\s/"'<>]*@/gi, `$1${MASK}@`],
  [
    /((?:passw(?:or)?d|passphrase|secret|token|api[-_]?key)["']?[ \t]{0,8}[=:][ \t]{0,8}["']?)(?!["'{[]|\$\{|\*{8})[^\s"'&,;{}]+/gi,
    `$1${MASK}`,
  ],
];

/**
 * A line of an encoded key, also without the lines around it that say so. Digests are written in
 * hex.
 */
const ENCODED = /(?<![\w+/=])(?![0-9a-f]+(?![\w+/=]))[A-Za-z0-9+/]{60,}={0,2}(?![\w+/=])/g;

const SECRET_KEY = /^(?:.*passw(?:or)?d|.*passphrase|.*secret|.*token|authorization)$/i;

/**
 * `secrets`: what is known to be secret. `profile`: of whose prompts those that are followed by a
 * secret count.
 */
export function bundleRedaction(secrets: readonly string[], profile: Profile): BundleRedaction {
  const exact = createRedactor(secrets);
  const exactAndPrompts = createRedactor(secrets, profile);
  const spelled = faraway(secrets);
  const file = (written: string): string => {
    let shown = withoutKeys(written);
    if (spelled !== null) shown = shown.replaceAll(spelled, MASK);
    shown = exact(shown);
    shown = withoutTokens(shown, MASK);
    for (const [shape, by] of SHAPES) shown = shown.replaceAll(shape, by);
    return shown;
  };
  const text = (said: string): string => exactAndPrompts(file(said));
  const walk = (value: unknown, of: (said: string) => string, key = ''): unknown => {
    if (typeof value === 'string') return SECRET_KEY.test(key) && value !== '' ? MASK : of(value);
    if (Array.isArray(value)) return value.map((item) => walk(item, of, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [of(name), walk(inner, of, name)]),
    );
  };
  const parsed = (said: string, of: (said: string) => string, indent?: number): string => {
    let value: unknown;
    try {
      value = JSON.parse(said);
    } catch {
      return of(said);
    }
    return JSON.stringify(walk(value, of), null, indent);
  };
  return {
    file,
    text,
    json: (said) => `${parsed(said, text, 2)}\n`,
    jsonLines: (said) =>
      said
        .split('\n')
        // Here a key comes line by line.
        .map((line) =>
          line === '' ? '' : parsed(line, (one) => text(one).replaceAll(ENCODED, MASK)),
        )
        .join('\n'),
  };
}

/**
 * Secrets as they are found further away: within JSON within JSON, in addresses, in pages; with
 * single characters written otherwise, and broken by the edge of a terminal.
 */
function faraway(secrets: readonly string[]): RegExp | null {
  const long = secrets.filter(({ length }) => length >= TELLING);
  if (long.length === 0) return null;
  const between = '(?: ?\\r?\\n)?\\\\{0,8}';
  return new RegExp(
    long.map((secret) => `\\\\{0,8}${[...secret].map(spellings).join(between)}`).join('|'),
    'gu',
  );
}

/** Shorter ones stand in every text. */
const TELLING = 4;

const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  ' ': '+',
};

function spellings(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).padStart(4, '0');
  const percent = [...Buffer.from(character)]
    .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
    .join('');
  const ways = [
    character,
    `u${hex}`,
    `u${hex.toUpperCase()}`,
    percent,
    percent.toUpperCase(),
    `&#${code};`,
    NAMED[character] ?? '',
  ];
  const known = [...new Set(ways)].filter((way) => way !== '');
  return `(?:${known.map((way) => way.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|')})`;
}

const BEGINS = /-----BEGIN [A-Z0-9 ]{0,20}PRIVATE KEY-----/g;
const ENDS = /-----END [A-Z0-9 ]{0,20}PRIVATE KEY-----/g;
const BODY = /[A-Za-z0-9+/=\s\\:,.-]*/y;

/** Private keys in PEM; one without an end goes as far as it looks like one. */
function withoutKeys(text: string): string {
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
