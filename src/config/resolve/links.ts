/** A NIC's link, from the texts of the fleet file. They have passed the schema. */
import {
  GOOD_LINK,
  IMPAIRMENTS,
  impairmentIn,
  isGood,
  rateIn,
  type FleetLink,
  type Link,
} from '../../model/index.js';

/** null: it is a good one. */
export function resolveLink(written: FleetLink | undefined): Link | null {
  if (written === undefined) return null;
  const impairment = IMPAIRMENTS.map((name) => {
    const text = written[name];
    return [name, text === undefined ? 0 : (impairmentIn(name, text) ?? 0)] as const;
  });
  const link = {
    ...GOOD_LINK,
    state: written.state ?? GOOD_LINK.state,
    rate: ratesOf(written.rate),
    ...Object.fromEntries(impairment),
  };
  return isGood(link) ? null : link;
}

function ratesOf(rate: FleetLink['rate']): Link['rate'] {
  if (rate === undefined) return GOOD_LINK.rate;
  const ways = typeof rate === 'string' ? { in: rate, out: rate } : rate;
  const limit = (text: string | undefined): number | null =>
    text === undefined ? null : rateIn(text);
  return { in: limit(ways.in), out: limit(ways.out) };
}
