/** A secret is found in every form, however long it is. */
import { describe, expect, it } from 'vitest';
import {
  createMasker,
  LineMask,
  maskRemembered,
  proxyPasswords,
  rememberSecret,
} from '../../../src/secrets/index.js';

/** With all that is written otherwise somewhere. */
const AWKWARD = 'C4n"ary/p&ss w$rd+7é';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Of a secret: what programs write of it. */
const FORMS: [string, (secret: string) => string][] = [
  ['plain', (secret) => secret],
  ['in capitals', (secret) => secret.toUpperCase()],
  ['JSON', (secret) => JSON.stringify({ secret })],
  ['JSON in JSON', (secret) => JSON.stringify(JSON.stringify({ secret }))],
  ['JSON of ASCII', (secret) => secret.replace(/[^\w]/g, unicode)],
  ['a URL', (secret) => `?q=${encodeURIComponent(secret)}&x`],
  ['a URL in a URL', (secret) => encodeURIComponent(encodeURIComponent(secret))],
  ['a form', (secret) => new URLSearchParams({ secret }).toString()],
  ['HTML', (secret) => `<b>${secret.replaceAll('&', '&amp;').replaceAll('"', '&#x22;')}</b>`],
  ['HTML in HTML', (secret) => secret.replaceAll('&', '&amp;amp;').replaceAll('"', '&amp;quot;')],
  ['hex', (secret) => Buffer.from(secret).toString('hex')],
  ['base64', base64],
  ['base64 after one byte', (secret) => base64(`u${secret}`)],
  ['base64 after two bytes', (secret) => base64(`u:${secret}`)],
  ['base64 in a longer text', (secret) => base64(`{"a":"Bearer ${secret}","b":1}`)],
  ['base64 in lines', (secret) => base64(`Bearer ${secret}`).replace(/.{7}/g, '$&\r\n')],
  ['base64 for URLs', (secret) => Buffer.from(`me:${secret}`).toString('base64url')],
  ['broken by the edge of a terminal', (secret) => secret.replace(/^.{3}/, '$& \r\n')],
];

function unicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Eight characters of it in a row, or of its base64 or hex, are left. */
function tells(shown: string, written: string): boolean {
  for (let at = 0; at + 8 <= written.length; at += 1)
    if (
      shown.includes(written.slice(at, at + 8)) &&
      !/^[<{"\\a-z:?=*]*$/.test(written.slice(at, at + 8))
    )
      return true;
  return false;
}

describe('a secret is masked', () => {
  it.each(FORMS)('as %s', (name, write) => {
    const written = write(AWKWARD);
    const shown = createMasker([AWKWARD])(`before ${written} after`);
    expect(shown).toMatch(/^before [^]*\*{8}[^]* after$/);
    if (!name.startsWith('base64 ')) expect(tells(shown, written)).toBe(false);
    else {
      const left = shown.replaceAll(/before |\*{8}| after|[\r\n]/g, '');
      expect(Buffer.from(left, 'base64').toString()).not.toMatch(/C4n|ary|p&s|rd\+7/);
      expect(shown.length).toBeLessThan(written.length);
    }
  });

  it('where what stands before it looks like the beginning of an escape', () => {
    const mask = createMasker(['ab12cd', 'lt;xyz']);
    expect(mask('100%ab12cd')).toBe('100%********');
    expect(mask('a &lt;xyz')).not.toContain('xyz');
    expect(mask('\\u00ab12cd')).not.toContain('12cd');
  });

  it('whose own characters look like escapes', () => {
    const secret = 'a%41\\u0041&lt;+z';
    const mask = createMasker([secret]);
    for (const written of [secret, JSON.stringify(secret), encodeURIComponent(secret)])
      expect(mask(written)).toMatch(/^"?\*{8}"?$/);
  });

  it('and nothing else: JSON stays JSON, line ends stay', () => {
    const mask = createMasker([AWKWARD, 'hunter22']);
    expect(mask('a hunter22\r\nb \\ %41 &amp; +\n')).toBe('a ********\r\nb \\ %41 &amp; +\n');
    expect(JSON.parse(mask(JSON.stringify({ a: `"${AWKWARD}"`, b: '\\' })))).toEqual({
      a: '"********"',
      b: '\\',
    });
    expect(mask('hunter 22 hunter2')).toBe('hunter 22 hunter2');
    expect(createMasker(['', 'ab', 'abc'])('xabcx ab')).toBe('x********x ********');
  });

  it('in a line, without a change of columns', () => {
    const mask = new LineMask(['geheim-é'], null);
    expect(mask.mask('x geheim-é y')).toBe('x ******** y');
    expect(mask.mask('x geheim', true)).toBe('x ******');
  });
});

describe.each([1, 2, 4, 4000, 30_000, 65_536])('a secret of %i characters', (length) => {
  const secret = 'pA5$w&rd+("\\x'.repeat(Math.ceil(length / 12)).slice(0, length);
  const forms = FORMS.filter(
    ([name]) => length >= 4 || ['plain', 'JSON', 'a URL', 'a form', 'base64'].includes(name),
  );

  it.each(forms)('is masked as %s', (_, write) => {
    const written = write(secret);
    const shown = createMasker([secret])(`: ${written} .`);
    expect(shown).toContain('********');
    if (length >= 4000) expect(shown.length).toBeLessThan(200);
  });

  it('is masked at the end of a line that is under way', () => {
    const begun = secret.slice(0, -1);
    const shown = new LineMask([secret], null).mask(`: ${begun}`, true);
    if (length > 4) expect(shown).toBe(`: ${'*'.repeat(begun.length)}`);
  });

  it('is in no error that nobody foresaw', () => {
    rememberSecret(secret);
    const shown = maskRemembered(`SyntaxError: Invalid regular expression: /${secret}/: too large`);
    if (length >= 4)
      expect(shown).toBe('SyntaxError: Invalid regular expression: /********/: too large');
    else expect(shown).toContain('SyntaxError');
  });
});

it('is masked in time linear in the text, whatever stands in it', () => {
  const mask = createMasker([`${'a'.repeat(30_000)}b`, 'hunter22', '%%%%']);
  for (const piece of ['a', '%', '%3', '%31', '&', '&#', '\\', '\\u00', ' \n', '+', 'hunter2', 'é'])
    mask(piece.repeat(1_000_000 / piece.length));
}, 20_000);

it('the passwords of proxies are known as written and as meant', () => {
  expect(
    proxyPasswords({
      https_proxy: 'http://me:p%40ss@proxy:3128',
      HTTP_PROXY: 'me:p/w@proxy',
      no_proxy: 'a.example,10.0.0.0/8',
      all_proxy: 'socks5://proxy:1080',
      other: 'http://me:else@proxy',
    }),
  ).toEqual(['p%40ss', 'p@ss', 'p/w']);
});
