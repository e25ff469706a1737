import { LINK_PARTS, linkText, wholeLinkText, type Link, venCommand } from '../model/index.js';
import { jsonText } from './text/json.js';
import { paint, type Style } from './text/style.js';
import { aligned, duration, indent, printable } from './text/words.js';

export interface ShownLinks {
  name: string;
  nics: readonly ShownLink[];
  forSeconds: number | null;
  outcome: 'shown' | 'changed' | 'put-back' | 'interrupted';
}

export interface ShownLink {
  place: number | null;
  mac: string;
  network: string | null;
  before: Link;
  now: Link;
  applied: Link;
}

/** A line a NIC; then what the next apply does, or what puts it back. Ends in a newline. */
export function linksText(links: ShownLinks, words: string, style: Style): string {
  const { name, nics, outcome } = links;
  if (nics.length === 0) return `vm.${name} has no NIC that ven made.\n`;
  const rows = nics.map((nic) => [
    nicName(nic),
    printable(nic.network ?? '-'),
    change(nic, outcome, style),
  ]);
  const hint = hintOf(links, words);
  const said = hint === null ? '' : indent(`${paint(style, 'cyan', 'hint')}: ${hint}\n`, '  ');
  return `${aligned(rows).join('\n')}\n${said}`;
}

function nicName({ place, mac }: ShownLink): string {
  return place === null ? mac : `nics.${place} ${mac}`;
}

function change({ before, now }: ShownLink, outcome: ShownLinks['outcome'], style: Style): string {
  const is = wholeLinkText(now);
  if (outcome === 'shown') return is;
  const was = wholeLinkText(before);
  return was === is ? `${is} (as it was)` : `${was} ${paint(style, 'yellow', '->')} ${is}`;
}

function hintOf({ name, nics, forSeconds, outcome }: ShownLinks, words: string): string | null {
  const reset = venCommand('link', name, words, '--reset');
  if (outcome === 'changed' && forSeconds !== null)
    return `It is put back in ${duration(forSeconds)}, and on Ctrl-C. If ven is killed: ${reset}`;
  const others = nics.filter((nic) => !isAsApplied(nic));
  if (others.length === 0) return null;
  const applied = others.map((nic) => wholeLinkText(nic.applied));
  return (
    `Applied was: ${[...new Set(applied)].join('; ')}. Until it is so again, ven plan shows ` +
    `drift, and ven apply mends it. To put it back now: ${reset}`
  );
}

function isAsApplied({ now, applied }: ShownLink): boolean {
  return LINK_PARTS.every((part) => linkText(now, part) === linkText(applied, part));
}

/** What `link --json` prints: each part of a link in the words of a fleet file. */
export function linksJson(links: ShownLinks): string {
  const texts = (link: Link): object => ({
    state: link.state,
    rate: link.rate.in === null && link.rate.out === null ? 'none' : linkText(link, 'rate'),
    ...Object.fromEntries(
      LINK_PARTS.flatMap((part) =>
        part === 'state' || part === 'rate' ? [] : [[part, linkText(link, part)]],
      ),
    ),
  });
  const nics = links.nics.map(({ place, mac, network, before, now, applied }) => ({
    ...{ place, mac, network, before: texts(before), now: texts(now), applied: texts(applied) },
  }));
  return jsonText({ formatVersion: '1', ...links, nics }, 'lines');
}
