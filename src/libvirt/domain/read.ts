/** Which domain an XML is of. What it says beside that, its fields read. Pure. */
import { textAt, type XmlElement } from '../../xml/index.js';

export function domainName(domain: XmlElement): string {
  return textAt(domain, 'name') ?? '';
}

export function domainUuid(domain: XmlElement): string {
  return (textAt(domain, 'uuid') ?? '').trim().toLowerCase();
}
