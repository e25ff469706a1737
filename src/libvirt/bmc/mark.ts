/**
 * What a BMC has changed in a definition, as an element of a namespace of its own beside ven's
 * mark: so neither of the two overwrites the other. Pure.
 */
import type { BmcMark, BootOverride, BootTarget, MarkedOverride } from '../../model/index.js';
import { attribute, child, childrenNs, serializeXml, type XmlElement } from '../../xml/index.js';
import { element, insertAfter, remove } from '../edit.js';

export const BMC_NAMESPACE = 'urn:ven:bmc:1';
/** The prefix that libvirt gives it. */
export const BMC_KEY = 'venbmc';

const TARGETS: readonly string[] = [
  'pxe',
  'hdd',
  'cd',
  'uefi-http',
  'bios-setup',
] satisfies BootTarget[];

/** undefined: there is none, or one that can't be read. */
export function bmcMark(domain: XmlElement): BmcMark | undefined {
  const metadata = child(domain, 'metadata');
  const [mark] = metadata ? childrenNs([domain, metadata], BMC_NAMESPACE, 'bmc') : [];
  if (!metadata || !mark) return undefined;
  const [override] = childrenNs([domain, metadata, mark], BMC_NAMESPACE, 'override');
  const read = override && overrideOf(override);
  const image = attribute(mark, 'image');
  const [restart] = childrenNs([domain, metadata, mark], BMC_NAMESPACE, 'restart');
  return {
    ...(read && { override: read }),
    ...(restart && {
      restart: { id: attribute(restart, 'id') ?? '', until: attribute(restart, 'until') ?? '' },
    }),
    ...(image !== null && { image }),
    ...(attribute(mark, 'stale') === 'yes' && { isStale: true as const }),
  };
}

function overrideOf(override: XmlElement): MarkedOverride | undefined {
  const target = attribute(override, 'target') ?? '';
  const order = attribute(override, 'order');
  if (!TARGETS.includes(target)) return undefined;
  return {
    target: target as BootTarget,
    enabled: attribute(override, 'enabled') === 'continuous' ? 'continuous' : 'once',
    uri: attribute(override, 'uri'),
    id: attribute(override, 'id') ?? '',
    isArmed: attribute(override, 'armed') === 'yes',
    ...(order !== null && { order: order.split(' ').filter((device) => device !== '') }),
  };
}

/** As `virsh metadata --set` takes it: that adds the namespace by itself. null: it says nothing. */
export function bmcMarkForMetadata(mark: BmcMark): string | null {
  const plain = plainMark(mark);
  return plain === null ? null : serializeXml(plain);
}

/** Puts it into a definition, in place of the one that is there. */
export function setBmcMark(domain: XmlElement, mark: BmcMark): void {
  let metadata = child(domain, 'metadata');
  if (metadata) {
    for (const old of childrenNs([domain, metadata], BMC_NAMESPACE, 'bmc')) remove(metadata, old);
  } else {
    metadata = element('metadata', {});
    insertAfter(domain, ['name', 'uuid', 'genid', 'title', 'description'], [metadata]);
  }
  const plain = plainMark(mark);
  if (plain === null) return;
  const inNamespace = ({ name, attrs, children }: XmlElement): XmlElement => ({
    name: `${BMC_KEY}:${name}`,
    attrs,
    children: children.map((node) => (typeof node === 'string' ? node : inNamespace(node))),
  });
  const made = inNamespace(plain);
  metadata.children.push({
    ...made,
    attrs: { [`xmlns:${BMC_KEY}`]: BMC_NAMESPACE, ...made.attrs },
  });
}

function plainMark({ override, image, restart, isStale }: BmcMark): XmlElement | null {
  if (override === undefined && image === undefined && !restart && !isStale) return null;
  const attrs = { ...(image !== undefined && { image }), ...(isStale && { stale: 'yes' }) };
  return element('bmc', attrs, [
    ...(override === undefined ? [] : [plainOverride(override)]),
    ...(restart === undefined ? [] : [element('restart', { ...restart })]),
  ]);
}

function plainOverride(override: MarkedOverride): XmlElement {
  const { target, enabled, uri, id, isArmed, order } = override;
  return element('override', {
    ...{ id, target, enabled },
    ...(uri !== null && { uri }),
    armed: isArmed ? 'yes' : 'no',
    ...(order && { order: order.join(' ') }),
  });
}

export function isSameOverride(a: BootOverride | null, b: BootOverride | null): boolean {
  if (a === null || b === null) return a === b;
  return a.target === b.target && a.enabled === b.enabled && a.uri === b.uri;
}
