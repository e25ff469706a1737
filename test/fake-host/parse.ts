/**
 * What src reads out of XML, but each text is read once: a scenario reads the same definitions
 * thousands of times. What is given is shared, so it is frozen.
 */
import {
  commonFacts as readCommon,
  domainFacts as readDomain,
  networkFacts as readNetwork,
  networkFieldFacts as readFields,
} from '../../src/libvirt/index.js';
import { parseXml as parse, type XmlElement } from '../../src/xml/index.js';

const trees = new Map<string, XmlElement>();
const TREES_LIMIT = 2000;

export function parseXml(text: string): XmlElement {
  const known = trees.get(text);
  if (known) return known;
  if (trees.size === TREES_LIMIT) trees.clear();
  const tree = frozen(parse(text));
  trees.set(text, tree);
  return tree;
}

export const commonFacts = oncePerTree(readCommon);
export const domainFacts = oncePerTree(readDomain);
export const networkFacts = oncePerTree(readNetwork);
export const networkFieldFacts = oncePerTree(readFields);

function oncePerTree<Facts>(read: (root: XmlElement) => Facts): (root: XmlElement) => Facts {
  const known = new WeakMap<XmlElement, Facts>();
  return (root) => {
    const facts = known.get(root) ?? frozen(read(root));
    known.set(root, facts);
    return facts;
  };
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
