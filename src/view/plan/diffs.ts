import { createTwoFilesPatch } from 'diff';
import { paint, type Style } from '../text/style.js';
import { printable } from '../text/words.js';

/** Unified diffs in a row. Empty when nothing differs. An empty text counts as no file. */
export function diffsText(
  diffs: readonly { address: string; file: string; before: string; after: string }[],
  style: Style,
): string {
  return diffs
    .map(({ address, file, before, after }) => {
      const side = (text: string, letter: string): string =>
        text === '' ? '/dev/null' : `${letter}/${address}/${file}`;
      const patch = createTwoFilesPatch(
        side(before, 'a'),
        side(after, 'b'),
        ended(before),
        ended(after),
        undefined,
        undefined,
        {
          context: 3,
        },
      );
      return printable(patch.replace(/^={3,}\n/, ''))
        .split('\n')
        .map((line) => coloured(line, style))
        .join('\n');
    })
    .join('');
}

/** With a newline at its end, so that no diff is only about that. */
function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function coloured(line: string, style: Style): string {
  if (/^(---|\+\+\+) /.test(line)) return paint(style, 'bold', line);
  if (line.startsWith('@@')) return paint(style, 'cyan', line);
  if (line.startsWith('+')) return paint(style, 'green', line);
  if (line.startsWith('-')) return paint(style, 'red', line);
  return line;
}
