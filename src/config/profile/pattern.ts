/**
 * Checks the regular expressions of a profile: each must be valid, must not match everything, and
 * must be fast on every text.
 */

/** The limit for a repetition of something that can match in several ways. */
const NARROW = 16;
/** The length of a line; the rest of a longer line is not searched. */
const LINE = 1024;
/** The number of ways in which it may match at one place of a line. */
const MOST_WAYS = 5000;
/** The number of steps that all these ways may take; a step takes some 14 ns in V8. */
const MOST_STEPS = 16_000;

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
  const { ways, steps } = costOf(pattern);
  if (ways <= MOST_WAYS && steps <= MOST_STEPS) return null;
  return {
    message:
      ways > MOST_WAYS
        ? 'this can match in too many ways: repetitions and choices multiply'
        : 'this can take too many steps: much is tried after each way of what can match in many',
    hint:
      `Limit them: [0-9]{1,3} instead of [0-9]+, .{0,${NARROW}} instead of .*, ` +
      '[0-9]{4} where the number of digits is known; or search for less.',
  };
}

/** Of a part, at one place, at most: in how many ways it matches, and how many steps that takes. */
interface Cost {
  ways: number;
  steps: number;
}

const NOTHING: Cost = { ways: 1, steps: 0 };
const ONE: Cost = { ways: 1, steps: 1 };

/** Each way of `first` is followed by all of `second`. */
const then = (first: Cost, second: Cost): Cost => ({
  ways: first.ways * second.ways,
  steps: first.steps + first.ways * second.steps,
});

const either = (first: Cost, second: Cost): Cost => ({
  ways: first.ways + second.ways,
  steps: first.steps + second.steps,
});

/** What is known of an open group. */
interface Open {
  opening: string;
  /** The choices before the current one. */
  before: Cost | null;
  /** Of the current choice, without `run` and `last`. */
  sofar: Cost;
  /** Literal characters, of which the last may be repeated yet. */
  run: string;
  /** A part that may be repeated yet. */
  last: Cost | null;
}

/**
 * The steps at one place: a matcher goes back to each choice that it made, and tries from there all
 * that follows.
 */
function costOf(pattern: string): Cost {
  const open = (opening: string): Open => ({
    opening,
    before: null,
    sofar: NOTHING,
    run: '',
    last: null,
  });
  const groups = [open('')];
  for (const { 0: piece, groups: kind = {} } of pattern.matchAll(PIECE)) {
    const here = groups.at(-1) ?? open('');
    if (kind['repetition'] !== undefined) {
      const part = here.last ?? ONE;
      here.run = here.run.slice(0, -1);
      here.last = null;
      settle(here);
      here.last = repeated(part, kind['repetition']);
    } else if (kind['choice'] !== undefined) {
      settle(here);
      here.before = here.before ? either(here.before, here.sofar) : here.sofar;
      here.sofar = NOTHING;
    } else if (kind['opening'] !== undefined) {
      settle(here);
      groups.push(open(piece));
    } else if (kind['closing'] !== undefined) {
      groups.pop();
      const outer = groups.at(-1);
      if (outer) outer.last = whole(here);
    } else if (isLiteral(piece)) {
      if (here.last) settle(here);
      here.run += piece;
    } else {
      settle(here);
      here.last = ONE;
    }
  }
  return whole(groups[0] ?? open(''));
}

/** A look around is over once it has matched. */
function whole(group: Open): Cost {
  settle(group);
  const cost = group.before ? either(group.before, group.sofar) : group.sofar;
  return /^\(\?<?[=!]/.test(group.opening) ? { ways: 1, steps: cost.steps } : cost;
}

function settle(group: Open): void {
  if (group.last) group.sofar = then(group.sofar, group.last);
  if (group.run !== '') group.sofar = then(group.sofar, { ways: 1, steps: 1 + overlap(group.run) });
  group.last = null;
  group.run = '';
}

/**
 * How often a beginning of a text can begin again within it. Ways that end at different places of a
 * line share the steps in a literal text: no more of its beginnings than that are there at once.
 */
function overlap(text: string): number {
  const borders = [0];
  const depth = [0];
  for (let at = 1; at < text.length; at++) {
    let border = borders[at - 1] ?? 0;
    while (border > 0 && text[border] !== text[at]) border = borders[border - 1] ?? 0;
    if (text[border] === text[at]) border++;
    borders.push(border);
    depth.push(border === 0 ? 0 : 1 + (depth[border - 1] ?? 0));
  }
  return Math.max(...depth);
}

function repeated(part: Cost, repetition: string): Cost {
  const most = Math.min(longest(repetition), LINE);
  const least = repetition === '?' ? 0 : Number(/^\{([0-9]+)/.exec(repetition)?.[1] ?? 0);
  let sum: Cost = { ways: 0, steps: 0 };
  let ways = 1;
  for (let times = 0; times <= most; times++) {
    if (times >= Math.min(least, LINE)) sum.ways += ways;
    if (times < most) sum = { ways: sum.ways, steps: sum.steps + ways * part.steps };
    ways *= part.ways;
    if (sum.steps > MOST_STEPS || sum.ways > MOST_WAYS) break;
  }
  return sum.ways === 0 ? { ways: 1, steps: sum.steps } : sum;
}

function isLiteral(piece: string): boolean {
  return piece.length === 1 ? !/[.^$]/.test(piece) : /^\\[^a-zA-Z0-9]$/.test(piece);
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
