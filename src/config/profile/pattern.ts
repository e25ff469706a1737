/** Regular expressions that a profile brings: that they can be read, mean something, and can't be slow on any text. */

/** What repeats something that can be tried in several ways goes on for no longer. */
const NARROW = 16;
/** A line's length, of which no more is tried. */
const LINE = 1024;
/** In how many ways it may be tried at one place of a line. */
const MOST_TRIES = 5000;

/** What is wrong with it; null: nothing. */
export function patternProblem(pattern: string): { message: string; hint: string } | null {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'u');
  } catch (error) {
    const reason =
      error instanceof Error
        ? error.message.replace(/^Invalid regular expression: .*\/u?: /s, '')
        : 'it has another form';
    return {
      message: `this is no regular expression: ${reason}`,
      hint: 'Put a \\ before a character that stands for itself, one of ^ $ \\ . * + ? ( ) [ ] { } |.',
    };
  }
  if (expression.test(''))
    return { message: 'this fits every line', hint: 'Write down what must be there.' };
  const pieces = [...pattern.matchAll(PIECE)].map(({ groups = {} }) => groups);
  if (pieces.some(({ reference }) => reference !== undefined))
    return {
      message: 'groups can not be named or referred to',
      hint: 'Write `(…)` instead of `(?<name>…)`, and write out what \\1 stands for.',
    };
  /** For each open group: how much there is to try in it. */
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
        message: 'what is repeated holds a choice or a repetition itself, which can take for ever',
        hint: 'Write the inner one out, or search for less: a pattern need not fit the whole line.',
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
    message: 'this can be tried in too many ways: repetitions and choices multiply',
    hint: `Limit them: [0-9]{1,3} instead of [0-9]+, .{0,${NARROW}} instead of .*, [0-9]{4} where the number is known.`,
  };
}

type Piece = Record<string, string | undefined>;

/** In how many ways it can be tried at one place, at most: what follows one another multiplies, what is chosen from adds up. */
function tries(pieces: readonly Piece[]): number {
  /** For each open group: of the choices before, and of the one under way. */
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

/** Of a repetition of what itself can be tried in `each` ways. */
function waysOf(repetition: string, each: number): number {
  if (repetition === '?') return 1 + each;
  const most = longest(repetition);
  const least = Number(/^\{([0-9]+)/.exec(repetition)?.[1] ?? 0);
  let ways = 0;
  for (let times = Math.min(least, LINE); times <= Math.min(most, LINE); times++)
    ways += each ** times;
  return ways;
}

const PIECE =
  /(?<reference>\\[1-9]|\\k<|\(\?<[^=!])|\\.|\[(?:\\.|[^\]\\])*\]|(?<opening>\((?:\?(?:[:=!]|<[=!]))?)|(?<closing>\))|(?<choice>\|)|(?<repetition>[*+?]|\{[0-9]+(?:,[0-9]*)?\})|./gsu;

/** How often, at most. */
function longest(repetition: string): number {
  if (repetition === '?') return 1;
  const [, least, comma, most] = /^\{([0-9]+)(,?)([0-9]*)\}$/.exec(repetition) ?? [];
  if (least === undefined) return Infinity;
  return comma === '' ? Number(least) : most === '' ? Infinity : Number(most);
}
