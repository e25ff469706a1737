import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bootMark,
  bootMarkElement,
  domainMark,
  domainMarkElement,
  markForMetadata,
  networkMark,
  networkMarkElement,
  temporaryMark,
  temporaryMarkElement,
} from '../../../src/libvirt/marks.js';
import type { DomainMark } from '../../../src/model/index.js';
import { parseXml, serializeXml, type XmlElement } from '../../../src/xml/index.js';

const recorded = (name: string) =>
  parseXml(readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8'));
const domain = (inside: string) => parseXml(`<domain type="kvm"><name>x</name>${inside}</domain>`);
/** In the metadata of some definition, between marks of other people's. */
const within = (mark: string | XmlElement): XmlElement => {
  const text = typeof mark === 'string' ? mark : serializeXml(mark);
  const metadata = `<metadata><o:vm xmlns:o="urn:other" fleet="o"/>${text}</metadata>`;
  return parseXml(`<any>${metadata}</any>`);
};

describe('marks', () => {
  it('finds the mark in a recorded domain', () => {
    expect(domainMark(recorded('domain-running.xml'))).toEqual({
      fleet: 'lab',
      vm: 'n-1',
      digest: '26e6a4cfdbf8966d86cd7969acfccf07e06b297da9412abf041bac4f3de91e84',
      ready: true,
      volumes: [{ pool: 'default', volume: 'lab_n-1-sda.qcow2' }],
      nics: ['52:a6:59:b2:b6:4e'],
    });
  });

  it.each([
    [
      'another namespace under the prefix ven',
      '<ven:vm xmlns:ven="urn:other" fleet="f" name="n" digest="d"/>',
    ],
    ['an element without a namespace', '<vm fleet="f" name="n" digest="d"/>'],
    ['a mark that lacks the digest', '<ven:vm xmlns:ven="urn:ven:1" fleet="f" name="n"/>'],
    [
      'two marks',
      '<a:vm xmlns:a="urn:ven:1" fleet="f" name="n" digest="d"/><b:vm xmlns:b="urn:ven:1" ' +
        'fleet="g" name="n" digest="d"/>',
    ],
    ['nothing', ''],
  ])('takes %s for no mark', (_what, inside) => {
    expect(domainMark(domain(`<metadata>${inside}</metadata>`))).toBeNull();
  });

  it('marks a network', () => {
    const marked = parseXml(
      '<network><metadata><v:network xmlns:v="urn:ven:1" fleet="f" name="lab" ' +
        'digest="d"/></metadata></network>',
    );
    expect(networkMark(marked)).toEqual({ fleet: 'f', network: 'lab', digest: 'd' });
    expect(networkMark(recorded('network-default.xml'))).toBeNull();
  });
});

describe('what is written is read', () => {
  /** Any text that XML 1.0 can carry. */
  const text = fc
    .string({ unit: 'binary' })
    .filter((value) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(value));
  const mac = fc
    .array(fc.integer({ min: 0, max: 255 }), { minLength: 6, maxLength: 6 })
    .map((bytes) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':'));
  const user = fc.record({ fleet: text, network: text });
  const asked = fc.record({
    bus: fc.constantFrom('sata' as const, 'virtio' as const, 'scsi' as const),
    sizeBytes: fc.integer({ min: 1 }),
  });
  const anyDomainMark: fc.Arbitrary<DomainMark> = fc.record(
    {
      fleet: text,
      vm: text,
      digest: text,
      ready: fc.boolean(),
      unregistered: fc.constant(true as const),
      firmware: fc.constantFrom('bios', 'uefi', 'uefi-secure', `uefi:/fw/"<&'.fd`),
      certificates: text,
      keys: text,
      protect: fc.boolean(),
      file: text,
      volumes: fc.array(
        fc.record({ pool: text, volume: text, asked }, { requiredKeys: ['pool', 'volume'] }),
        { maxLength: 3 },
      ),
      nics: fc.uniqueArray(mac, { maxLength: 3 }),
    },
    { requiredKeys: ['fleet', 'vm', 'digest', 'ready', 'volumes', 'nics'] },
  );

  it('of a domain', () => {
    fc.assert(
      fc.property(anyDomainMark, (mark) => {
        expect(domainMark(within(domainMarkElement(mark)))).toEqual(mark);
      }),
    );
  });

  it('of a domain, once libvirt has put the namespace to what virsh was given', () => {
    const withNamespace = ({ name, attrs, children }: XmlElement): XmlElement => ({
      name: `ven:${name}`,
      attrs,
      children: children.map((node) => (typeof node === 'string' ? node : withNamespace(node))),
    });
    fc.assert(
      fc.property(anyDomainMark, (mark) => {
        const { attrs, ...given } = withNamespace(parseXml(markForMetadata(mark)));
        const set = { ...given, attrs: { 'xmlns:ven': 'urn:ven:1', ...attrs } };
        expect(domainMark(within(set))).toEqual(mark);
      }),
    );
  });

  it('of a network', () => {
    fc.assert(
      fc.property(fc.record({ fleet: text, network: text, digest: text }), (mark) => {
        expect(networkMark(within(networkMarkElement(mark)))).toEqual(mark);
      }),
    );
  });

  it('of a borrowed network', () => {
    const mark = fc.record({
      url: text,
      fleets: fc.array(user, { maxLength: 3 }),
      options: fc.array(text, { maxLength: 3 }),
      original: text,
    });
    fc.assert(
      fc.property(mark, (written) => {
        expect(bootMark(within(bootMarkElement(written)))).toEqual(written);
      }),
    );
  });

  it('of a temporary network', () => {
    const nics = fc.array(fc.record({ domain: text, mac, xml: text }), { maxLength: 3 });
    fc.assert(
      fc.property(fc.record({ network: text, user, nics }), (mark) => {
        expect(temporaryMark(within(temporaryMarkElement(mark)))).toEqual(mark);
      }),
    );
  });
});

it('reads the marks that earlier versions wrote', () => {
  const written = [
    '<ven:vm xmlns:ven="urn:ven:1" fleet="f" name="a" digest="d" ready="yes" registered="no">',
    '<ven:volume pool="p" name="v"/><ven:nic mac="52:54:00:AA:00:01"/></ven:vm>',
    '<ven:network xmlns:ven="urn:ven:1" fleet="f" name="lab" digest="d"/>',
    '<ven:boot xmlns:ven="urn:ven:1" url="u"><ven:fleet name="f" network="n"/>',
    '<ven:option value="o"/><ven:original>&lt;network/></ven:original></ven:boot>',
    '<ven:standIn xmlns:ven="urn:ven:1" network="u" fleet="f" name="n">',
    '<ven:nic domain="d" mac="m">&lt;interface/></ven:nic></ven:standIn>',
  ];
  const all = within(written.join(''));
  expect(domainMark(all)).toEqual({
    fleet: 'f',
    vm: 'a',
    digest: 'd',
    ready: true,
    unregistered: true,
    volumes: [{ pool: 'p', volume: 'v' }],
    nics: ['52:54:00:aa:00:01'],
  });
  expect(networkMark(all)).toEqual({ fleet: 'f', network: 'lab', digest: 'd' });
  const user = { fleet: 'f', network: 'n' };
  expect(bootMark(all)).toEqual({
    url: 'u',
    fleets: [user],
    options: ['o'],
    original: '<network/>',
  });
  expect(temporaryMark(all)).toEqual({
    network: 'u',
    user,
    nics: [{ domain: 'd', mac: 'm', xml: '<interface/>' }],
  });
});
