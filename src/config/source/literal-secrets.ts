/**
 * Secrets that somebody wrote into a fleet file instead of saying where they are: where they stand,
 * so that nothing shows them.
 */
import { isAlias, isMap, isScalar, isSeq, visit, type Document, type Node, type Pair } from 'yaml';
import type { Range } from './range.js';

/**
 * No key of a fleet file but `credentials`, `osCredentials`, `username` and `password`; and many a
 * slip of the pen.
 */
const TELLING = /pas|pw|secret|token|bearer|jwt|cookie|cred|user|login|auth|pin\b|key$/i;
/** Whose entries have names of their own. */
const NAMED = new Set(['networks', 'hosts']);
/** In which a text may be a key and its secret, without the colon. */
const CLOSE = new Set(['orchestrator', 'graphics', 'bmc']);
/** `password Hunter2` and `password=Hunter2` */
const GLUED = /[\s=]/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * All in `document` that stands where a secret's reference belongs, but is no reference. Documents
 * with errors may hold more.
 */
export function literalSecrets(document: Document.Parsed, text: string): Range[] {
  const found: Range[] = [];
  const anchors = new Map<string, Node>();
  visit(document, {
    Node: (_, node) => {
      if (!isAlias(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  const seen = new Set<unknown>();
  const whole = (node: Node): void => {
    if (node.range) found.push({ start: node.range[0], end: node.range[1] });
  };
  /** From the key's end, so that anchors and tags go, too. */
  const after = ({ key, value }: Pair, end?: number): void => {
    const at = (key as Node | null)?.range?.[1];
    const to = end ?? (value as Node | null)?.range?.[1];
    if (at === undefined || to === undefined) return;
    const colon = /^["']?\s*:/.exec(text.slice(at, to))?.[0].length ?? 0;
    found.push({ start: at + colon, end: to });
  };

  const secret = (value: unknown, pair: Pair | null): void => {
    const node = isAlias(value) ? anchors.get(value.source) : value;
    if (isMap(node)) {
      if (pair && !isAlias(value) && node.range) after(pair, node.range[0]);
      if (seen.has(node)) return;
      seen.add(node);
      for (const inner of node.items) entry(inner);
      return;
    }
    // A choice: not a secret, whatever its key.
    if (isScalar(node) && typeof node.value === 'boolean') return;
    if (isAlias(value) && node) whole(node as Node);
    if (pair) after(pair);
    else if (value) whole(value as Node);
  };
  /** Of a reference, of `credentials`, or of what is taken for one of them. */
  const entry = (pair: Pair): void => {
    const { key, value } = pair;
    const name = isScalar(key) ? String(key.value) : '';
    const written =
      isScalar(value) && value.tag === undefined && value.anchor === undefined ? value.value : null;
    if (name === 'env' && typeof written === 'string' && VARIABLE.test(written)) return;
    if (name === 'file' && typeof written === 'string') return;
    // A word alone is no key.
    if (key && (value === null || (isScalar(value) && value.value === null))) {
      if (!/^(?:username|password|env|file)$/.test(name)) whole(key as Node);
    }
    if (key && GLUED.test(name)) whole(key as Node);
    secret(value, pair);
  };
  const walk = (node: unknown, parent: string): void => {
    if (isSeq(node)) for (const item of node.items) walk(item, parent);
    if (isScalar(node) && CLOSE.has(parent) && TELLING.test(String(node.value))) whole(node);
    if (!isMap(node)) return;
    for (const pair of node.items) {
      const { key, value } = pair;
      const name = isScalar(key) ? String(key.value) : '';
      if (!isScalar(key)) walk(key, parent);
      if (NAMED.has(parent) || !TELLING.test(name)) {
        walk(value, name);
        continue;
      }
      if (key && GLUED.test(name)) whole(key as Node);
      secret(value, pair);
    }
  };
  walk(document.contents, '');
  return found;
}
