/**
 * The link of a NIC: its cable, and how bad the network behind it is. The texts are those of a
 * fleet file, of `ven link`, of plans, and of the definition.
 */

/** What `tc netem` does to packets on their way to the VM. 0: nothing. */
export interface Impairment {
  /**
   * Milliseconds: `tc` rounds parts of one. Each packet waits so long, so a ping takes that much
   * longer.
   */
  latency: number;
  /** Milliseconds. The latency varies by so much, up and down. */
  jitter: number;
  /** Percent, of packets at random. */
  loss: number;
  duplicate: number;
  corrupt: number;
}

export interface Link extends Impairment {
  /** down: its cable is pulled. */
  state: 'up' | 'down';
  /** kB/s (1,000 bytes, as libvirt counts): to the VM, and from it. null: no limit. */
  rate: { in: number | null; out: number | null };
}

/** What differs of a link; what is absent stays. */
export type LinkChange = Partial<Omit<Link, 'rate'>> & { rate?: Partial<Link['rate']> };

export const NO_IMPAIRMENT: Impairment = {
  latency: 0,
  jitter: 0,
  loss: 0,
  duplicate: 0,
  corrupt: 0,
};

export const GOOD_LINK: Link = { state: 'up', rate: { in: null, out: null }, ...NO_IMPAIRMENT };

const TIMES = ['latency', 'jitter'] as const;
const SHARES = ['loss', 'duplicate', 'corrupt'] as const;

/** In the order in which they are told. */
export const IMPAIRMENTS = [...TIMES, ...SHARES] as const;

/** The parts of a link with their texts, in the order in which they are told. */
export const LINK_PARTS = ['state', 'rate', ...IMPAIRMENTS] as const;
export type LinkPart = (typeof LINK_PARTS)[number];

export function isImpaired(impairment: Impairment): boolean {
  return IMPAIRMENTS.some((name) => impairment[name] !== 0);
}

export function isLimited({ rate }: Pick<Link, 'rate'>): boolean {
  return rate.in !== null || rate.out !== null;
}

export function impairmentOf(link: Impairment): Impairment {
  const { latency, jitter, loss, duplicate, corrupt } = link;
  return { latency, jitter, loss, duplicate, corrupt };
}

export function isSameImpairment(a: Impairment, b: Impairment): boolean {
  return IMPAIRMENTS.every((name) => a[name] === b[name]);
}

export function isGood(link: Link): boolean {
  return LINK_PARTS.every((part) => linkText(link, part) === linkText(GOOD_LINK, part));
}

export function changedLink(link: Link, change: LinkChange): Link {
  return { ...link, ...change, rate: { ...link.rate, ...change.rate } };
}

/** A part of a link in words: `down`, `20Mbit`, `50ms`, `1%`; `none`. */
export function linkText(link: Link, part: LinkPart): string {
  if (part === 'state') return link.state;
  if (part === 'rate') return ratesText(link.rate);
  if (link[part] === 0) return 'none';
  return part === 'latency' || part === 'jitter' ? timeText(link[part]) : shareText(link[part]);
}

/** All that is not as on a good link: `down, rate 20Mbit, latency 50ms`; `up` for a good one. */
export function wholeLinkText(link: Link): string {
  const bad = LINK_PARTS.filter((part) => linkText(link, part) !== linkText(GOOD_LINK, part));
  const words = bad.map((part) =>
    part === 'state' ? link.state : `${part} ${linkText(link, part)}`,
  );
  return words.join(', ') || 'up';
}

const RATE_UNITS: Readonly<Record<string, number>> = { kbit: 1, Mbit: 1000, Gbit: 1_000_000 };
const KBIT_PER_KB = 8;

/** `20Mbit` in kB/s, perhaps with a fraction; null: it is no rate. */
export function rateIn(text: string): number | null {
  const [, number, unit = ''] = /^(\d{1,9})(kbit|Mbit|Gbit)$/.exec(text) ?? [];
  return number === undefined ? null : (Number(number) * (RATE_UNITS[unit] ?? 0)) / KBIT_PER_KB;
}

/** kB/s: the kernel's queues count the bytes of a second with 32 bits. */
const MOST_RATE = 4_000_000;
const MOST_DELAY = 60_000;

export interface LinkFault {
  message: string;
  hint: string;
}

/** What is wrong with a rate that is written well; null: nothing. */
export function rateFault(text: string): LinkFault | null {
  const rate = rateIn(text) ?? 0;
  if (rate > MOST_RATE)
    return { message: `${text} is too much`, hint: `At most ${rateText(MOST_RATE)}.` };
  if (Number.isInteger(rate)) return null;
  const near = [Math.floor(rate), Math.ceil(rate)].filter((each) => each > 0).map(rateText);
  return {
    message: `${text} is no multiple of 8kbit: libvirt counts in whole kilobytes`,
    hint: `Write ${near.join(' or ')}.`,
  };
}

export function delayFault(text: string): LinkFault | null {
  const isLong = (millisecondsIn(text) ?? 0) > MOST_DELAY;
  return isLong ? { message: `${text} is too long`, hint: 'At most 60s.' } : null;
}

export function jitterFault({
  latency,
  jitter,
}: Pick<Link, 'latency' | 'jitter'>): LinkFault | null {
  if (jitter <= latency) return null;
  const now = latency === 0 ? 'none' : timeText(latency);
  return {
    message: `The latency can't vary by ${timeText(jitter)}: it is ${now}`,
    hint: 'More latency, or less jitter.',
  };
}

export function rateText(kilobytes: number): string {
  const kbit = kilobytes * KBIT_PER_KB;
  const [unit, size] =
    Object.entries(RATE_UNITS).findLast(([, each]) => kbit % each === 0) ?? (['kbit', 1] as const);
  return `${kbit / size}${unit}`;
}

function ratesText(rate: Link['rate']): string {
  const words = (['in', 'out'] as const).flatMap((way) => {
    const limit = rate[way];
    return limit === null ? [] : [{ way, text: rateText(limit) }];
  });
  const [first] = words;
  if (first === undefined) return 'none';
  if (rate.in === rate.out) return first.text;
  return words.map(({ way, text }) => `${text} ${way}`).join(' ');
}

const TIME_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000 };

/** `50ms` in milliseconds; null: it is no such time. */
export function millisecondsIn(text: string): number | null {
  const [, number, unit = ''] = /^(\d{1,5})(ms|s)$/.exec(text) ?? [];
  return number === undefined ? null : Number(number) * (TIME_UNITS[unit] ?? 0);
}

function timeText(milliseconds: number): string {
  const [unit, size] =
    Object.entries(TIME_UNITS).findLast(([, each]) => milliseconds % each === 0) ??
    (['ms', 1] as const);
  return `${milliseconds / size}${unit}`;
}

/** `0.5%` in percent; null: it is no share. At most three digits after the point count. */
export function percentIn(text: string): number | null {
  const [, number] = /^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(text) ?? [];
  const value = Number(number);
  return number === undefined || value > 100 ? null : value;
}

function shareText(percent: number): string {
  return `${percent}%`;
}

/** The value of a part of an impairment from its text; null: it is none. */
export function impairmentIn(name: keyof Impairment, text: string): number | null {
  return name === 'latency' || name === 'jitter' ? millisecondsIn(text) : percentIn(text);
}
