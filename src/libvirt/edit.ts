/**
 * Small changes to a tree in place, with the white space around them, so that the rest of the text
 * stays as it was.
 */
import { childrenNamed, type XmlElement } from '../xml/index.js';

export function element(
  name: string,
  attrs: Record<string, string> = {},
  children: (XmlElement | string)[] = [],
): XmlElement {
  return { name, attrs, children };
}

/** Each child on a line of its own, in an element that stands so deep. */
export function laidOut(element: XmlElement, depth: number): XmlElement {
  const line = (deep: number): string => `\n${'  '.repeat(deep)}`;
  return {
    ...element,
    children: [...element.children.flatMap((node) => [line(depth + 1), node]), line(depth)],
  };
}

/** The indentation in front of a child; empty when something else than white space stands there. */
function leadOf(parent: XmlElement, index: number): string {
  const before = parent.children[index - 1];
  return typeof before === 'string' && before.trim() === '' ? before : '';
}

/** Takes an element out, with its line. */
export function remove(parent: XmlElement, element: XmlElement): void {
  const index = parent.children.indexOf(element);
  if (index < 0) return;
  if (leadOf(parent, index) === '') parent.children.splice(index, 1);
  else parent.children.splice(index - 1, 2);
}

export function removeNamed(parent: XmlElement, name: string): void {
  for (const element of childrenNamed(parent, name)) remove(parent, element);
}

/**
 * Puts elements after the last child that has one of the names; at the end when there is none, or
 * at the start when `otherwise` says so.
 */
export function insertAfter(
  parent: XmlElement,
  names: readonly string[],
  elements: readonly XmlElement[],
  otherwise: 'start' | 'end' = 'end',
): void {
  if (elements.length === 0) return;
  const found = parent.children.findLastIndex(
    (node) => typeof node !== 'string' && names.includes(node.name),
  );
  const first = parent.children.findIndex((node) => typeof node !== 'string');
  const last = parent.children.findLastIndex((node) => typeof node !== 'string');
  const fallback = otherwise === 'end' ? last : -1;
  const after = found >= 0 ? found : fallback;
  const lead = leadOf(parent, found >= 0 ? found : first);
  const pieces = elements.flatMap((element) => (lead === '' ? [element] : [lead, element]));
  parent.children.splice(after + 1, 0, ...pieces);
}

/** Puts an element where another one stands. */
export function replace(parent: XmlElement, old: XmlElement, fresh: XmlElement): void {
  parent.children[parent.children.indexOf(old)] = fresh;
}

/**
 * Makes `parent` have exactly `fresh` for that name: in the place of the first one there, else
 * after the last of `after`. Nothing in `fresh`: all of that name go.
 */
export function setNamed(
  parent: XmlElement,
  name: string,
  fresh: readonly XmlElement[],
  after: readonly string[],
): void {
  const [first, ...others] = childrenNamed(parent, name);
  const [head, ...tail] = fresh;
  for (const element of others) remove(parent, element);
  if (!first) insertAfter(parent, after, fresh);
  else if (!head) remove(parent, first);
  else {
    replace(parent, first, head);
    insertAfter(parent, [name], tail);
  }
}
