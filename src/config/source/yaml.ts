/** YAML text to a plain value, with the place of each key and value. */
import {
  Composer,
  CST,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Document,
  type ParsedNode,
  type YAMLError,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { VenError, type Finding } from '../../model/index.js';
import { misindented } from './indentation.js';
import { withinLimits } from './limits.js';
import { literalSecrets } from './literal-secrets.js';
import type { Range } from './range.js';
import { FLEET_FILE, quote, Source, throwFindings, type Path, type Place } from './source.js';
import { asScalar, substitute, type Environment } from './substitute.js';
import { unclosed } from './unclosed.js';

/** Values, with aliases expanded. */
const MAX_VALUES = 100_000;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const CONTROL = orLoneSurrogate(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/);
const CONTROL_BUT_LINES = orLoneSurrogate(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/);

export interface ParsedYaml {
  /** Maps have no prototype, so that no key is special. */
  value: unknown;
  root: Place;
  /** Mistakes in single values; the rest can still be checked. */
  findings: Finding[];
}

/**
 * @param env for `${VAR}`; null: no variables are inserted.
 * @throws VenError `fleet-file` when the text is not one well-formed YAML map.
 */
export function parseYaml(source: Source, env: Environment | null): ParsedYaml {
  const tokens = withinLimits(source);
  const findings: Finding[] = [];
  const directive = tokens.find((token) => token.type === 'directive');
  if (directive) {
    findings.push(
      source.finding(
        'directive',
        rangeOf(directive),
        `YAML directives are not used in a ${source.kind.name}`,
        'Delete the line.',
      ),
    );
    throwFindings(source, findings);
  }
  const composer = new Composer({
    version: '1.2',
    uniqueKeys: false,
    merge: false,
    strict: true,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents: Document.Parsed[] = [];
  for (const document of composer.compose(tokens, true, source.text.length)) {
    documents.push(document);
    if (documents.length > 1) break;
  }
  const [document, second] = documents;
  if (document && source.kind === FLEET_FILE)
    source.conceal(
      literalSecrets(document, source.text),
      document.errors.length === 0 && second === undefined,
    );
  // A second error on a line is nearly always an echo of the first.
  const told = new Set<number>();
  for (const error of document?.errors.slice(0, 100) ?? []) {
    const { line } = source.position(error.pos[0]);
    const finding = syntax(source, tokens, error);
    if (!told.has(line) && !told.has(finding.line)) findings.push(finding);
    told.add(line).add(finding.line);
    if (losesTrack(error)) break;
  }
  throwFindings(source, findings);
  if (second) {
    const start = second.range[0];
    const message = 'There is more than one YAML document in the file';
    findings.push(
      source.finding(
        'several-documents',
        { start, end: start + 3 },
        message,
        'Keep one to a file; delete the `---` between them.',
      ),
    );
    throwFindings(source, findings);
  }
  const contents = document?.contents;
  if (!contents || (isScalar(contents) && contents.value === null)) {
    const hint = `Write ${source.kind.begin}, or ${source.kind.example}.`;
    throwFindings(source, [
      source.finding('empty', { start: 0, end: 1 }, 'The file is empty', hint),
    ]);
  }
  const walk = new Walk(source, env, findings);
  const node = contents as ParsedNode;
  const { value, place } = walk.node(node, [], null);
  if (!isMap(node)) {
    const at = { start: node.range[0], end: node.range[0] + 1 };
    const hint = `Begin with ${source.kind.begin}.`;
    throwFindings(source, [
      source.finding(
        'not-a-map',
        at,
        `The file must be a map, not ${isSeq(node) ? 'a list' : 'a single value'}`,
        hint,
      ),
    ]);
  }
  return { value, root: place, findings };
}

/** The text of any fleet file with stars in place of literal secrets; its length stays the same. */
export function withoutLiteralSecrets(text: string): string {
  const source = new Source('', text);
  try {
    parseYaml(source, null);
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
  }
  return source.shown;
}

function orLoneSurrogate({ source }: RegExp): RegExp {
  return new RegExp(`${source}|${LONE_SURROGATE.source}`);
}

class Walk {
  readonly #source: Source;
  readonly #env: Environment | null;
  readonly #findings: Finding[];
  readonly #anchors = new Map<string, ParsedNode>();
  readonly #open = new Set<ParsedNode>();
  #values = 0;

  constructor(source: Source, env: Environment | null, findings: Finding[]) {
    this.#source = source;
    this.#env = env;
    this.#findings = findings;
  }

  node(node: ParsedNode | null, path: Path, key: Range | null): { value: unknown; place: Place } {
    const at = node
      ? { start: node.range[0], end: Math.max(node.range[1], node.range[0] + 1) }
      : (key ?? { start: 0, end: 1 });
    const place: Place = { key, value: at, children: new Map(), flawed: false, inserted: false };
    if (++this.#values > MAX_VALUES) {
      const message = `The file has more than ${MAX_VALUES} values once its aliases are expanded`;
      throwFindings(this.#source, [
        this.#source.finding(
          'alias-bomb',
          at,
          message,
          'Write identical VMs once, with `count` and `defaults`.',
        ),
      ]);
    }
    if (!node) return { value: null, place };
    if (isAlias(node)) return this.#alias(node.source, path, key, at);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (node.tag !== undefined) {
      place.flawed = true;
      this.#findings.push(
        this.#source.finding(
          'tag',
          at,
          `The YAML tag ${quote(node.tag)} is not used in a ${this.#source.kind.name}`,
          'Delete it; put text in quotes.',
        ),
      );
    }
    if (isScalar(node))
      return { value: this.#scalar(node.value, node.type === 'PLAIN', path, place), place };
    this.#open.add(node);
    const value = isMap(node) ? this.#map(node, path, place) : this.#list(node, path, place);
    this.#open.delete(node);
    return { value, place };
  }

  #alias(name: string, path: Path, key: Range | null, at: Range): { value: unknown; place: Place } {
    const place: Place = { key, value: at, children: new Map(), flawed: false, inserted: false };
    const target = this.#anchors.get(name);
    if (!target || this.#open.has(target)) {
      const message = target
        ? `The alias *${name} is inside the value that it names`
        : `There is no anchor &${name} before this alias`;
      this.#findings.push(
        this.#source.finding('alias', at, message, 'Write the value out, or use `defaults`.'),
      );
      place.flawed = true;
      return { value: null, place };
    }
    return this.node(target, path, key);
  }

  #map(node: YAMLMap.Parsed, path: Path, place: Place): Record<string, unknown> {
    const map = Object.create(null) as Record<string, unknown>;
    for (const pair of node.items) {
      const keyNode = pair.key as ParsedNode | null;
      const start = keyNode?.range[0] ?? node.range[0];
      const at = { start, end: Math.max(start + 1, keyNode?.range[1] ?? 0) };
      if (!isScalar(keyNode) || keyNode.value === null || keyNode.tag !== undefined) {
        const hint = isMap(keyNode)
          ? 'Put text that begins with `{` in quotes.'
          : 'Write `key: value`.';
        this.#findings.push(
          this.#source.finding('bad-key', at, 'A key must be a plain word', hint),
        );
        place.flawed = true;
        continue;
      }
      if (keyNode.anchor !== undefined) this.#anchors.set(keyNode.anchor, keyNode);
      const key =
        typeof keyNode.value === 'string'
          ? keyNode.value
          : (keyNode.source ?? JSON.stringify(keyNode.value));
      if (key === '<<' && keyNode.type === 'PLAIN') {
        const hint = 'Put what VMs share under `defaults`, or repeat it.';
        this.#findings.push(
          this.#source.finding(
            'merge-key',
            at,
            `Merge keys (\`<<\`) are not used in a ${this.#source.kind.name}`,
            hint,
          ),
        );
        continue;
      }
      if (CONTROL.test(key)) {
        this.#findings.push(
          this.#source.finding(
            'control-character',
            at,
            `The key ${quote(key)} holds a control character`,
            'Delete it.',
          ),
        );
        continue;
      }
      const first = place.children.get(key);
      if (first) {
        const { line } = this.#source.position(first.key?.start ?? 0);
        this.#findings.push(
          this.#source.finding(
            'duplicate-key',
            at,
            `The key ${quote(key)} is there twice; first in line ${line}`,
            'Delete one of them.',
          ),
        );
        continue;
      }
      const child = this.node(pair.value, [...path, key], at);
      place.children.set(key, child.place);
      map[key] = child.value;
    }
    return map;
  }

  #list(node: YAMLSeq.Parsed, path: Path, place: Place): unknown[] {
    return node.items.map((item, index) => {
      const child = this.node(item, [...path, index], null);
      place.children.set(index, child.place);
      return child.value;
    });
  }

  #scalar(value: unknown, plain: boolean, path: Path, place: Place): unknown {
    if (typeof value !== 'string') return value;
    const result =
      this.#env === null
        ? { text: value, substituted: false, inserted: [], problems: [] }
        : substitute(value, this.#env);
    for (const { name, value } of result.inserted) this.#source.variables.add(name, value);
    place.inserted = result.inserted.length > 0;
    place.flawed ||= result.problems.length > 0;
    for (const problem of result.problems)
      this.#findings.push(
        this.#source.finding(problem.rule, place.value, problem.message, problem.hint),
      );
    const last = path.at(-1);
    if (last === 'env' && result.substituted) {
      place.flawed = true;
      this.#findings.push(
        this.#source.finding(
          'bad-substitution',
          place.value,
          '`env` names the variable that holds a secret, and is not read from another one',
          'Write the name alone: `env: NAME`, without `${` and `}`.',
        ),
      );
    }
    const control = (last === 'title' || last === 'description' ? CONTROL_BUT_LINES : CONTROL).exec(
      result.text,
    );
    if (control) {
      place.flawed = true;
      const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
      const what =
        control[0] === '\n' ? 'a line break' : `a character that libvirt can't keep (U+${code})`;
      this.#findings.push(
        this.#source.finding(
          'control-character',
          place.value,
          `This text holds ${what}`,
          'Delete it.',
        ),
      );
    } else if (last === 'title' && result.text.includes('\n')) {
      place.flawed = true;
      const hint =
        'Put several lines into `description`. (A block that begins with `>` or `|` ends in ' +
        'a line break; `>-` does not.)';
      this.#findings.push(
        this.#source.finding(
          'line-break',
          place.value,
          "libvirt can't keep a line break in a title",
          hint,
        ),
      );
    }
    return plain && result.substituted ? asScalar(result.text, last) : result.text;
  }
}

