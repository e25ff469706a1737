/**
 * Checks the regular expressions of a profile: each must be valid, must not match everything, and
 * must be fast on every text.
 */

/** The limit for a repetition of something that can match in several ways. */
const NARROW = 16;
/** The length of a line; the rest of a longer line is not searched. */
const LINE = 1024;
/** The number of ways in which it may match at one place of a line. */
const MOST_TRIES = 5000;

/** What is wrong with a pattern; null: nothing. */
export function patternProblem(pattern: string): { message: string; hint: string } | null {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'u');
  } catch (error) {
    const reason =
      error instanceof Error
        ? error.message.replace(/^Invalid regular expression: .*\/u?: /s, '')
        : 'it has the wrong form';
    return {
      message: `this is not a regular expression: ${reason}`,
      hint: 'Put a \\ before a literal character that is one of ^ $ \\ . * + ? ( ) [ ] { } |.',
    };
  }
  if (expression.test(''))
    return { message: 'this matches every line', hint: 'Write what must be in the line.' };
  const pieces = [...pattern.matchAll(PIECE)].map(({ groups = {} }) => groups);
  if (pieces.some(({ reference }) => reference !== undefined))
    return {
      message: "groups can't be named or referred to",
      hint: 'Write `(…)` instead of `(?<name>…)`, and repeat the text instead of \\1.',
    };
  /** For each open group: in how many ways its content can match. */
  const open: number[] = [];
  const inGroup = (weight: number): void => {
    if (open.length > 0) open[open.length - 1] = Math.max(open.at(-1) ?? 1, weight);
  };
  /** The same of a group that was just closed. */
  let closed = 1;
  for (const { opening, closing, choice, repetition } of pieces) {
    const most = repetition === undefined ? 1 : longest(repetition);
    if (most > 1 && closed > 1 && most * closed > NARROW) {
      return {
        message: 'the repeated part has a choice or a repetition in it, which can take very long',
        hint: 'Write the inner one out, or search for less: a pattern may match part of the line.',
      };
    }
    if (repetition !== undefined) inGroup(Math.max(2, most) * closed);
    if (choice !== undefined) inGroup(2);
    closed = 1;
    if (opening !== undefined) open.push(1);
    if (closing !== undefined) {
      closed = open.pop() ?? 1;
      inGroup(closed);
    }
  }
  if (tries(pieces) <= MOST_TRIES) return null;
  return {
    message: 'this can match in too many ways: repetitions and choices multiply',
    hint:
      `Limit them: [0-9]{1,3} instead of [0-9]+, .{0,${NARROW}} instead of .*, ` +
      '[0-9]{4} where the number of digits is known.',
  };
}

type Piece = Record<string, string | undefined>;

/**
 * The number of ways in which it can match at one place, at most. Parts in a sequence multiply,
 * choices add up.
 */
function tries(pieces: readonly Piece[]): number {
  /** For each open group: the ways of the choices before, and of the current choice. */
  const open = [{ before: 0, ways: 1 }];
  let closed = 1;
  for (const { opening, closing, choice, repetition } of pieces) {
    let here = open.at(-1) ?? { before: 0, ways: 1 };
    if (repetition !== undefined) here.ways *= waysOf(repetition, closed) / closed;
    closed = 1;
    if (choice !== undefined) {
      here.before += here.ways;
      here.ways = 1;
    } else if (opening !== undefined) open.push({ before: 0, ways: 1 });
    else if (closing !== undefined) {
      open.pop();
      closed = here.before + here.ways;
      here = open.at(-1) ?? here;
      here.ways *= closed;
    }
  }
  const [{ before, ways } = { before: 0, ways: 1 }] = open;
  return before + ways;
}

/** The ways of a repetition whose part can match in `each` ways. */
function waysOf(repetition: string, each: number): number {
  if (repetition === '?') return 1 + each;
  const most = longest(repetition);
  const least = Number(/^\{([0-9]+)/.exec(repetition)?.[1] ?? 0);
  let ways = 0;
  for (let times = Math.min(least, LINE); times <= Math.min(most, LINE); times++)
    ways += each ** times;
  return ways;
}

const PIECE = new RegExp(
  [
    /(?<reference>\\[1-9]|\\k<|\(\?<[^=!])/u,
    /\\.|\[(?:\\.|[^\]\\])*\]/u,
    /(?<opening>\((?:\?(?:[:=!]|<[=!]))?)|(?<closing>\))|(?<choice>\|)/u,
    /(?<repetition>[*+?]|\{[0-9]+(?:,[0-9]*)?\})|./u,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gsu',
);

/** The highest number of repetitions. */
function longest(repetition: string): number {
  if (repetition === '?') return 1;
  const [, least, comma, most] = /^\{([0-9]+)(,?)([0-9]*)\}$/.exec(repetition) ?? [];
  if (least === undefined || (comma !== '' && most === '')) return Infinity;
  return Number(comma === '' ? least : most);
}
