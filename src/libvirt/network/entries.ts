/** A network's DNS and DHCP host entries, as `virsh net-update` takes them. Pure. */
import type { NetworkEntryChange } from '../../model/index.js';
import { elementsOf, serializeXml, type XmlElement } from '../../xml/index.js';
import { element } from '../edit.js';
import type { NetworkFacts } from './read.js';

export function entryXml(change: NetworkEntryChange): string {
  if (change.section === 'dns-host') {
    const { ip, names } = change.entry;
    return serializeXml(
      element(
        'host',
        { ip },
        names.map((name) => element('hostname', {}, [name])),
      ),
    );
  }
  const { mac, ip, name } = change.entry;
  return serializeXml(element('host', { mac, ...(name !== null && { name }), ip }));
}

export function hasEntry(facts: NetworkFacts, change: NetworkEntryChange): boolean {
  if (change.section === 'dns-host') {
    const wanted = change.entry.names.toSorted().join(' ');
    return facts.dnsHosts.some(
      ({ ip, names }) => ip === change.entry.ip && names.toSorted().join(' ') === wanted,
    );
  }
  const { mac, ip, name } = change.entry;
  return facts.dhcpHosts.some(
    (host) => host.mac === mac.toLowerCase() && host.ip === ip && host.name === name,
  );
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
