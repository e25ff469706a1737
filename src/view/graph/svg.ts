import { markup, NOTHING, type Markup } from '../text/markup.js';
import { DARK, LIGHT, type Palette, type Tone } from './colours.js';
import { layoutOf, type Layout, type PlacedBox, type Size } from './layout.js';
import type { Line } from './lines.js';
import { ACTIONS, type Box, type Picture } from './picture.js';

const PAD = 10;
const LINE = 17;
/** From a box's upper edge to its first line. */
const HEAD = 44;
const MARGIN = 12;
const TITLE = 34;
/** Of the host's frame: around its boxes, and above them for its name. */
const FRAME = { side: 10, top: 28 };
const LEGEND = 26;
const NARROWEST = 144;
const WIDEST = 200;
/** The stack of a box that is several things. */
const STACK = 4;

/** Widths of a character, in pixels: on the large side, whatever font there is. */
const WIDTHS = { title: 9.2, plain: 6.9, code: 7.25, small: 6.4 };

/**
 * One picture that needs nothing else: no script, font or network. Light or dark as the reader's
 * system is. Readable from 400 pixels on. The same picture gives the same text.
 */
export function graphSvg(picture: Picture): string {
  const layout = layoutOf(picture, sizeOf);
  const { title, summary } = picture;
  // Where nothing changes, one sign in the legend says it.
  const hasBadges = picture.legend.some(({ action }) => action !== 'unchanged');
  const legend = legendOf(picture, layout.width + 2 * FRAME.side);
  const width = Math.ceil(Math.max(layout.width + 2 * (FRAME.side + MARGIN), 300));
  const left = (width - layout.width) / 2;
  const height = Math.ceil(MARGIN + TITLE + layout.height + FRAME.side + legend.height + MARGIN);
  const below = MARGIN + TITLE + layout.height + FRAME.side;
  const words = markup`role="img" aria-labelledby="title desc"`;
  // Opened by itself it shrinks with its window; in a page it has its own size to begin with.
  const shrinks = markup`style="max-width: 100%; height: auto"`;
  const size = markup`viewBox="0 0 ${width} ${height}" ${sized(width, height)} ${shrinks}`;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" ${words} ${size}>
<title id="title">${title}</title>
<desc id="desc">${summary.join(' ')}</desc>
${style()}
<rect class="ground" width="${width}" height="${height}" rx="8"/>
${heading(title, width)}
<g transform="translate(${left} ${MARGIN + TITLE})">
${hostFrame(layout)}
${layout.lines.map(linkOf)}
${layout.boxes.map((box) => boxOf(box, hasBadges))}
</g>
<g transform="translate(${MARGIN} ${below})">
${legend.items}
</g>
</svg>
`.text;
}

function sizeOf({ title, lines, noun, action, amount }: Box): Size {
  const badge = action === null ? 0 : 40;
  const widths = [
    title.length * WIDTHS.title,
    noun.length * WIDTHS.small + badge,
    ...lines.map(({ text, code }) => text.length * (code ? WIDTHS.code : WIDTHS.plain)),
  ];
  const width = Math.min(WIDEST, Math.max(NARROWEST, Math.ceil(Math.max(...widths)) + 2 * PAD));
  const stack = stackOf(amount);
  return { width: width + stack, height: HEAD + lines.length * LINE + 8 + stack };
}

/** How far the boxes behind it stand out. */
function stackOf(amount: number): number {
  return amount > 1 ? 2 * STACK : 0;
}

/** With `…` where it would leave its box; the whole text is the box's title. */
function clipped(text: string, room: number, width: number): string {
  const most = Math.floor(room / width);
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function heading(title: string, width: number): Markup {
  const shown = clipped(title, width - 2 * MARGIN, 9.4);
  return markup`<text class="title" x="${MARGIN}" y="${MARGIN + 14}">${shown}</text>`;
}

function sized(width: number, height: number): Markup {
  return markup`width="${px(width)}" height="${px(height)}"`;
}

/** Around all but the outside. */
function hostFrame({ boxes, width, height }: Layout): Markup {
  const inside = boxes.filter(({ id }) => id !== 'outside');
  const top = Math.min(...inside.map(({ y }) => y)) - FRAME.top;
  const [x, y] = [-FRAME.side, top];
  const size = sized(width + 2 * FRAME.side, height - top + FRAME.side);
  return markup`<rect class="frame" x="${x}" y="${px(y)}" ${size} rx="8"/>
<text class="noun" x="${x + PAD}" y="${px(y + 18)}">host</text>`;
}

function linkOf({ boots, ...line }: Line): Markup {
  return markup`<path class="${boots ? 'link boots' : 'link'}" d="${pathOf(line)}"/>`;
}

/** Down along the columns, and in soft curves from one to another. */
function pathOf({ points: [first, ...rest], fromLeft }: Omit<Line, 'boots'>): string {
  if (first === undefined) return '';
  let before = first;
  const parts = rest.map((point, at) => {
    const { x, y } = before;
    before = point;
    if (fromLeft && at === rest.length - 1) return `h${px(point.x - x)}`;
    if (Math.abs(point.x - x) < 0.5) return `V${px(point.y)}`;
    const half = px((y + point.y) / 2);
    return `C${px(x)} ${half} ${px(point.x)} ${half} ${px(point.x)} ${px(point.y)}`;
  });
  return [`M${px(first.x)} ${px(first.y)}`, ...parts].join('');
}

function boxOf(box: PlacedBox, hasBadges: boolean): Markup {
  const { x, y, action, title, noun, lines, amount } = box;
  const [width, height] = [box.width - stackOf(amount), box.height - stackOf(amount)];
  const tone = action ?? 'plain';
  const rect = (by: number): Markup =>
    markup`<rect class="box ${tone}" x="${by}" y="${by}" ${sized(width, height)} rx="6"/>`;
  const stack = amount > 1 ? [rect(2 * STACK), rect(STACK), rect(0)] : [rect(0)];
  const room = width - 2 * PAD;
  const texts = lines.map(({ text, code }, at) => {
    const shown = clipped(text, room, code ? WIDTHS.code : WIDTHS.plain);
    const kind = code ? 'code' : 'fact';
    return markup`<text class="${kind}" x="${PAD}" y="${HEAD + 12 + at * LINE}">${shown}</text>`;
  });
  return markup`<g transform="translate(${px(x)} ${px(y)})">
<title>${saysOf(box)}</title>
${stack}
<text class="noun" x="${PAD}" y="17">${noun}</text>
<text class="name" x="${PAD}" y="36">${clipped(title, room, WIDTHS.title)}</text>
${texts}
${action === null || !hasBadges ? NOTHING : badge(ACTIONS[action].sign, tone, width - PAD)}
</g>`;
}

function saysOf({ noun, title, action, lines, names, amount }: Box): string {
  const what = action === null ? '' : ` (${ACTIONS[action].word})`;
  const who = amount > 1 ? [names.join(', ')] : [];
  return [`${noun} ${title}${what}`, ...who, ...lines.map(({ text }) => text)].join('\n');
}

/** A sign on the colour of its action; `right`: where it ends. */
function badge(sign: string, tone: string, right: number): Markup {
  const width = badgeWidth(sign);
  const place = markup`x="${px(right - width)}" y="7" ${sized(width, 17)}`;
  const middle = markup`x="${px(right - width / 2)}" y="20" text-anchor="middle"`;
  return markup`<rect class="badge ${tone}" ${place} rx="8.5"/>
<text class="sign ${tone}" ${middle}>${sign}</text>`;
}

const badgeWidth = (sign: string): number => 14 + 8 * sign.length;

/** What colours and signs mean, and how many there are of each; as many lines as it needs. */
function legendOf(picture: Picture, width: number): { items: Markup[]; height: number } {
  const keys = picture.legend.map(({ action, amount }) => {
    const { sign, word } = ACTIONS[action];
    const text = `${word}: ${amount}`;
    const start = badgeWidth(sign);
    const words = markup`<text class="fact" x="${start + 6}" y="20">${text}</text>`;
    const draw = markup`${badge(sign, action, start)}${words}`;
    return { draw, width: start + 6 + text.length * WIDTHS.plain + 14 };
  });
  if (picture.links.some(({ boots }) => boots)) {
    const text = 'way to the boot file';
    const words = markup`<text class="fact" x="30" y="20">${text}</text>`;
    const draw = markup`<path class="link boots" d="M0 16H24"/>${words}`;
    keys.push({ draw, width: 30 + text.length * WIDTHS.plain + 14 });
  }
  let [x, y] = [0, 0];
  const items = keys.map((key) => {
    if (x > 0 && x + key.width > width) [x, y] = [0, y + LEGEND];
    const item = markup`<g transform="translate(${px(x)} ${y})">${key.draw}</g>`;
    x += key.width;
    return item;
  });
  return { items, height: keys.length === 0 ? 0 : y + LEGEND };
}

/** No more digits than a screen shows. */
function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function style(): Markup {
  return markup`<style>
text { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
.title { font-size: 15px; font-weight: 700; }
.name { font-size: 14px; font-weight: 700; }
.noun { font-size: 11px; }
.fact { font-size: 12px; }
.code, .sign { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.code { font-size: 12px; }
.sign { font-size: 13px; font-weight: 700; }
.box { stroke-width: 1.5; }
.create, .update, .replace, .delete, .refused { stroke-width: 2; }
.delete { stroke-dasharray: 5 3; }
.refused { stroke-dasharray: 2 3; }
.badge { stroke-dasharray: none; }
.link { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
.boots { stroke-width: 3; }
${colours(LIGHT)}
@media (prefers-color-scheme: dark) {
${colours(DARK)}
}
</style>`;
}

function colours({ ground, frame, ink, soft, link, boots, plain, actions }: Palette): Markup {
  const tones = [...Object.entries(actions), ['plain', plain] as const].map(([name, tone]) =>
    toneRules(name, tone),
  );
  return markup`.ground { fill: ${ground}; } .frame { fill: ${frame}; stroke: ${link}; }
.title, .name, .code, .fact { fill: ${ink}; } .noun { fill: ${soft}; }
.link { stroke: ${link}; } .boots { stroke: ${boots}; }
${tones}`;
}

function toneRules(name: string, { fill, stroke, sign }: Tone): Markup {
  return markup`.box.${name} { fill: ${fill}; stroke: ${stroke}; }
.badge.${name} { fill: ${stroke}; } .sign.${name} { fill: ${sign}; }`;
}
