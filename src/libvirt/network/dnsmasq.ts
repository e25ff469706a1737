/** Options of a network's DNS and DHCP server, in a namespace of their own. Pure. */
import { attribute, childrenNs, elementsOf, type XmlElement } from '../../xml/index.js';
import { element, insertAfter, laidOut, remove } from '../edit.js';

const DNSMASQ = 'http://libvirt.org/schemas/network/dnsmasq/1.0';

export function dnsmasqOptions(network: XmlElement): string[] {
  return optionElements(network).flatMap((option) => attribute(option, 'value') ?? []);
}

export function addDnsmasqOptions(network: XmlElement, options: readonly string[]): void {
  if (options.length === 0) return;
  const elements = (prefix: string): XmlElement[] =>
    options.map((value) => element(`${prefix}option`, { value }));
  const parent = optionsIn(network);
  if (parent) {
    const [prefix] = parent.name.split(':');
    insertAfter(parent, [], elements(parent.name.includes(':') ? `${prefix}:` : ''));
    return;
  }
  network.attrs['xmlns:dnsmasq'] = DNSMASQ;
  insertAfter(network, [], [laidOut(element('dnsmasq:options', {}, elements('dnsmasq:')), 1)]);
}

/** One of each: another may have said the same. The last one takes the list with it. */
export function removeDnsmasqOptions(network: XmlElement, options: readonly string[]): void {
  const parent = optionsIn(network);
  if (!parent) return;
  for (const value of options) {
    const option = optionElements(network).find((each) => attribute(each, 'value') === value);
    if (option) remove(parent, option);
  }
  if (elementsOf(parent).length > 0) return;
  remove(network, parent);
  const [prefix] = parent.name.split(':');
  if (parent.name.includes(':')) delete network.attrs[`xmlns:${prefix}`];
}

function optionsIn(network: XmlElement): XmlElement | undefined {
  return childrenNs([network], DNSMASQ, 'options')[0];
}

function optionElements(network: XmlElement): XmlElement[] {
  return childrenNs([network], DNSMASQ, 'options').flatMap((parent) =>
    childrenNs([network, parent], DNSMASQ, 'option'),
  );
}
