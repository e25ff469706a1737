/**
 * XML, strictly: text to a small tree, the tree to text, and ways to look around in it. Pure and synchronous; knows XML,
 * not libvirt. A document type, an undefined entity, or an end that comes too soon is an error, never a guess; text is
 * kept exactly (`0123` stays `0123`). Comments and processing instructions are left out of the tree.
 */
export { parseXml, type XmlElement, type XmlNode } from './parse.js';
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
