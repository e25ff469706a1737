import { describe, expect, it } from 'vitest';
import {
  at,
  attribute,
  child,
  childrenNamed,
  parseXml,
  textAt,
  textOf,
  type XmlElement,
} from '../../../src/xml/index.js';
import type { PlannedNetwork } from '../../../src/model/index.js';
import { networkFacts } from '../../../src/libvirt/index.js';
import { render, sampleNetwork } from './samples.js';

const parsed = (over: Partial<PlannedNetwork> = {}): XmlElement =>
  parseXml(render.network(sampleNetwork(over), 'lab'));

describe('network', () => {
  it('has name, mark, bridge, address and DHCP range', () => {
    const network = parsed();
    expect(textAt(network, 'name')).toBe('lab_net');
    expect({ ...at(network, 'metadata', 'ven:network')?.attrs }).toEqual({
      'xmlns:ven': 'urn:ven:1',
      fleet: 'lab',
      name: 'net',
      digest: 'e'.repeat(64),
    });
    expect(attribute(child(network, 'bridge'), 'name')).toBe('vb-lab-net');
    expect({ ...child(network, 'ip')?.attrs }).toEqual({ address: '192.168.150.1', prefix: '24' });
    expect({ ...at(network, 'ip', 'dhcp', 'range')?.attrs }).toEqual({
      start: '192.168.150.3',
      end: '192.168.150.155',
    });
  });

  it('derives the MAC of its bridge from its UUID', () => {
    expect(attribute(child(parsed(), 'mac'), 'address')).toBe('52:54:00:a1:b2:c3');
  });

  it.each([
    ['nat', 'nat'],
    ['route', 'route'],
    ['isolated', null],
  ] as const)('forwards %s as %s', (mode, forward) => {
    expect(attribute(child(parsed({ mode }), 'forward'), 'mode')).toBe(forward);
  });

  it('names DNS hosts and fixed addresses', () => {
    const network = parsed({
      dnsHosts: [{ ip: '192.168.150.1', names: ['a.test', 'b.test'] }],
      dhcpHosts: [{ mac: '52:54:00:00:00:01', ip: '192.168.150.10', name: 'edge-1' }],
    });
    const host = at(network, 'dns', 'host');
    expect(attribute(host, 'ip')).toBe('192.168.150.1');
    expect(childrenNamed(host, 'hostname').map(textOf)).toEqual(['a.test', 'b.test']);
    expect({ ...at(network, 'ip', 'dhcp', 'host')?.attrs }).toEqual({
      mac: '52:54:00:00:00:01',
      name: 'edge-1',
      ip: '192.168.150.10',
    });
  });

  it('has neither DNS nor DHCP when nothing is asked of them', () => {
    const network = parsed({ dhcp: null });
    expect([child(network, 'dns'), at(network, 'ip', 'dhcp')]).toEqual([undefined, undefined]);
  });
});

describe('volume', () => {
  it('is a sparse qcow2 of so many bytes, with no owner', () => {
    const volume = parseXml(
      render.volume({
        target: 'sda',
        bus: 'sata',
        sizeBytes: 118_111_600_640,
        pool: 'default',
        volume: 'lab_edge-1-sda.qcow2',
      }),
    );
    expect(textAt(volume, 'name')).toBe('lab_edge-1-sda.qcow2');
    expect(textAt(volume, 'capacity')).toBe('118111600640');
    expect(attribute(child(volume, 'capacity'), 'unit')).toBe('bytes');
    expect(textAt(volume, 'allocation')).toBe('0');
    expect(attribute(at(volume, 'target', 'format'), 'type')).toBe('qcow2');
    expect(at(volume, 'target', 'permissions')).toBeUndefined();
  });
});

describe('boot options', () => {
  it('are none without a URL, and dnsmasq’s otherwise, read back as they were meant', () => {
    expect(render.network(sampleNetwork(), 'lab')).not.toContain('dnsmasq');
    const xml = render.network(
      sampleNetwork({ bootUrl: 'https://boot.lab.test/a.efi?x=1&y=2' }),
      'lab',
    );
    expect(xml).toContain(
      'value="dhcp-boot=tag:efi-http,&quot;https://boot.lab.test/a.efi?x=1&amp;y=2&quot;"',
    );
    expect(networkFacts(parseXml(xml)).bootUrl).toBe('https://boot.lab.test/a.efi?x=1&y=2');
    expect(networkFacts(parseXml(xml.replace(/.*set:ipxe.*\n/, ''))).bootUrl).toBe(
      'https://boot.lab.test/a.efi?x=1&y=2 (incomplete)',
    );
  });
});
