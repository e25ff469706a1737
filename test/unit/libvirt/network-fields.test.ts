/**
 * What holds of every field in the table: a new one is covered by standing there, and by its values
 * in `anyNetwork`.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareNetwork,
  NETWORK_FIELDS,
  networkFieldFacts,
} from '../../../src/libvirt/network/fields/index.js';
import { networkFacts } from '../../../src/libvirt/index.js';
import type { ObservedNetwork, PlannedNetwork } from '../../../src/model/index.js';
import { child, childrenNamed, parseXml, serializeXml } from '../../../src/xml/index.js';
import { render, sampleNetwork } from './samples.js';

const anyNetwork = fc
  .record({
    mode: fc.constantFrom('nat' as const, 'isolated' as const, 'route' as const),
    third: fc.constantFrom(150, 151),
    dhcp: fc.constantFrom(null, [3, 99], [10, 20]),
    dns: fc.uniqueArray(fc.constantFrom(1, 7, 8), { maxLength: 3 }),
    names: fc.constantFrom(['a.lab'], ['a.lab', 'b.lab']),
    hosts: fc.uniqueArray(fc.constantFrom(1, 2, 3), { maxLength: 3 }),
    bootUrl: fc.constantFrom(null, 'http://boot.lab/a.efi', 'http://boot.lab/b.efi'),
    bridge: fc.constantFrom('ven0', 'ven1'),
    digest: fc.constantFrom('d', 'e'),
  })
  .map(({ third, dhcp, dns, names, hosts, ...rest }): PlannedNetwork => {
    const at = (last = 0): string => `192.168.${third}.${last}`;
    return sampleNetwork({
      ...rest,
      subnet: { cidr: `${at(0)}/24`, gateway: at(1) },
      dhcp: dhcp && { start: at(dhcp[0]), end: at(dhcp[1]) },
      dnsHosts: dns.map((last) => ({ ip: at(last), names: [...names] })),
      dhcpHosts: hosts.map((n) => ({
        mac: `52:54:00:00:00:0${n}`,
        ip: at(100 + n),
        name: `h${n}`,
      })),
    });
  });
const written = (network: PlannedNetwork): string => render.network(network, 'lab');

function observed(config: string, live: string | null): ObservedNetwork {
  return {
    ...networkFacts(parseXml(config)),
    ...{ active: live !== null, autostart: true, persistent: true, fault: null, unsaved: false },
    live: live === null ? null : networkFieldFacts(parseXml(live)),
  };
}

/** What people add by hand, and ven leaves alone. */
const THEIRS = [
  '<mtu size="1400"/>',
  '<domain name="lab.example" localOnly="yes"/>',
  '<ip family="ipv6" address="fd00::1" prefix="64">' +
    '<dhcp><range start="fd00::10" end="fd00::20"/></dhcp></ip>',
  '<bandwidth><inbound average="1000"/></bandwidth>',
  '<portgroup name="engineers"/>',
  '<route address="10.9.0.0" prefix="16" gateway="192.168.150.9"/>',
];
const THEIR_DNS = [
  '<forwarder addr="9.9.9.9"/>',
  '<txt name="example" value="x"/>',
  '<host ip="fd00::7"><hostname>six.lab</hostname></host>',
];
const THEIR_OPTION = 'server=/corp.example/10.0.0.53';

function edited(xml: string): string {
  const network = parseXml(xml);
  const texts = (list: readonly string[]) => list.map((text) => parseXml(text));
  network.children.push(...texts(THEIRS));
  const dns = child(network, 'dns');
  if (dns) dns.children.unshift(...texts(THEIR_DNS));
  else network.children.push({ name: 'dns', attrs: {}, children: texts(THEIR_DNS) });
  const name = 'dnsmasq:options';
  const option = { name: 'dnsmasq:option', attrs: { value: THEIR_OPTION }, children: [] };
  const options = child(network, name);
  if (options) options.children.push(option);
  else network.children.push({ name, attrs: {}, children: [option] });
  network.attrs['xmlns:dnsmasq'] = 'http://libvirt.org/schemas/network/dnsmasq/1.0';
  return serializeXml(network);
}

describe('fields of a network', () => {
  it('agree with what was written, in both definitions', () => {
    fc.assert(
      fc.property(anyNetwork, (network) => {
        const xml = written(network);
        expect(compareNetwork(network, observed(xml, xml))).toEqual({
          ...{ fields: [], define: [], entries: [], restart: false },
        });
      }),
    );
  });

  it('lead from any network to any other, by what differs; what others added stays', () => {
    fc.assert(
      fc.property(anyNetwork, anyNetwork, (before, after) => {
        const old = edited(written(before));
        const { define } = compareNetwork(after, observed(old, null));
        const patched = render.patchNetwork(old, after, 'lab', [...define, 'mark']);
        expect(render.patchNetwork(patched, after, 'lab', [...define, 'mark'])).toBe(patched);
        const found = observed(patched, null);
        expect(compareNetwork(after, found).fields).toEqual([]);
        expect(found.mark?.digest).toBe(after.digest);
        for (const theirs of [...THEIRS, ...THEIR_DNS])
          expect(patched).toContain(serializeXml(parseXml(theirs)));
        expect(patched).toContain(THEIR_OPTION);
      }),
    );
  });

  it('differ in what runs as they do in the definition', () => {
    fc.assert(
      fc.property(anyNetwork, anyNetwork, (wanted, other) => {
        const [right, wrong] = [written(wanted), written(other)];
        const paths = (config: string, live: string) =>
          compareNetwork(wanted, observed(config, live)).fields.map(({ path, only }) => [
            path,
            only,
          ]);
        const live = paths(right, wrong);
        expect(live.every(([, only]) => only === 'live')).toBe(true);
        const kept = paths(wrong, right);
        expect(kept.every(([, only]) => only === 'definition')).toBe(true);
        expect(kept.map(([path]) => path)).toEqual(live.map(([path]) => path));
      }),
    );
  });

  it.each(Object.entries(NETWORK_FIELDS))('%s has a patch by its name', (_, { name }) => {
    const network = sampleNetwork({});
    const xml = written(network);
    expect(networkFacts(parseXml(render.patchNetwork(xml, network, 'lab', [name])))).toEqual(
      networkFacts(parseXml(xml)),
    );
  });

  it('keep what is said of the way out, as far as the mode takes it', () => {
    const xml = written(sampleNetwork({ mode: 'nat' })).replace(
      '<forward mode="nat"/>',
      '<forward mode="nat" dev="eth1"><nat><port start="2000" end="3000"/></nat></forward>',
    );
    const forward = (mode: 'nat' | 'route') => {
      const patched = render.patchNetwork(xml, sampleNetwork({ mode }), 'lab', ['mode']);
      return childrenNamed(parseXml(patched), 'forward').map(serializeXml).join();
    };
    expect(forward('nat')).toContain('<port start="2000" end="3000"/>');
    expect(forward('route')).toBe('<forward mode="route" dev="eth1"/>');
  });

  it('want a restart for an address that a running network has two records of', () => {
    const network = sampleNetwork({ dnsHosts: [{ ip: '192.168.150.7', names: ['a.lab'] }] });
    const two = written(network).replace(
      '</dns>',
      '<host ip="192.168.150.7"><hostname>b.lab</hostname></host></dns>',
    );
    const { fields, entries, restart } = compareNetwork(network, observed(written(network), two));
    expect({ fields, entries, restart }).toMatchObject({
      ...{ entries: [], restart: true },
      fields: [{ path: 'dns.192.168.150.7', effect: 'restart', only: 'live' }],
    });
  });
});
