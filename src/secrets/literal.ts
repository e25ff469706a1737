/** Secrets in the text of a fleet file. */
import type { Stretch } from './find.js';

/**
 * What is likely a secret that somebody wrote into the text of a fleet file, which can't be parsed:
 * what follows a telling key, on its line and on those that stand further in, unless it is a
 * reference. It may be more than that.
 */
export function likelySecrets(text: string): Stretch[] {
  const found: Stretch[] = [];
  let at = 0;
  /** How far in the last telling key stands. */
  let under = Infinity;
  for (const line of text.split('\n')) {
    const indent = /^(?:[ \t]|-[ \t])*/.exec(line)?.[0].length ?? 0;
    const blank = line.trim() === '' || /^\s*#/.test(line);
    if (!blank && indent <= under) under = Infinity;
    const key = KEY.exec(line);
    const nested = under < indent ? indent : null;
    const begin = key ? key.index + key[0].length : nested;
    if (begin !== null && !NOTHING_ELSE.test(line.slice(begin)))
      found.push({ start: at + begin, end: at + line.length });
    if (key) under = Math.min(under, indent);
    at += line.length + 1;
  }
  return found;
}

const KEY_WORD = 'passw|pwd|secret|token|bearer|cookie|api[-_]?key|credential|username';
const KEY = new RegExp(`(?:${KEY_WORD})[\\w-]{0,16}["']?[ \\t]{0,16}[:=]`, 'i');
const REFERENCE =
  /\{?[ \t]*(?:env:[ \t]+["']?[A-Za-z_]\w*["']?|file:[ \t]+[^\s,{}]+)[ \t]*\}?[\s,}\]]*/;
const NOTHING_ELSE = new RegExp(`^[ \\t]*(?:${REFERENCE.source})?(?:#.*)?$`);

/** `text` with stars for what stands at `ranges`; each character stays where it was. */
export function starred(text: string, ranges: readonly Stretch[]): string {
  let shown = '';
  let from = 0;
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    if (end <= from) continue;
    const begin = Math.max(start, from);
    shown += text.slice(from, begin) + text.slice(begin, end).replace(/\S/g, '*');
    from = end;
  }
  return shown + text.slice(from);
}

/**
 * A scalar after `password:`, on its line or the next, as many stars long: it belongs into no
 * terminal and no log of a CI.
 */
export function starPasswords(text: string): string {
  return text.replace(PASSWORD, (whole: string, before: string, secret: string) =>
    /^[\w-]+:(\s|$)/.test(secret) ? whole : `${before}${'*'.repeat(secret.length)}`,
  );
}

const PASSWORD = new RegExp(
  /(\bpassw(?:or)?d["']?[ \t]*:[ \t]*(?:[|>][-+0-9]*[ \t]*)?(?:\r?\n[ \t]+)?)/.source +
    /((?:"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?|[^\s,{}[\]#&*][^\n,}]*))/.source,
  'gi',
);
