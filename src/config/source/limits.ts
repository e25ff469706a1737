/** Checks before YAML is parsed, so that no input can be slow, too deep or unreadable. */
import { CST, Lexer, Parser } from 'yaml';
import { refuseBareReturns } from './decode.js';
import type { Range } from './range.js';
import { FLEET_FILE, Source, throwFindings } from './source.js';

/** Room for long texts; the amount of YAML is limited below. */
const MAX_FILE_BYTES = 1024 * 1024;
/** Characters and words of YAML; about 27,000 lines, or 2,000 VMs with all that is their own. */
const MAX_TOKENS = 192_000;
/** The format itself needs 7. */
const MAX_DEPTH = 32;

/** What the lexer puts between the pieces of the text. */
const MARKERS = new Set(['\u0002', '\u0018', '\u001f']);

const FORBIDDEN_IN_FILE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/;

/**
 * Refuses text that is too large, too deep, or carries control characters.
 * @throws VenError `fleet-file`
 * @returns the tokens of the YAML parser, few and shallow.
 */
export function withinLimits(source: Source): CST.Token[] {
  refuseBareReturns(source);
  const { text, kind } = source;
  const control = FORBIDDEN_IN_FILE.exec(text);
  if (control) {
    const code = text.charCodeAt(control.index).toString(16).toUpperCase().padStart(4, '0');
    const at = { start: control.index, end: control.index + 1 };
    throwFindings(source, [
      source.finding(
        'control-character',
        at,
        `The file holds a control character (U+${code})`,
        'Delete it.',
      ),
    ]);
  }
  const deep = (at: Range): void => {
    const message = `The file is nested more than ${MAX_DEPTH} levels deep`;
    throwFindings(source, [
      source.finding(
        'too-deep',
        at,
        message,
        `A ${kind.name} needs 7 levels; close the brackets that are open.`,
      ),
    ]);
  };
  let tokens = 0;
  let brackets = 0;
  let offset = 0;
  const parser = new Parser();
  const cst: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    if (++tokens > MAX_TOKENS) {
      const message = `The file is too long for a ${kind.name}`;
      const hint = 'Say alike VMs once, with `count`, or split the fleet.';
      throwFindings(source, [
        source.finding('too-large', { start: offset, end: offset + 1 }, message, hint),
      ]);
    }
    // Brackets nest fastest; the parser need not read them all.
    if (lexeme === '[' || lexeme === '{') brackets++;
    if (lexeme === ']' || lexeme === '}') brackets--;
    if (brackets > MAX_DEPTH) deep({ start: offset, end: offset + 1 });
    if (!MARKERS.has(lexeme)) offset += lexeme.length;
    cst.push(...parser.next(lexeme));
  }
  cst.push(...parser.end());
  const at = tooDeep(cst);
  if (at) deep(at);
  return cst;
}

/** @throws VenError `fleet-file` */
export function refuseLarge(size: number, file: string, kind = FLEET_FILE): void {
  if (size <= MAX_FILE_BYTES) return;
  const has = (size / 1024 / 1024).toFixed(1);
  const limit = MAX_FILE_BYTES / 1024 / 1024;
  const message = `The file has ${has} MiB; a ${kind.name} has at most ${limit} MiB`;
  const hint = `Check that this is a ${kind.name}.`;
  throwFindings({ file, kind }, [
    {
      rule: 'too-large',
      message,
      hint,
      file,
      line: 1,
      column: 1,
      frame: '> 1 | (not shown)\n    | ^',
    },
  ]);
}

/** Walks without recursion, since the depth is not checked yet. */
function tooDeep(tokens: readonly CST.Token[]): Range | null {
  const queue: { token: CST.Token; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = queue.pop(); next; next = queue.pop()) {
    const { token, depth } = next;
    if (depth > MAX_DEPTH) return { start: token.offset, end: token.offset + 1 };
    if (token.type === 'document' && token.value) queue.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const item of token.items) {
      if (item.key) queue.push({ token: item.key, depth: depth + 1 });
      if (item.value) queue.push({ token: item.value, depth: depth + 1 });
    }
  }
  return null;
}
