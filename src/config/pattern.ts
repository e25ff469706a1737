/** Regular expressions that a profile brings: that they can be read, mean something, and can't be slow on any text. */

/** A repetition that may go on for longer is wide. */
const NARROW = 16;
/** With `n` wide ones, and the place to begin at, the time grows with the text's length to the power of `n + 1`. */
const MOST_WIDE = 2;

/** What is wrong with it; null: nothing. */
export function patternProblem(pattern: string): { message: string; hint: string } | null {
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'u');
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^Invalid regular expression: .*\/u?: /s, '') : 'it has another form';
    return {
      message: `this is no regular expression: ${reason}`,
      hint: 'Put a \\ before a character that stands for itself, one of ^ $ \\ . * + ? ( ) [ ] { } |.',
    };
  }
  if (expression.test('')) return { message: 'this fits every line', hint: 'Write down what must be there.' };
  const pieces = [...pattern.matchAll(PIECE)].map(({ groups = {} }) => groups);
  if (pieces.some(({ reference }) => reference !== undefined))
    return {
      message: 'groups can not be named or referred to',
      hint: 'Write `(…)` instead of `(?<name>…)`, and write out what \\1 stands for.',
    };
  let wide = 0;
  /** For each open group: how much there is to try in it. */
  const open: number[] = [];
  const inGroup = (weight: number): void => {
    if (open.length > 0) open[open.length - 1] = Math.max(open.at(-1) ?? 1, weight);
  };
  /** The same of a group that was just closed. */
  let closed = 1;
  for (const { opening, closing, choice, repetition } of pieces) {
    const most = repetition === undefined ? 1 : longest(repetition);
    if (most > NARROW) wide += 1;
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
  if (wide <= MOST_WIDE) return null;
  return {
    message: `this repeats without a narrow limit ${wide} times; at most ${MOST_WIDE} times is quick enough`,
    hint: `Limit the others: [0-9]{1,3} instead of [0-9]+, .{0,${NARROW}} instead of .*.`,
  };
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
