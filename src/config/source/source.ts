/** The text of a file, and findings that point into it. */
import { UNSAFE_TEXT, VenError, type Finding, type FindingRule } from '../../model/index.js';
import {
  InsertedVariables,
  likelySecrets,
  MASK,
  starPasswords,
  starred,
  starUriPasswords,
} from '../../secrets/index.js';
import type { Range } from './range.js';

/** Keys and indexes from the root, as in `['vms', 0, 'cpus']`. */
export type Path = readonly (string | number)[];

/** The place of a value, and of its key where it has one. */
export interface Place {
  key: Range | null;
  value: Range;
  children: Map<string | number, Place>;
  /** It could not be read, and a finding says so; more findings about it would not help. */
  flawed: boolean;
  /** It has the value of a variable in it. */
  inserted: boolean;
}

/** Findings beyond this number are counted, not shown. */
const MAX_FINDINGS = 100;
const FRAME_WIDTH = 100;
const CONTEXT_LINES = 2;
/** Shorter words stand in every text. */
const SHORTEST = 3;

/** What a file is called, and how it begins. */
export interface FileKind {
  name: string;
  begin: string;
  /** Where to get one. */
  example: string;
}

export const FLEET_FILE: FileKind = {
  name: 'fleet file',
  begin: '`apiVersion: ven/v1`, `fleet:` and `vms:`',
  example: 'let `ven init` write a file',
};

export class Source {
  readonly file: string;
  readonly kind: FileKind;
  readonly text: string;
  /** Of secrets that somebody wrote into it. */
  #secrets: readonly Range[];
  /** As the text, without them. */
  #stars: string;
  #words: readonly string[] | null = null;
  readonly #lineStarts: number[];
  /** Those whose values are in what was parsed: no message quotes a value. */
  readonly variables = new InsertedVariables();

  constructor(file: string, text: string, kind = FLEET_FILE) {
    this.file = file;
    this.kind = kind;
    this.text = text;
    // As long as nobody has parsed it. A profile has no place for secrets.
    this.#secrets = kind === FLEET_FILE ? likelySecrets(text) : [];
    this.#stars = starred(starPasswords(text), this.#secrets);
    this.#lineStarts = [0];
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1))
      this.#lineStarts.push(at + 1);
  }

  /** What findings may show: the text with stars for secrets. */
  get shown(): string {
    return this.#stars;
  }

  /** @param known where secrets stand. `parsed`: there are no others. */
  conceal(known: readonly Range[], parsed: boolean): void {
    this.#secrets = parsed ? known : [...this.#secrets, ...known];
    this.#words = null;
    this.#stars = starred(starPasswords(this.text), this.#secrets);
  }

  position(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }

  finding(rule: FindingRule, at: Range, message: string, hint: string): Finding {
    const offset = Math.max(0, Math.min(at.start, this.text.length));
    const { line, column } = this.position(offset);
    return {
      rule,
      message: this.#said(message),
      hint: this.#said(hint),
      file: this.file,
      line,
      column,
      frame: this.#frame(line, column, at.end - at.start),
    };
  }

  #said(message: string): string {
    const told = shortened(this.variables.shown(this.#unquoted(message)));
    return printable(starUriPasswords(told, () => MASK));
  }

  /** Without quotations of secrets, and names that stand where they should. */
  #unquoted(message: string): string {
    const words = (this.#words ??= this.#secretWords());
    if (words.length === 0) return message;
    return message.replace(
      /"((?:[^"\\]|\\.)*)"|(?<=[*&])[^\s"]+/g,
      (whole: string, inner: string | undefined) => {
        const said = inner ?? whole;
        const secret = words.some(
          (word) => said.includes(word) || (said.length >= SHORTEST && word.includes(said)),
        );
        return secret ? '"****"' : whole;
      },
    );
  }

  #secretWords(): string[] {
    const words = this.#secrets.flatMap(({ start, end }) =>
      this.text.slice(start, end).split(/[\s"'{}[\],]+/),
    );
    return [...new Set(words)].filter(({ length }) => length >= SHORTEST);
  }

  lineAt(offset: number): string {
    return this.#line(this.position(offset).line, this.text);
  }

  #line(number: number, text = this.shown): string {
    const start = this.#lineStarts[number - 1] ?? 0;
    const end = this.#lineStarts[number] ?? text.length + 1;
    return text.slice(start, end - 1).replace(/\r$/, '');
  }

  #frame(line: number, column: number, length: number): string {
    const first = Math.max(1, line - CONTEXT_LINES);
    const last = Math.min(this.#lineStarts.length, line + CONTEXT_LINES);
    const gutter = String(last).length;
    // A very long line is shown as the window around the place.
    const start = this.#shownLine(line).at(column - 1);
    const shift = start >= FRAME_WIDTH - 20 ? start + 1 - FRAME_WIDTH / 2 : 0;
    const rows: string[] = [];
    for (let number = first; number <= last; number++) {
      const { text, at } = this.#shownLine(number);
      const shown = printable(text.slice(shift, shift + FRAME_WIDTH));
      rows.push(
        `${number === line ? '>' : ' '} ${String(number).padStart(gutter)} | ${shown}`.trimEnd(),
      );
      if (number !== line) continue;
      const begin = start - shift;
      const end = Math.min(at(column - 1 + length), text.length) - shift;
      const carets = Math.max(1, Math.min(end, FRAME_WIDTH) - begin);
      rows.push(`  ${' '.repeat(gutter)} | ${' '.repeat(begin)}${'^'.repeat(carets)}`);
    }
    return rows.join('\n');
  }

  /**
   * A line without secrets, nor their length. `at`: where in it a place of the line is; within a
   * secret that is its beginning.
   */
  #shownLine(number: number): { text: string; at: (place: number) => number } {
    const written = this.#line(number, this.text);
    const stars = starUriPasswords(this.#line(number));
    const runs = [...stars.matchAll(/\*+/g)]
      .map(({ 0: run, index }) => ({ start: index, end: index + run.length }))
      .filter(({ start, end }) => written.slice(start, end) !== stars.slice(start, end));
    let text = '';
    let from = 0;
    for (const { start, end } of runs) {
      text += stars.slice(from, start) + MASK;
      from = end;
    }
    const at = (place: number): number => {
      let moved = place;
      for (const { start, end } of runs) {
        if (place >= end) moved += MASK.length - (end - start);
        else if (place > start) moved -= place - start;
      }
      return moved;
    };
    return { text: text + stars.slice(from), at };
  }
}

