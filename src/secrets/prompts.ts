/** What follows a prompt for a secret on its line is secret, whatever it is. */
import type { Profile } from '../model/index.js';

/**
 * The prompts that are followed by secrets, wherever they stand in a line; null: there are none.
 */
export function secretPrompts(profile: Profile): RegExp | null {
  const patterns = profile.stages.flatMap(({ answers }) =>
    answers.filter(({ secret }) => secret).map(({ prompt }) => prompt),
  );
  if (patterns.length === 0) return null;
  // A prompt ends its line; in a line that went on it does not, nor need a line that was not
  // cleaned begin with it.
  return new RegExp(patterns.map((pattern) => `(?:${unanchored(pattern)})`).join('|'), 'u');
}

const PIECE = /\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?<?[:=!])?|[)^$]|[^\\[()^$]+/gsu;

/**
 * Without its anchors, wherever they stand in it. Where something must not follow or go before, a
 * line's end is nothing that does.
 */
function unanchored(pattern: string): string {
  const open: boolean[] = [];
  return pattern.replace(PIECE, (piece) => {
    if (piece === '^' || piece === '$') return open.at(-1) === true ? '(?!)' : '';
    if (piece.startsWith('(')) open.push(piece.endsWith('!') || open.at(-1) === true);
    else if (piece === ')') open.pop();
    return piece;
  });
}

/**
 * Of a line: what decides stands near its beginning, and no pattern can be made to look for long.
 */
export const TRIED = 1024;

/** `line` with what `mask` makes of all that follows the first prompt in it. */
export function maskAfterPrompt(
  line: string,
  prompts: RegExp,
  mask: (text: string) => string,
): string {
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
