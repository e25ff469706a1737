import type { XmlElement } from './parse.js';

/** The element children, without the text between them. */
export function elementsOf(element: XmlElement | undefined): XmlElement[] {
  return element
    ? element.children.filter((node): node is XmlElement => typeof node !== 'string')
    : [];
}

/** The first child of that name (as written). */
export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  if (!element) return undefined;
  for (const node of element.children)
    if (typeof node !== 'string' && node.name === name) return node;
  return undefined;
}

export function childrenNamed(element: XmlElement | undefined, name: string): XmlElement[] {
  return elementsOf(element).filter((node) => node.name === name);
}

/** Follows first children: `at(domain, 'os', 'loader')`. */
export function at(element: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  let here = element;
  for (const name of path) here = child(here, name);
  return here;
}

/** All text in it, exactly; empty: there is no element. */
export function textOf(element: XmlElement | undefined): string {
  if (!element) return '';
  let text = '';
  for (const node of element.children) text += typeof node === 'string' ? node : textOf(node);
  return text;
}

/** The text at a path, exactly; null: there is no such element. */
export function textAt(element: XmlElement | undefined, ...path: string[]): string | null {
  const found = at(element, ...path);
  return found ? textOf(found) : null;
}

/** null: the element or the attribute does not exist. */
export function attribute(element: XmlElement | undefined, name: string): string | null {
  return element?.attrs[name] ?? null;
}

/**
 * The children whose namespace is `uri` and whose local name is `local`, with any prefix.
 * `ancestors` runs from the root to the parent, which is last: a prefix may be declared on any of
 * them.
 */
export function childrenNs(
  ancestors: readonly XmlElement[],
  uri: string,
  local: string,
): XmlElement[] {
  return elementsOf(ancestors.at(-1)).filter((element) => {
    const colon = element.name.indexOf(':');
    if (element.name.slice(colon + 1) !== local) return false;
    const declaration = colon < 0 ? 'xmlns' : `xmlns:${element.name.slice(0, colon)}`;
    const scope = [element, ...ancestors.toReversed()].find(
      (candidate) => declaration in candidate.attrs,
    );
    return scope?.attrs[declaration] === uri;
  });
}
