/** What may be shown of what a node said. */
import type { Profile } from '../model/index.js';

export type Redact = (text: string) => string;

const MASK = '********';

/**
 * Takes out `secrets`, also as JSON, URLs and base64 write them, and, with a profile, all that follows a secret prompt on its line.
 * For text of any number of lines.
 */
export function createRedactor(secrets: readonly string[], profile?: Profile): Redact {
  const exact = exactly(secrets);
  const prompts = profile === undefined ? null : secretPrompts(profile);
  return (text) => {
    const shown = exact === null ? text : text.replace(exact, MASK);
    return prompts === null
      ? shown
      : shown.replace(/[^\r\n]+/g, (line) => afterPrompt(line, prompts, () => MASK));
  };
}

/** The same for single lines, each as long as before, so that columns stay. */
export class LineMask {
  readonly #secrets: readonly string[];
  readonly #exact: RegExp | null;
  readonly #prompts: RegExp | null;

  /** @param prompts what is followed by a secret. */
  constructor(secrets: readonly string[], prompts: RegExp | null) {
    this.#secrets = secrets;
    this.#exact = exactly(secrets);
    this.#prompts = prompts;
  }

  /** @param underWay the line may end in the midst of a secret: then what may be one's beginning is masked as well. */
  mask(line: string, underWay = false): string {
    let masked = this.#exact === null ? line : line.replace(this.#exact, stars);
    if (this.#prompts !== null) masked = afterPrompt(masked, this.#prompts, stars);
    return underWay ? maskedBeginning(masked, this.#secrets) : masked;
  }
}

function stars(text: string): string {
  return '*'.repeat([...text].length);
}

/** The prompts that are followed by secrets, wherever they stand in a line; null: there are none. */
export function secretPrompts(profile: Profile): RegExp | null {
  const patterns = profile.stages.flatMap(({ answers }) =>
    answers.filter(({ secret }) => secret).map(({ prompt }) => prompt),
  );
  if (patterns.length === 0) return null;
  // A prompt ends its line; in a line that went on it does not, nor need a line that was not cleaned begin with it.
  return new RegExp(patterns.map((pattern) => `(?:${unanchored(pattern)})`).join('|'), 'u');
}

const PIECE = /\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?<?[:=!])?|[)^$]|[^\\[()^$]+/gsu;

/** Without its anchors, wherever they stand in it. Where something must not follow or go before, a line's end is nothing that does. */
function unanchored(pattern: string): string {
  const open: boolean[] = [];
  return pattern.replace(PIECE, (piece) => {
    if (piece === '^' || piece === '$') return open.at(-1) === true ? '(?!)' : '';
    if (piece.startsWith('(')) open.push(piece.endsWith('!') || open.at(-1) === true);
    else if (piece === ')') open.pop();
    return piece;
  });
}

/** Of a line: what decides stands near its beginning, and no pattern can be made to look for long. */
export const TRIED = 1024;

function afterPrompt(line: string, prompts: RegExp, mask: (text: string) => string): string {
  const end = endOfPrompt(line, prompts);
  if (end === null) return line;
  const rest = line.slice(end).trimStart();
  return rest === '' ? line : line.slice(0, line.length - rest.length) + mask(rest);
}

/** Of the first; a longer line is tried piece by piece, each half as far on. */
function endOfPrompt(line: string, prompts: RegExp): number | null {
  for (let start = 0; start === 0 || start + TRIED / 2 < line.length; start += TRIED / 2) {
    const found = prompts.exec(line.slice(start, start + TRIED));
    if (found) return start + found.index + found[0].length;
  }
  return null;
}

/** As it is, and as JSON, addresses and base64 write it. */
export function writtenForms(secret: string): string[] {
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ];
}

function exactly(secrets: readonly string[]): RegExp | null {
  const alternatives = [...new Set(secrets.flatMap(writtenForms))]
    .filter((one) => one !== '')
    .sort((a, b) => b.length - a.length);
  return alternatives.length === 0 ? null : new RegExp(alternatives.map(literally).join('|'), 'gu');
}

/** Shorter ones stand at a line's end too often to tell anything. */
const TELLING = 4;

function maskedBeginning(line: string, secrets: readonly string[]): string {
  for (const secret of secrets) {
    for (let length = secret.length - 1; length >= TELLING; length--) {
      if (line.endsWith(secret.slice(0, length)))
        return line.slice(0, -length) + '*'.repeat(length);
    }
  }
  return line;
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, (character) => `\\${character}`);
}
