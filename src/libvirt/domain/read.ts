/** Which domain an XML is of. What it says beside that, its fields read. Pure. */
import { at, attribute, child, parseXml, textAt, type XmlElement } from '../../xml/index.js';

export function domainName(domain: XmlElement): string {
  return textAt(domain, 'name') ?? '';
}

export function domainUuid(domain: XmlElement): string {
  return (textAt(domain, 'uuid') ?? '').trim().toLowerCase();
}

/** The file of its firmware's variables; null: it has none, or libvirt has not chosen it yet. */
export function nvramPath(xml: string): string | null {
  const variables = at(parseXml(xml), 'os', 'nvram');
  return (attribute(child(variables, 'source'), 'file') ?? textAt(variables)) || null;
}
