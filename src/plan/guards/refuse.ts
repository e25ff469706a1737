import {
  alikeRefusals,
  exitCodeOfRefusals,
  EXIT,
  VenError,
  type Plan,
  type Refusal,
} from '../../model/index.js';
import { formatSome } from '../format.js';
import { withoutRefused, type Selection } from '../select.js';

export interface Allowed<Intents> {
  intents: Intents;
  /** Without what is refused. */
  selection: Selection;
  refused: Refusal[];
}

/**
 * What may be done of what was asked for. What is refused is left out of the intents as if nobody
 * had asked for it; since it stays, it may stand in the way of more, so guards look again until
 * they find nothing new.
 */
export function allowed<Intents>(
  selection: Selection,
  intentsOf: (selection: Selection) => Intents,
  guards: (intents: Intents, selection: Selection, refused: readonly Refusal[]) => Refusal[],
): Allowed<Intents> {
  const refused: Refusal[] = [];
  for (;;) {
    const addresses = new Set(refused.map(({ address }) => address));
    const left = withoutRefused(selection, addresses);
    const intents = intentsOf(left);
    const more = guards(intents, left, refused).filter(({ address }) => !addresses.has(address));
    if (more.length === 0) return { intents, selection: left, refused };
    refused.push(...more);
  }
}

/** @throws VenError of a plan that has nothing but refusals: there is nothing to apply. */
export function checkSomethingIsLeft({ steps, refused }: Pick<Plan, 'steps' | 'refused'>): void {
  if (steps.length === 0 && refused.length > 0) throw refusedError(refused);
}

function refusedError(refused: readonly Refusal[]): VenError {
  const causes = alikeRefusals(refused).filter(({ because }) => because === undefined);
  const [first] = causes;
  if (first === undefined) throw new RangeError('nothing is refused');
  const hostOnly = exitCodeOfRefusals(refused) === EXIT.hostNotReady;
  const { code, addresses } = hostOnly
    ? first
    : (causes.find((each) => each.code !== 'host-not-ready') ?? first);
  const hints = [...new Set(causes.map(({ hint }) => hint))];
  const nothing = 'Nothing was changed.';
  if (causes.length === 1) {
    const { summary, detail, hint } = first;
    const [where] = addresses;
    return new VenError(code, {
      summary: addresses.length === 1 ? summary : `${summary} (for ${formatSome(addresses)})`,
      detail,
      hint: `${nothing} ${hint}`,
      where: addresses.length === 1 ? where : undefined,
    });
  }
  const things = causes.flatMap((each) => each.addresses);
  return new VenError(code, {
    summary: `${things.length} things are refused, and nothing is left to do`,
    detail: causes
      .map((each) =>
        [`${formatSome(each.addresses)}: ${each.summary}`, indented(each.detail)].join(''),
      )
      .join('\n'),
    hint: [nothing, ...hints].join(' '),
    where: things.length === 1 ? addresses[0] : undefined,
  });
}

function indented(text: string | undefined): string {
  return text === undefined ? '' : `\n${text.replaceAll(/^(?=.)/gm, '  ')}`;
}
