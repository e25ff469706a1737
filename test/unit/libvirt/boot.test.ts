import { describe, expect, it } from 'vitest';
import { networkFacts } from '../../../src/libvirt/index.js';
import { VenError } from '../../../src/model/index.js';
import { bootNetwork } from '../../../src/libvirt/network/boot.js';
import { parseXml, serializeXml } from '../../../src/xml/index.js';

const URL = 'https://boot.lab.test/a.efi';
const LAB = { fleet: 'lab', network: 'shared' };
const OTHER = { fleet: 'other', network: 'common' };
const network = (before: string, after = '', attrs = ''): string =>
  `<network${attrs}>\n` +
  '  <name>default</name>\n' +
  `  <uuid>08b765aa-5a81-49d7-95de-aa322f790e34</uuid>${before}\n` +
  `  <bridge name="virbr0"/>${after}\n` +
  '</network>';
const DNSMASQ = ' xmlns:dnsmasq="http://libvirt.org/schemas/network/dnsmasq/1.0"';
const options = (...values: string[]): string =>
  '\n' +
  '  <dnsmasq:options>' +
  `${values.map((value) => `\n    <dnsmasq:option value="${value}"/>`).join('')}\n` +
  '  </dnsmasq:options>';

const facts = (xml: string) => networkFacts(parseXml(xml));

describe('boot options in a network of somebody else’s', () => {
  it.each([
    ['a plain one', network('')],
    ['one with an empty metadata', network('\n  <metadata/>')],
    [
      'one with marks of others',
      network('\n  <metadata>\n    <a:x xmlns:a="urn:a">t</a:x>\n  </metadata>'),
    ],
    ['one with options of others', network('', options('domain-needed'), DNSMASQ)],
    [
      'one that logs already, and knows iPXE',
      network('', options('log-dhcp', 'dhcp-match=set:ipxe,175'), DNSMASQ),
    ],
    [
      'one on a single line',
      serializeXml(parseXml('<network><name>default</name><bridge name="virbr0"/></network>')),
    ],
  ])('are taken out again to the letter: %s', (_, before) => {
    const lent = bootNetwork(before, LAB, URL);
    expect(facts(lent)).toMatchObject({
      bootUrl: URL,
      boot: { url: URL, fleets: [LAB] },
      otherBoot: [],
    });
    expect(bootNetwork(lent, LAB, URL)).toBe(lent);
    const both = bootNetwork(lent, OTHER, URL);
    expect(facts(both).boot).toEqual({ url: URL, fleets: [LAB, OTHER] });
    expect(facts(bootNetwork(lent, LAB, `${URL}x`))).toMatchObject({
      bootUrl: `${URL}x`,
      boot: { fleets: [LAB] },
    });
    for (const [first, last] of [
      [LAB, OTHER],
      [OTHER, LAB],
    ] as const) {
      const one = bootNetwork(both, first, null);
      expect(facts(one)).toMatchObject({ bootUrl: URL, boot: { fleets: [last] } });
      expect(bootNetwork(one, first, null)).toBe(one);
      expect(bootNetwork(one, last, null)).toBe(before);
    }
    expect(bootNetwork(bootNetwork(lent, LAB, `${URL}x`), LAB, null)).toBe(before);
    expect(bootNetwork(before, LAB, null)).toBe(before);
  });

  it('leave what others changed meanwhile, and leave the definition readable', () => {
    const before = network('');
    const lent = bootNetwork(before, LAB, URL);
    expect(parseXml(lent).children.length).toBeGreaterThan(0);
    expect(lent).toContain('&lt;name&gt;default&lt;/name&gt;');
    const changed = lent
      .replace('<bridge name="virbr0"/>', '<bridge name="virbr9"/>')
      .replace('</dnsmasq:options>', '<dnsmasq:option value="theirs"/></dnsmasq:options>');
    const back = bootNetwork(changed, LAB, null);
    expect(back).toContain('virbr9');
    expect(back).toContain('theirs');
    expect(back).not.toMatch(/HTTPClient|urn:ven|metadata/);
  });

  it('put back an option that somebody took out', () => {
    const broken = bootNetwork(network(''), LAB, URL).replace(
      / *<dnsmasq:option value="dhcp-match[^>]*>\n?/,
      '',
    );
    expect(facts(broken).bootUrl).toBe(`${URL} (incomplete)`);
    const mended = bootNetwork(broken, LAB, URL);
    expect(facts(mended).bootUrl).toBe(URL);
    expect(bootNetwork(mended, LAB, null)).toBe(network(''));
  });

  it('offer one boot file, not two', () => {
    const lent = bootNetwork(network(''), OTHER, URL);
    expect(() => bootNetwork(lent, LAB, `${URL}x`)).toThrow(VenError);
    expect(() => bootNetwork(lent, LAB, `${URL}x`)).toThrow(/fleet other/);
  });

  it('are told from those of its owner', () => {
    const theirs = network(
      '',
      options('dhcp-option-force=tag:x,60,HTTPClient', 'log-dhcp'),
      DNSMASQ,
    );
    expect(facts(theirs)).toMatchObject({
      boot: null,
      otherBoot: ['dhcp-option-force=tag:x,60,HTTPClient'],
      bootUrl: null,
    });
    const added = bootNetwork(network(''), LAB, URL).replace(
      '</dnsmasq:options>',
      '<dnsmasq:option value="dhcp-boot=http://x"/></dnsmasq:options>',
    );
    for (const [xml, option] of [
      [theirs, 'dhcp-option-force=tag:x,60,HTTPClient'],
      [added, 'dhcp-boot=http://x'],
    ] as const) {
      const refused = expect.objectContaining({
        code: 'stale-plan',
        message: expect.stringContaining(option) as string,
      }) as Error;
      expect(() => bootNetwork(xml, LAB, URL)).toThrow(refused);
      expect(bootNetwork(xml, LAB, null)).not.toContain('urn:ven'); // giving back goes on
    }
  });
});
