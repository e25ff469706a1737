import type { GraphAction } from '../../model/index.js';
import { oneLine } from '../text/words.js';
import { LIGHT } from './colours.js';
import { ACTIONS, type Box, type Picture } from './picture.js';

const STYLES: Partial<Record<GraphAction, string>> = {
  delete: 'rounded,filled,dashed',
  refused: 'rounded,filled,dotted',
};

/** A graph in the language of Graphviz: `ven graph --format dot | dot -Tpdf`. */
export function graphDot({ title, boxes, links }: Picture): string {
  const outside = boxes.filter(({ kind }) => kind === 'outside');
  const inside = boxes.filter(({ kind }) => kind !== 'outside');
  const lines = [
    'graph ven {',
    `  label=${quoted(title)}; labelloc=t; rankdir=TB; fontname="sans-serif";`,
    '  node [shape=box, fontname="sans-serif", fontsize=11];',
    `  edge [color=${quoted(LIGHT.link)}];`,
    ...outside.map((box) => `  ${nodeOf(box)}`),
    '  subgraph cluster_host {',
    '    label="host"; style=rounded;',
    ...inside.map((box) => `    ${nodeOf(box)}`),
    '  }',
    ...links.map(({ from, to, boots }) => {
      const way = boots ? ` [penwidth=3, color=${quoted(LIGHT.boots)}]` : '';
      return `  ${quoted(from)} -- ${quoted(to)}${way};`;
    }),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

function nodeOf(box: Box): string {
  const { fill, stroke } = box.action === null ? LIGHT.plain : LIGHT.actions[box.action];
  const style = (box.action && STYLES[box.action]) ?? 'rounded,filled';
  const looks = `style=${quoted(style)}, fillcolor=${quoted(fill)}, color=${quoted(stroke)}`;
  return `${quoted(box.id)} [label=${labelOf(box)}, ${looks}];`;
}

/** `\l`: what is before it is a line, aligned left. */
function labelOf({ noun, title, lines, action }: Box): string {
  const sign = action === null ? '' : `${ACTIONS[action].sign} `;
  const texts = [`${sign}${noun} ${title}`, ...lines.map(({ text }) => text)];
  return `"${texts.map((text) => `${inQuotes(text)}\\l`).join('')}"`;
}

function quoted(text: string): string {
  return `"${inQuotes(text)}"`;
}

/** Graphviz knows escapes (`\N`, `\n`) and entities (`&lt;`) in a text. */
function inQuotes(text: string): string {
  return oneLine(text).replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
