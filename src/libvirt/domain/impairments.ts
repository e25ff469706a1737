/**
 * What is to be done to the packets of a domain's NICs, written down in its `<metadata>`, since
 * libvirt has no word for it. So whoever starts the VM through ven knows it. The texts are those of
 * a fleet file. An element of its own, not a part of the mark: it belongs to a definition, and goes
 * with it.
 */
import {
  IMPAIRMENTS,
  impairmentIn,
  impairmentOf,
  isImpaired,
  linkText,
  GOOD_LINK,
  NO_IMPAIRMENT,
  type Impairment,
} from '../../model/index.js';
import {
  attribute,
  child,
  childrenNs,
  elementsOf,
  parseXml,
  type XmlElement,
} from '../../xml/index.js';
import { element, insertAfter, remove } from '../edit.js';

const NAMESPACE = 'urn:ven:1:links';

/** By MAC, lower case; only links that are impaired. */
export function definedImpairments(domain: XmlElement): Map<string, Impairment> {
  const all = linksOf(domain);
  const found = nicsIn(domain, all).map((nic): [string, Impairment] => {
    const read = IMPAIRMENTS.map((name) => {
      const value = impairmentIn(name, attribute(nic, name) ?? '');
      return [name, value ?? NO_IMPAIRMENT[name]] as const;
    });
    return [macIn(nic), Object.fromEntries(read) as unknown as Impairment];
  });
  return new Map(found.filter(([, impairment]) => isImpaired(impairment)));
}

/** The same of a definition's text. */
export function impairmentsIn(xml: string): Map<string, Impairment> {
  return xml.includes(NAMESPACE)
    ? definedImpairments(parseXml(xml))
    : new Map<string, Impairment>();
}

/** Makes the definition say that of one NIC; null: nothing. */
export function setImpairment(
  domain: XmlElement,
  mac: string,
  impairment: Impairment | null,
): void {
  const metadata = child(domain, 'metadata');
  if (!metadata) throw new Error('a domain of ven has <metadata>');
  const before = linksOf(domain);
  const others = nicsIn(domain, before).filter((nic) => macIn(nic) !== mac.toLowerCase());
  if (before) remove(metadata, before);
  const nics = others.map((nic) => element('links:nic', nic.attrs));
  if (impairment !== null && isImpaired(impairment)) nics.push(impairedNic(mac, impairment));
  if (nics.length === 0) return;
  const links = element('links:links', { 'xmlns:links': NAMESPACE }, nics);
  insertAfter(
    metadata,
    elementsOf(metadata).map(({ name }) => name),
    [links],
  );
}

/** Those parts that it has. */
export function impairmentTexts(
  impairment: Impairment,
): { name: keyof Impairment; text: string }[] {
  return IMPAIRMENTS.filter((name) => impairment[name] !== 0).map((name) => ({
    name,
    text: linkText({ ...GOOD_LINK, ...impairmentOf(impairment) }, name),
  }));
}

function impairedNic(mac: string, impairment: Impairment): XmlElement {
  const texts = impairmentTexts(impairment).map(({ name, text }) => [name, text] as const);
  return element('links:nic', { mac: mac.toLowerCase(), ...Object.fromEntries(texts) });
}

function linksOf(domain: XmlElement): XmlElement | undefined {
  const metadata = child(domain, 'metadata');
  return metadata && childrenNs([domain, metadata], NAMESPACE, 'links')[0];
}

function nicsIn(domain: XmlElement, links: XmlElement | undefined): XmlElement[] {
  const metadata = child(domain, 'metadata');
  return links && metadata ? childrenNs([domain, metadata, links], NAMESPACE, 'nic') : [];
}

function macIn(nic: XmlElement): string {
  return (attribute(nic, 'mac') ?? '').toLowerCase();
}