/**
 * After a bracket without its other one, or what follows a value on its line, the parser takes all
 * the rest for something else than it is.
 */
function losesTrack({ code, message }: YAMLError): boolean {
  return code === 'UNEXPECTED_TOKEN' || code === 'MISSING_CHAR' || message.startsWith('Flow ');
}

function rangeOf(token: CST.Token): Range {
  return { start: token.offset, end: token.offset + ('source' in token ? token.source.length : 1) };
}

const SYNTAX_HINTS: Partial<Record<YAMLError['code'], string>> = {
  TAB_AS_INDENT: 'Indent with spaces, not tabs.',
  BAD_INDENT: 'Bring it in line with its neighbours, and close every bracket and brace.',
  MISSING_CHAR: 'Close what is open before it: a bracket, a quote, or the `:` of a key.',
  MULTILINE_IMPLICIT_KEY: 'Keep a key on one line, and put a `:` and a space after it.',
  BLOCK_AS_IMPLICIT_KEY:
    'Put a `:` and a space after each key, and quotes around text that holds `: `.',
  BAD_SCALAR_START: 'Put quotes around text that begins with one of @ ` % & * ! | >.',
  BAD_DQ_ESCAPE: 'Write \\\\ for a backslash in double quotes, or use single quotes.',
};

function syntax(source: Source, tokens: readonly CST.Token[], error: YAMLError): Finding {
  const known = misindented(source.text, error) ?? unclosed(source.text, tokens, error);
  if (known !== null) {
    const message = `This is not valid YAML: ${known.message}`;
    return source.finding('yaml-syntax', known.at, message, known.hint);
  }
  const [start, end] = error.pos;
  const braces =
    'Put ${…} in quotes, or write its key on a line of its own: ' +
    'between { and } YAML reads its braces as a map.';
  const hint = source.lineAt(start).includes('${')
    ? braces
    : (SYNTAX_HINTS[error.code] ??
      'Look at the indentation, quotes and brackets of this line and of the one before.');
  return source.finding(
    'yaml-syntax',
    { start, end },
    `This is not valid YAML: ${error.message}`,
    hint,
  );
}
