/**
 * XML, strictly: from text to a small tree, from the tree to text, and ways to navigate in it. Pure
 * and synchronous; it knows XML, not libvirt. A document type, an undefined entity, or a missing
 * end is an error, never a guess. Text is exact (`0123` stays `0123`). Comments and processing
 * instructions are not part of the tree.
 */
export { parseXml, type XmlElement, type XmlNode } from './parse.js';
export type { Kept } from './plain.js';
export { escapeAttribute, serializeXml } from './serialize.js';
export {
  at,
  attribute,
  child,
  childrenNamed,
  childrenNs,
  elementsOf,
  textAt,
  textOf,
} from './navigate.js';
