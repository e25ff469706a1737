import { SaxesParser } from 'saxes';
import { VenError } from '../model/index.js';
import { readPlain, type Kept } from './plain.js';

export type XmlNode = XmlElement | string;

export interface XmlElement {
  /** As written, with its prefix: `ven:vm`. */
  name: string;
  /** As written, with `xmlns` declarations. It inherits nothing, so that no name is special. */
  attrs: Record<string, string>;
  children: XmlNode[];
}

/**
 * Deeper than any XML of libvirt, and shallow enough that a walk of the tree can't overflow the
 * stack.
 */
const DEPTH_LIMIT = 200;

/**
 * Parses one whole document, or the parts of it that are `kept`, beside which there may be others.
 * @throws VenError `tool-failed`, with line and column, when the text is not well-formed, is cut
 * off, has a document type, or nests deeper than 200 elements.
 */
export function parseXml(text: string, kept: Kept = 'all'): XmlElement {
  return readPlain(text, DEPTH_LIMIT, kept) ?? parseWhole(text);
}

/** The same by the whole parser, which knows all of XML. */
export function parseWhole(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const open: XmlElement[] = [];
  let root: XmlElement | null = null;
  let children: XmlNode[] = [];

  const addText = (piece: string): void => {
    if (open.length === 0) return;
    const last = children.length - 1;
    const before = children[last];
    if (typeof before === 'string') children[last] = before + piece;
    else children.push(piece);
  };

  parser.on('error', (error) => {
    throw notWellFormed(error.message, parser);
  });
  parser.on('doctype', () => {
    throw notWellFormed('a document type is not allowed', parser);
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('opentag', (tag) => {
    const element: XmlElement = { name: tag.name, attrs: tag.attributes, children: [] };
    if (open.length === 0) root = element;
    else children.push(element);
    if (open.push(element) > DEPTH_LIMIT)
      throw notWellFormed(`elements nest deeper than ${DEPTH_LIMIT}`, parser);
    children = element.children;
  });
  parser.on('closetag', () => {
    open.pop();
    children = open.at(-1)?.children ?? [];
  });
  parser.write(text).close();
  if (root === null) throw notWellFormed('there is no element', parser);
  return root;
}

function notWellFormed(what: string, parser: { line: number; column: number }): VenError {
  return new VenError('tool-failed', {
    summary: `This XML can't be read: ${what.replace(/^\d+:\d+: /, '')}`,
    where: `${parser.line}:${parser.column}`,
  });
}
