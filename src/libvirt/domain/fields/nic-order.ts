/**
 * The order of the NICs that ven made. A guest counts its NICs by their places on the bus, which
 * libvirt gives them in the order of the definition when it sees them first.
 */
import type { DomainFacts } from '../../../model/index.js';
import { attribute, child, childrenNamed, type XmlElement } from '../../../xml/index.js';
import { removeNamed } from '../../edit.js';
import { devicesOf, type Comparison, type Difference, type Patch } from './field.js';

/** The name of its patch, which comes after those of single NICs. */
export const NIC_ORDER = 'nicOrder';

/** NICs that the definition lacks are added at its end first; what runs has those that it has. */
export function compareNicOrder({ vm, domain: { config, live } }: Comparison): Difference {
  const wanted = vm.nics.map(({ mac }) => mac.toLowerCase());
  const had = inOrder(config, wanted);
  const defined = [...had, ...wanted.filter((mac) => !had.includes(mac))].join(', ');
  const running = live === null ? [] : inOrder(live, wanted);
  const restarts = running.join() !== wanted.filter((mac) => running.includes(mac)).join();
  const after = wanted.join(', ');
  if (defined === after && !restarts) return {};
  const before = (defined === after ? running : had).join(', ');
  return {
    define: defined === after ? [] : [NIC_ORDER],
    fields: [{ path: 'nics.order', before, after, effect: restarts ? 'restart' : 'live' }],
  };
}

function inOrder({ nics }: DomainFacts, macs: readonly string[]): string[] {
  return nics.map(({ mac }) => mac.toLowerCase()).filter((mac) => macs.includes(mac));
}

/** All others keep their places; libvirt gives ours new ones on the bus. */
export function patchNicOrder({ domain, fresh }: Patch): void {
  const devices = devicesOf(domain);
  const macs = nicsIn(fresh).map(macOf);
  const ours = nicsIn(domain).filter((nic) => macs.includes(macOf(nic)));
  const ordered = ours.toSorted((a, b) => macs.indexOf(macOf(a)) - macs.indexOf(macOf(b)));
  if (ordered.every((nic, index) => nic === ours[index])) return;
  for (const nic of ours) removeNamed(nic, 'address');
  const places = ordered[Symbol.iterator]();
  devices.children = devices.children.map((node) =>
    typeof node !== 'string' && ours.includes(node) ? (places.next().value ?? node) : node,
  );
}

function nicsIn(domain: XmlElement): XmlElement[] {
  return childrenNamed(devicesOf(domain), 'interface');
}

function macOf(nic: XmlElement): string {
  return attribute(child(nic, 'mac'), 'address')?.toLowerCase() ?? '';
}
