import { alikeRefusals, type AlikeRefusals, type Plan } from '../../model/index.js';
import { paint, type Style } from '../text/style.js';
import { indent, listed, printable } from '../text/words.js';

/** Who is refused and why, one under another, each hint once. */
export function refusalLines({ refused }: Pick<Plan, 'refused'>, style: Style): string[] {
  const groups = alikeRefusals(refused);
  if (groups.length === 0) return [];
  const lines = groups.flatMap((group, at) => {
    const { addresses, summary, detail } = group;
    const who = paint(style, 'bold', printable(listed(addresses)));
    const hint = hintOf(group, groups[at + 1]);
    return [
      `  ${paint(style, 'red', 'x')} ${who}: ${printable(summary)}`,
      ...(detail === undefined ? [] : [indent(printable(detail), '      ')]),
      ...(hint === null
        ? []
        : [indent(`${paint(style, 'cyan', 'hint')}: ${printable(hint)}`, '      ')]),
    ];
  });
  return ['Refused, and left as it is:', ...lines, ''];
}

/** Neighbours with the same hint share it. What hangs on another has that one's. */
export function hintOf(group: AlikeRefusals, next: AlikeRefusals | undefined): string | null {
  return group.because !== undefined || next?.hint === group.hint ? null : group.hint;
}
