import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMON_PARTS, commonFacts, domainFacts, domainMark } from '../../../src/libvirt/index.js';
import { serializeXml, type Kept, type XmlElement } from '../../../src/xml/index.js';
import { parseWhole, parseXml } from '../../../src/xml/parse.js';
import { readPlain } from '../../../src/xml/plain.js';

const TEST = join(import.meta.dirname, '../..');
const DOCUMENT = /<(domain|network|pool|volume)\b[^>]*>[^`]*?<\/\1>/g;

/** Of the files of the tests, and of strings in their code. */
const DOCUMENTS = readdirSync(TEST, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(xml|ts|snap)$/.test(name))
  .flatMap((name) => {
    const text = readFileSync(join(TEST, name), 'utf8');
    return name.endsWith('.xml') ? [text.trim()] : (text.match(DOCUMENT) ?? []);
  });
const WELL_FORMED = DOCUMENTS.filter((text) => whole(text) !== null);
const DOMAINS = WELL_FORMED.filter((text) => text.startsWith('<domain'));

/** null: it is no XML. */
function whole(text: string): XmlElement | null {
  try {
    return parseWhole(text);
  } catch {
    return null;
  }
}

const NAME = fc.constantFrom('a', 'b', 'ab', 'a:b', 'constructor', '__proto__', 'x-1', 'ü');
const WORD = fc.string({ maxLength: 6, unit: fc.constantFrom(...'ab \n\tü<>&"\'/=]!?-\u{1F5A5}') });
const { element: ELEMENT } = fc.letrec<{ element: XmlElement }>((tie) => ({
  element: fc.record({
    name: NAME,
    attrs: fc.dictionary(NAME, WORD, { maxKeys: 3, noNullPrototype: false }),
    children: fc.array(fc.oneof({ depthSize: 'small' }, WORD, tie('element')), { maxLength: 4 }),
  }),
}));
const PIECE = fc.constantFrom('<', '>', '/', '"', "'", ' ', '&', '<!---->', '<?a?>', '<a>', '</a>');

function named(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((node) => typeof node !== 'string' && node.name === name) as [];
}

describe('plain XML', () => {
  it('is most of what there is of domains here', () => {
    expect(DOMAINS.length).toBeGreaterThan(8);
    const plain = DOMAINS.filter((text) => readPlain(text, 200, 'all') !== null);
    expect(plain.length).toBeGreaterThan(DOMAINS.length / 2);
  });

  it.each(DOCUMENTS)('is read as by the whole parser: %.40s', (text) => {
    const plain = readPlain(text, 200, 'all');
    if (plain !== null) expect(plain).toEqual(whole(text));
  });

  it.each(DOMAINS)('has in its parts what is common to all domains: %.40s', (text) => {
    const [parts, all] = [parseXml(text, COMMON_PARTS), parseWhole(text)];
    expect(domainMark(parts)).toEqual(domainMark(all));
    expect(commonFacts(parts)).toEqual(commonFacts(all));
    expect(domainFacts(all)).toMatchObject(commonFacts(parts));
  });

  it('is read as by the whole parser, whatever is in it, or is left to that', () => {
    fc.assert(
      fc.property(ELEMENT, fc.nat(), fc.option(PIECE), fc.boolean(), (tree, at, piece, quotes) => {
        const written = serializeXml(tree);
        const text = quotes ? written.replace(/="([^"']*)"/g, "='$1'") : written;
        const cut = at % (text.length + 1);
        const broken = piece === null ? text : text.slice(0, cut) + piece + text.slice(cut);
        const plain = readPlain(broken, 200, 'all');
        if (plain !== null) expect(plain).toEqual(whole(broken));
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps the parts that are asked for', () => {
    const kept: Kept = new Map([['a', 'all']]);
    fc.assert(
      fc.property(fc.array(ELEMENT, { maxLength: 5 }), (children) => {
        const text = serializeXml({ name: 'root', attrs: {}, children });
        const plain = readPlain(text, 200, kept);
        if (plain !== null) expect(named(plain, 'a')).toEqual(named(whole(text) ?? plain, 'a'));
      }),
      { numRuns: 2000 },
    );
  });

  it('is nothing that nests too deep', () => {
    const nested = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    expect(readPlain(nested(200), 200, 'all')).not.toBeNull();
    expect(readPlain(nested(201), 200, 'all')).toBeNull();
  });
});
