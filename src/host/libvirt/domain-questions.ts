/** What is asked about one domain, and what the answers make of it. */
import {
  isOwnedBy,
  type AnyDomain,
  type ObservedDomain,
  type Power,
  type ResolvedFleet,
} from '../../model/index.js';
import { parseXml, type XmlElement } from '../../xml/index.js';
import {
  COMMON_PARTS,
  commonFacts,
  domainFacts,
  domainMark,
  domainName,
  domainUuid,
} from '../../libvirt/index.js';
import { isActive, type Lists } from './lists.js';
import { isMissing } from './local.js';
import { powerOf } from './power.js';
import type { Command } from './virsh.js';

/** A command and the handler of its output, which is empty for an object that has vanished. */
export interface Question {
  command: Command;
  hear: (text: string) => unknown;
}

interface DomainLook {
  fleet: ResolvedFleet;
  lists: Lists;
  local: boolean;
  /** The fleet file has a VM with its UUID. */
  isNamed: boolean;
  found: (domain: AnyDomain) => void;
}

/** A running domain has two definitions: the live one, and the one for the next start. */
export function domainQuestions(
  uuid: string,
  { fleet, isNamed, lists, local, found }: DomainLook,
): Question[] {
  const active = isActive(lists, uuid);
  const persistent = lists.persistent.has(uuid);
  let power: Power = lists.paused.has(uuid) ? 'paused' : 'off';
  if (lists.running.has(uuid)) power = 'running';
  let live: XmlElement | null = null;
  let liveText = '';
  let savedText = '';

  const read = (text: string): XmlElement => parseXml(text, isNamed ? 'all' : COMMON_PARTS);
  const whole = (tree: XmlElement, text: string): XmlElement => (isNamed ? tree : parseXml(text));

  const settle = (text: string): void => {
    const tree = read(text);
    // A domain *named* like the UUID answers when the real one has vanished.
    if (domainUuid(tree) !== uuid) return;
    const autostart = lists.autostart.has(uuid);
    const mark = domainMark(tree);
    const about = { uuid, name: domainName(tree), power, autostart, persistent, mark };
    if (!isOwnedBy(fleet, about)) {
      const running = live && commonFacts(live);
      found(withoutText({ ...about, config: commonFacts(tree), live: running }));
      return;
    }
    const config = domainFacts(whole(tree, text));
    const running = live && domainFacts(whole(live, liveText));
    // The live one: the persistent definition may differ by now.
    const { nvram } = running ?? config;
    const own: ObservedDomain = {
      ...about,
      config,
      live: running,
      nvramMissing: local && nvram !== null ? isMissing(nvram) : null,
      xml: `${text}\n`,
      liveXml: liveText,
      ...(savedText !== '' && { saved: savedState(savedText) }),
    };
    found(own);
  };

  const questions: Question[] = [];
  if (lists.other.has(uuid))
    questions.push({ command: ['domstate', uuid], hear: (text) => (power = powerOf(text)) });
  if (active) {
    questions.push({
      command: ['dumpxml', uuid],
      hear: (text) => {
        const domain = read(text);
        // Without an id it has stopped since the list was read.
        if (!('id' in domain.attrs)) power = 'off';
        else [live, liveText] = [domain, text];
      },
    });
  }
  if (!active && lists.saved.has(uuid))
    questions.push({
      command: ['managedsave-dumpxml', uuid],
      hear: (text) => (savedText = text),
    });
  // For a domain that was undefined while it runs, this is what defining it again would use.
  questions.push({
    command: ['dumpxml', '--inactive', uuid],
    hear: settle,
  });
  return questions;
}

/** V8 keeps the whole of a text for a piece of it. */
function withoutText(domain: AnyDomain): AnyDomain {
  return JSON.parse(JSON.stringify(domain)) as AnyDomain;
}

/** What would run after a restore; the taps of its NICs are new ones then. */
function savedState(xml: string): NonNullable<ObservedDomain['saved']> {
  const facts = domainFacts(parseXml(xml));
  return { facts: { ...facts, nics: facts.nics.map((nic) => ({ ...nic, tap: null })) }, xml };
}
