/** Changes to XML trees, each giving a new tree. */
import {
  attribute,
  child,
  serializeXml,
  type XmlElement,
  type XmlNode,
} from '../../src/xml/index.js';
import { parseXml } from './parse.js';

export function editXml(xml: string, edit: (root: XmlElement) => XmlElement): string {
  return serializeXml(edit(parseXml(xml)));
}

export function mapChildren(
  element: XmlElement,
  map: (node: XmlElement) => XmlElement | null,
): XmlElement {
  return {
    ...element,
    children: element.children.flatMap((node): XmlNode[] =>
      typeof node === 'string' ? [node] : [map(node)].filter((made) => made !== null),
    ),
  };
}

/** With exactly one child of that name, the given one; null: with none. */
export function withChild(element: XmlElement, name: string, made: XmlElement | null): XmlElement {
  const without = element.children.filter((node) => typeof node === 'string' || node.name !== name);
  return { ...element, children: made ? [made, ...without] : without };
}

export function withAttribute(element: XmlElement, name: string, value: string): XmlElement {
  return { ...element, attrs: { ...element.attrs, [name]: value } };
}

/** `map` gets each child of `<devices>` of that name. */
export function mapDevices(
  domain: XmlElement,
  name: string,
  map: (device: XmlElement) => XmlElement | null,
): XmlElement {
  return mapChildren(domain, (part) =>
    part.name === 'devices'
      ? mapChildren(part, (device) => (device.name === name ? map(device) : device))
      : part,
  );
}

export function macOf(nic: XmlElement): string {
  return (attribute(child(nic, 'mac'), 'address') ?? '').toLowerCase();
}

export function withDevice(domain: XmlElement, device: XmlElement): XmlElement {
  return mapChildren(domain, (part) =>
    part.name === 'devices' ? { ...part, children: [...part.children, device] } : part,
  );
}

/** A disk of a file that is in no pool. */
export function diskAt(file: string, target: string): XmlElement {
  const leaf = (name: string, attrs: Record<string, string>): XmlElement => ({
    name,
    attrs,
    children: [],
  });
  return {
    ...leaf('disk', { type: 'file', device: 'disk' }),
    children: [
      leaf('source', { file }),
      leaf('target', { dev: target, bus: target.startsWith('v') ? 'virtio' : 'sata' }),
    ],
  };
}
