/** A network's DNS and DHCP entries, as `virsh net-update` takes them. Pure. */
import type { NetworkEntryChange, NetworkFacts } from '../../model/index.js';
import { childrenNamed, elementsOf, serializeXml, type XmlElement } from '../../xml/index.js';
import { element } from '../edit.js';
import { ipOf } from './fields/field.js';

/**
 * To delete a DNS host its address is enough. Its names must not be said: libvirt takes every
 * record with one of them for a match, and refuses when there are two.
 */
export function entryXml(change: NetworkEntryChange): string {
  switch (change.section) {
    case 'dns-host': {
      const { ip, names } = change.entry;
      const said = change.operation === 'delete' ? [] : names;
      return serializeXml(
        element(
          'host',
          { ip },
          said.map((name) => element('hostname', {}, [name])),
        ),
      );
    }
    case 'ip-dhcp-host': {
      const { mac, ip, name } = change.entry;
      const attrs = { ...(mac !== '' && { mac }), ...(name !== null && { name }) };
      return serializeXml(element('host', { ...attrs, ip }));
    }
    case 'ip-dhcp-range': {
      const { start, end } = change.entry;
      return serializeXml(element('range', { start, end }));
    }
  }
}

export function hasEntry(facts: NetworkFacts, change: NetworkEntryChange): boolean {
  switch (change.section) {
    case 'dns-host': {
      const wanted = change.entry.names.toSorted().join(' ');
      return facts.dnsHosts.some(
        ({ ip, names }) => ip === change.entry.ip && names.toSorted().join(' ') === wanted,
      );
    }
    case 'ip-dhcp-host': {
      const { mac, ip, name } = change.entry;
      return facts.dhcpHosts.some(
        (host) => host.mac === mac.toLowerCase() && host.ip === ip && host.name === name,
      );
    }
    case 'ip-dhcp-range': {
      const { start, end } = change.entry;
      return facts.ranges.some((range) => range.start === start && range.end === end);
    }
  }
}

/**
 * The place of ven's address among all of the network: libvirt would take the first one with DHCP.
 */
export function ipIndex(network: XmlElement): number {
  const ip = ipOf(network);
  return ip ? childrenNamed(network, 'ip').indexOf(ip) : 0;
}

/**
 * What `virsh net-update` can change of a running network alone, as text; the rest differs by
 * itself (defaults, VMs on it, marks).
 */
export function updatableParts(network: XmlElement): string {
  return elementsOf(network)
    .filter(({ name }) => ['dns', 'ip', 'portgroup'].includes(name))
    .map(serializeXml)
    .join('');
}
