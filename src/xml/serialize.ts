import { VenError } from '../model/index.js';
import type { XmlElement } from './parse.js';

/** The characters that XML 1.0 can't contain, not even as a character reference. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const FORBIDDEN = new RegExp(
  `[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\ufffe\\uffff]|${LONE_SURROGATE.source}`,
);

/** The tree as text, without additions: a parsed text comes back with the same meaning. */
export function serializeXml(element: XmlElement): string {
  const parts: string[] = [];
  write(element, parts);
  return parts.join('');
}

function write(element: XmlElement, parts: string[]): void {
  parts.push('<', element.name);
  for (const name of Object.keys(element.attrs))
    parts.push(' ', name, '="', escapeAttribute(element.attrs[name] ?? ''), '"');
  if (element.children.length === 0) {
    parts.push('/>');
    return;
  }
  parts.push('>');
  for (const node of element.children) {
    if (typeof node === 'string') parts.push(escapeText(node));
    else write(node, parts);
  }
  parts.push('</', element.name, '>');
}

/** @throws VenError `tool-failed` for characters that XML can't contain. */
function escapeText(text: string): string {
  check(text);
  return text.replace(/[&<>\r]/g, (character) => REFERENCE[character] ?? character);
}

/**
 * For use between double or single quotes. @throws VenError `tool-failed` for characters that XML
 * can't contain.
 */
export function escapeAttribute(text: string): string {
  check(text);
  return text.replace(/[&<>"'\t\n\r]/g, (character) => REFERENCE[character] ?? character);
}

const REFERENCE: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function check(text: string): void {
  const found = FORBIDDEN.exec(text);
  if (!found) return;
  const code = (found[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  throw new VenError('tool-failed', { summary: `XML can't carry the character U+${code}` });
}
