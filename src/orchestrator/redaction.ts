/** What an answer said, without what nobody may see: servers echo requests. */
import { withoutTokens } from './tokens-in-text.js';

const REDACTED = '[secret]';
const SNIPPET = 300;
/** Taking out something so short would garble the rest, and so tell it. */
const SHORTEST = 4;

const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/(\bbearer\s+)[^\s"'<>,;]+/gi, `$1${REDACTED}`],
  [
    /((?:password|passwd|secret|token|authorization|credentials?)\w{0,32}(?:\\?["'])?\s{0,16}[:=]\s{0,16}(?:\\?["'])?(?!bearer\b))[^\s"'&<>,;\\]+/gi,
    `$1${REDACTED}`,
  ],
];

/** One line of `text`, of at most so many characters, with every spelling of `secrets` taken out. */
export function snippetOf(text: string, secrets: readonly string[], most = SNIPPET): string {
  const known = secrets.filter((secret) => secret !== '');
  if (known.some((secret) => secret.length < SHORTEST)) return '';
  const spelled = [...new Set(known.flatMap(spellings))].sort((a, b) => b.length - a.length);
  let clean = text;
  for (const spelling of spelled) clean = replaceAll(clean, spelling);
  clean = withoutTokens(clean, REDACTED);
  for (const [shape, by] of SHAPES) clean = clean.replace(shape, by);
  const line = clean.replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most)}…` : line;
}

/** The same of what is lost unless somebody writes it down: only a text that holds a secret too short to take out is not shown. */
export function savedOf(text: string, secrets: readonly string[], most: number): string {
  const isShort = (secret: string): boolean => secret.length < SHORTEST;
  const holds = (secret: string): boolean =>
    secret !== '' && text.toLowerCase().includes(secret.toLowerCase());
  return secrets.some((secret) => isShort(secret) && holds(secret))
    ? REDACTED
    : snippetOf(
        text,
        secrets.filter((secret) => !isShort(secret)),
        most,
      );
}

/** As it is, and as forms, URLs, JSON, HTML and Basic authentication write it. */
function spellings(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const html = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  const form = new URLSearchParams({ s: secret }).toString().slice(2);
  return [
    secret,
    json,
    html,
    html.replaceAll("'", '&#39;'),
    html.replaceAll('&quot;', '&#34;').replaceAll("'", '&#39;'),
    form,
    encodeURIComponent(secret),
    encodeURI(secret),
    Buffer.from(secret).toString('base64'),
    ...(json === secret ? [] : [JSON.stringify(json).slice(1, -1)]),
  ];
}

/** Case counts for nothing: `%2F` is `%2f`. */
function replaceAll(text: string, spelling: string): string {
  return text.replace(
    new RegExp(spelling.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'gi'),
    REDACTED,
  );
}
