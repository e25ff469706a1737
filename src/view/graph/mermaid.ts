import type { GraphAction } from '../../model/index.js';
import { oneLine } from '../text/words.js';
import { ACTIONS, type Box, type Picture } from './picture.js';

/** Strokes alone, so that the reader's theme decides on light and dark. */
const STROKES: Record<GraphAction, string> = {
  create: 'stroke:#2da44e,stroke-width:3px',
  update: 'stroke:#bf8700,stroke-width:3px',
  replace: 'stroke:#8250df,stroke-width:3px',
  delete: 'stroke:#cf222e,stroke-width:3px,stroke-dasharray:5 3',
  refused: 'stroke:#bf3989,stroke-width:3px,stroke-dasharray:2 3',
  unchanged: 'stroke-width:1px',
};

/** A flowchart, as Markdown of GitHub and GitLab draws it in a block `mermaid`. */
export function graphMermaid({ title, summary, boxes, links, legend }: Picture): string {
  const ids = new Map(boxes.map(({ id }, at) => [id, `n${at}`]));
  const idOf = (id: string): string => ids.get(id) ?? '';
  const drawn = boxes.map((box) => ({ box, text: `${idOf(box.id)}["${labelOf(box)}"]` }));
  const inside = drawn.filter(({ box }) => box.kind !== 'outside');
  const lines = [
    'flowchart TB',
    `  accTitle: ${safe(title)}`,
    `  accDescr: ${safe(summary.join(' '))}`,
    ...drawn.filter((one) => !inside.includes(one)).map(({ text }) => `  ${text}`),
    '  subgraph host["host"]',
    ...inside.map(({ text }) => `    ${text}`),
    '  end',
    ...links.map(({ from, to, boots }) => `  ${idOf(from)} ${boots ? '===' : '---'} ${idOf(to)}`),
    ...legend.map(({ action }) => `  classDef ${action} ${STROKES[action]}`),
    ...legend.map(({ action }) => {
      const those = boxes.filter((box) => box.action === action).map(({ id }) => idOf(id));
      return `  class ${those.join(',')} ${action}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function labelOf({ noun, title, lines, action }: Box): string {
  const sign = action === null ? '' : `${ACTIONS[action].sign} `;
  const texts = [`${sign}${noun} ${title}`, ...lines.map(({ text }) => text)];
  return texts.map(safe).join('<br/>');
}

/** All that is no letter, digit or harmless sign, as mermaid's code of a character. */
function safe(text: string): string {
  return oneLine(text).replaceAll(/[^\p{L}\p{N} .,:/_()+=~–…×’-]/gu, (character) => {
    return `#${character.codePointAt(0) ?? 0};`;
  });
}
