/** A recorded terminal as SVG: scenes below one another, which appear one after another. */

/** Text with one look. `colour`: of the 8 of a terminal; absent: its own. */
export interface Run {
  text: string;
  column: number;
  colour?: number;
  bold?: boolean;
  dim?: boolean;
}

/** A command and what it printed, a list of runs a line. `seconds`: how long it took. */
export interface Scene {
  command: string;
  lines: Run[][];
  seconds: number;
}

export interface TerminalColours {
  ground: string;
  bar: string;
  ink: string;
  dim: string;
  /** Black, red, green, yellow, blue, magenta, cyan, white. */
  colours: readonly string[];
}

export const LIGHT: TerminalColours = {
  ...{ ground: '#f6f7f9', bar: '#dfe3e9', ink: '#1b2330', dim: '#515c6b' },
  colours: [
    ...['#1b2330', '#b3202f', '#17703f', '#855200'],
    ...['#1f66c1', '#9a2c78', '#0b6b7d', '#515c6b'],
  ],
};

export const DARK: TerminalColours = {
  ...{ ground: '#12161c', bar: '#2c3542', ink: '#e4e9f0', dim: '#a3afbf' },
  colours: [
    ...['#a3afbf', '#ff7d88', '#4cc38a', '#e5a743'],
    ...['#6cabf5', '#ee93bf', '#3fc3d6', '#e4e9f0'],
  ],
};

const CHARACTER = 7.25;
const LINE = 17;
const PAD = 12;
/** The upper bar, as of a window. */
const BAR = 22;
/** No scene is waited for longer than this, in seconds. */
const LONGEST = 3;
const BETWEEN = 0.8;

/**
 * The text of an SVG without scripts, fonts or network. For those who want no motion, all scenes
 * are there at once; and in any case at the end.
 */
export function terminalSvg(title: string, scenes: readonly Scene[], columns: number): string {
  const rows = scenes.reduce((sum, { lines }) => sum + lines.length + 2, -1);
  const width = Math.ceil(columns * CHARACTER + 2 * PAD);
  const height = BAR + rows * LINE + 2 * PAD;
  let [row, time] = [0, 0];
  const delays: number[] = [];
  const at = (shown: string): string => {
    delays.push(time);
    return `<g class="scene d${delays.length - 1}">\n${shown}\n</g>`;
  };
  const drawn = scenes.flatMap(({ command, lines, seconds }) => {
    const prompt = [
      { text: '$', column: 0, colour: 2, bold: true },
      { text: command, column: 2, bold: true },
    ];
    const typed = at(textOf(prompt, row));
    time += Math.min(seconds, LONGEST);
    const printed = at(lines.map((line, index) => textOf(line, row + 1 + index)).join('\n'));
    time += BETWEEN;
    row += lines.length + 2;
    return lines.length === 0 ? [typed] : [typed, printed];
  });
  const said = scenes.map(({ command }) => command).join('; ');
  const dots = [0, 1, 2].map(
    (dot) => `<circle class="dot" cx="${16 + 16 * dot}" cy="11" r="4.5"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title desc" \
viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title id="title">${escaped(title)}</title>
<desc id="desc">${escaped(`A terminal, in which these commands run: ${said}`)}</desc>
<style>
text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; white-space: pre; }
.b { font-weight: 700; }
.scene { animation: appear .4s both; }
@keyframes appear { from { opacity: 0; } }
${delays.map((delay, index) => `.d${index} { animation-delay: ${delay.toFixed(1)}s; }`).join('\n')}
@media (prefers-reduced-motion: reduce) { .scene { animation: none; } }
@media print { .scene { animation: none; } }
${rulesOf(LIGHT)}
@media (prefers-color-scheme: dark) {
${rulesOf(DARK)}
}
</style>
<rect class="ground" width="${width}" height="${height}" rx="8"/>
<path class="bar" d="M0 8a8 8 0 0 1 8-8H${width - 8}a8 8 0 0 1 8 8V${BAR}H0z"/>
${dots.join('')}
${drawn.join('\n')}
</svg>
`;
}

/** Each run has its own place, so that columns stay columns in any font. */
function textOf(runs: readonly Run[], row: number): string {
  const y = BAR + PAD + row * LINE + 12;
  const spans = runs.map(({ text, column, colour, bold, dim }) => {
    const looks = [
      ...(colour === undefined ? [] : [`c${colour}`]),
      ...(bold === true ? ['b'] : []),
      ...(dim === true ? ['dim'] : []),
    ];
    const kind = looks.length === 0 ? '' : ` class="${looks.join(' ')}"`;
    const x = Math.round((PAD + column * CHARACTER) * 10) / 10;
    return `<tspan x="${x}"${kind}>${escaped(text)}</tspan>`;
  });
  return `<text y="${y}">${spans.join('')}</text>`;
}

function rulesOf({ ground, bar, ink, dim, colours }: TerminalColours): string {
  const tones = colours.map((colour, at) => `.c${at} { fill: ${colour}; }`);
  return [
    `.ground { fill: ${ground}; } .bar { fill: ${bar}; } .dot { fill: ${dim}; }`,
    `text { fill: ${ink}; } .dim { fill: ${dim}; }`,
    tones.join(' '),
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"'`\u0000-\u001f]/g, (character) =>
    character < ' ' ? ' ' : `&#${character.charCodeAt(0)};`,
  );
}
