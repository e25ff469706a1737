/** What a text may use: colours, and a number of columns. */
export interface Style {
  colour: boolean;
  columns: number;
  /** The column at which prose is broken; nothing: nowhere, as it goes to no terminal. */
  wrap?: number | undefined;
}

interface Stream {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * FORCE_COLOR (`0` and `false`: no colours) wins over NO_COLOR, and either counts only when it is
 * not empty. Without both, a terminal that is not dumb gets colours.
 */
export function styleOf(stream: Stream, env: Env): Style {
  const forced = env['FORCE_COLOR'];
  const colour = forced
    ? forced !== '0' && forced !== 'false'
    : !env['NO_COLOR'] && stream.isTTY === true && env['TERM'] !== 'dumb';
  const columns = stream.columns || 80;
  return { colour, columns, ...(stream.isTTY === true && { wrap: columns }) };
}

/** Whether lines can be drawn again in place. */
export function canRedraw(stream: Stream, env: Env): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb' && !env['CI'];
}

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  inverse: [7, 27],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

export type Tone = keyof typeof CODES;

/** `text` in a colour, when colours are wanted. */
export function paint(style: Style, tone: Tone, text: string): string {
  const [on, off] = CODES[tone];
  return style.colour && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}
