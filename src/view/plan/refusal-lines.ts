import { alikeRefusals, type AlikeRefusals, type Plan } from '../../model/index.js';
import { paint, type Style } from '../text/style.js';
import { hintText, prose } from '../text/prose.js';
import { listed, printable } from '../text/words.js';

const IN = '      ';

/** Who is refused and why, one under another, each hint once. */
export function refusalLines({ refused }: Pick<Plan, 'refused'>, style: Style): string[] {
  const groups = alikeRefusals(refused);
  if (groups.length === 0) return [];
  const lines = groups.flatMap((group, at) => {
    const { addresses, summary, detail } = group;
    const who = paint(style, 'bold', printable(listed(addresses)));
    const hint = hintOf(group, groups[at + 1]);
    return [
      prose(`${paint(style, 'red', 'x')} ${who}: ${printable(summary)}`, style, {
        first: '  ',
        rest: IN,
      }),
      ...(detail === undefined ? [] : [prose(printable(detail), style, { first: IN, rest: IN })]),
      ...(hint === null ? [] : [hintText(hint, style, IN)]),
    ];
  });
  return ['Refused, and left as it is:', ...lines, ''];
}

/** Neighbours with the same hint share it. What hangs on another has that one's. */
export function hintOf(group: AlikeRefusals, next: AlikeRefusals | undefined): string | null {
  return group.because !== undefined || next?.hint === group.hint ? null : group.hint;
}