/** Each UTF-16 unit stays one column wide; nothing in it can drive a terminal. */
function printable(text: string): string {
  return text.replace(/\t/g, ' ').replace(UNSAFE_TEXT, (unsafe) => '\ufffd'.repeat(unsafe.length));
}

/** With the beginnings of long quotations only. */
function shortened(text: string): string {
  return text.replace(/"((?:[^"\\]|\\.){80})(?:[^"\\]|\\.)+"/g, '"$1…"');
}

/** A user's string for a message: in quotes, escaped; a long one is cut in the finding. */
export function quote(value: unknown): string {
  let text: string;
  if (typeof value === 'string') text = JSON.stringify(value);
  else if (Array.isArray(value)) text = 'a list';
  else if (value !== null && typeof value === 'object') text = 'a map';
  else text = String(value);
  return text;
}

/** A path in the usual notation: `vms[0].cpus`. */
export function label(path: Path): string {
  if (path.length === 0) return 'The file';
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  // A key can have any character.
  return `\`${text.replace(/[\u0000-\u001f`]/g, '?').slice(0, 120)}\``;
}

/** The place of a path, or of its nearest ancestor in the file. */
export function placeOf(root: Place, path: Path): Place {
  let place = root;
  for (const step of path) {
    const next = place.children.get(step) ?? place.children.get(String(step));
    if (!next) break;
    place = next;
  }
  return place;
}

/** Whether a finding about exactly this value exists already. */
export function isFlawed(root: Place, path: Path): boolean {
  let place: Place | undefined = root;
  for (const step of path) place = place?.children.get(step) ?? place?.children.get(String(step));
  return place?.flawed ?? false;
}

/** Throws when there are findings: sorted by place, the same place and rule once. */
export function throwFindings(
  source: Pick<Source, 'file' | 'kind'>,
  findings: readonly Finding[],
): void {
  if (findings.length > 0) throw findingsError(source, findings);
}

export function findingsError(
  { file, kind }: Pick<Source, 'file' | 'kind'>,
  findings: readonly Finding[],
): VenError {
  const seen = new Set<string>();
  const unique = findings
    .filter((f) => {
      const key = `${f.line}:${f.column}:${f.rule}:${f.message}`;
      return !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => a.line - b.line || a.column - b.column);
  const [first] = unique;
  const count = unique.length === 1 ? 'one mistake' : `${unique.length} mistakes`;
  return new VenError('fleet-file', {
    summary: `The ${kind.name} ${file} has ${count}`,
    detail:
      unique.length > MAX_FINDINGS
        ? `The first ${MAX_FINDINGS} of ${unique.length} are shown.`
        : undefined,
    where: first && `${file}:${first.line}:${first.column}`,
    hint: first?.hint,
    findings: unique.slice(0, MAX_FINDINGS),
  });
}
