import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VenError } from '../../../src/model/index.js';
import {
  at,
  attribute,
  child,
  childrenNamed,
  childrenNs,
  escapeAttribute,
  parseXml,
  serializeXml,
  textAt,
  textOf,
} from '../../../src/xml/index.js';

describe('parseXml', () => {
  it('keeps text exactly, numbers and white space too', () => {
    const root = parseXml('<a x="0123"> 0123\n<b/>tail<![CDATA[<&]]></a>');
    expect(root.attrs['x']).toBe('0123');
    expect(root.children[0]).toBe(' 0123\n');
    expect(root.children[2]).toBe('tail<&');
  });

  it('resolves the predefined entities and character references', () => {
    expect(textOf(parseXml('<a>&lt;&#x41;&quot;&amp;lt;</a>'))).toBe('<A"&lt;');
  });

  it.each([
    ['cut off in a tag', '<domain><name>x</na'],
    ['cut off between tags', '<domain><name>x</name>'],
    ['nothing', ''],
    ['two roots', '<a/><b/>'],
    ['a document type', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ['a plain document type', '<!DOCTYPE a><a/>'],
    ['an undefined entity', '<a>&nbsp;</a>'],
    ['a control character', '<a>\u0001</a>'],
    ['a repeated attribute', '<a x="1" x="2"/>'],
    ['an unquoted attribute', '<a x=1/>'],
    ['crossed tags', '<a><b></a></b>'],
    ['not XML at all', 'error: failed to get domain'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseXml(text)).toThrow(VenError);
  });

  it('refuses every proper prefix of a document', () => {
    const whole = '<domain type="kvm"><name>a&amp;b</name><!-- c --><x><![CDATA[y]]></x></domain>';
    for (let length = 0; length < whole.length; length += 1)
      expect(() => parseXml(whole.slice(0, length))).toThrow(VenError);
    expect(textAt(parseXml(whole), 'name')).toBe('a&b');
  });

  it('refuses nesting that would overflow a walk', () => {
    expect(() => parseXml('<a>'.repeat(5000) + '</a>'.repeat(5000))).toThrow(/nest deeper/);
  });

  it('has no prototype to pollute', () => {
    const root = parseXml('<a __proto__="x"><constructor/></a>');
    expect(attribute(root, '__proto__')).toBe('x');
    expect(attribute(root, 'toString')).toBeNull();
    expect(child(root, 'constructor')?.name).toBe('constructor');
  });
});

describe('serializeXml', () => {
  it('gives back what it was given, for any text', () => {
    const printable = fc.string({ unit: 'binary' }).filter((text) => {
      try {
        escapeAttribute(text);
        return true;
      } catch {
        return false;
      }
    });
    fc.assert(
      fc.property(printable, printable, (text, value) => {
        const children = text === '' ? [] : [text];
        const tree = {
          name: 'a',
          attrs: { v: value },
          children: [{ name: 'b', attrs: {}, children }],
        };
        const again = parseXml(serializeXml(tree));
        expect(again.attrs['v']).toBe(value);
        expect(textAt(again, 'b')).toBe(text);
      }),
    );
  });

  it('refuses what XML has no way to say', () => {
    for (const bad of ['\u0000', '\u001b', '\ud800', '\uffff'])
      expect(() => serializeXml({ name: 'a', attrs: {}, children: [bad] })).toThrow(/can't carry/);
  });

  it('can not be broken out of', () => {
    const evil = `</title>]]>"'<x y="`;
    expect(
      textAt(
        parseXml(
          serializeXml({
            name: 'a',
            attrs: { t: evil },
            children: [{ name: 'title', attrs: {}, children: [evil] }],
          }),
        ),
        'title',
      ),
    ).toBe(evil);
  });
});

describe('navigation', () => {
  const root = parseXml(
    '<d xmlns:o="urn:other"><os><boot dev="hd"/><boot dev="network"/></os>' +
      '<metadata><v:vm xmlns:v="urn:ven:1"/><ven:vm xmlns:ven="urn:else"/>' +
      '<vm xmlns="urn:ven:1"/><o:vm/></metadata></d>',
  );
  it('finds children', () => {
    expect(childrenNamed(at(root, 'os'), 'boot').map((boot) => attribute(boot, 'dev'))).toEqual([
      'hd',
      'network',
    ]);
    expect(at(root, 'os', 'nothing', 'here')).toBeUndefined();
    expect(textAt(root, 'nothing')).toBeNull();
  });
  it('goes by namespace, not by prefix', () => {
    const metadata = child(root, 'metadata')!;
    expect(childrenNs([root, metadata], 'urn:ven:1', 'vm').map((element) => element.name)).toEqual([
      'v:vm',
      'vm',
    ]);
    expect(childrenNs([root, metadata], 'urn:other', 'vm').map((element) => element.name)).toEqual([
      'o:vm',
    ]);
  });
});
