import { readFileSync } from 'node:fs';
import { createHash, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCaCertificates, checkSigners } from '../../../src/efi/index.js';

// root: 2026-01-01 to 2036-01-01 · middle: 2026-06-01 to 2028-06-01 · leaf: no authority
const pem = (name: string): string =>
  readFileSync(new URL(`certificates/${name}.pem`, import.meta.url), 'utf8');
const NOW = new Date('2026-11-22T12:00:00Z');
const rules = (text: string, now = NOW): string[] =>
  checkCaCertificates(text, now).problems.map(({ severity, rule }) => `${severity} ${rule}`);
const names = (text: string): string[] =>
  checkCaCertificates(text, NOW).authorities.map(({ name }) => name);

describe('certificates of authorities', () => {
  it('are read from PEM', () => {
    const { authorities, problems } = checkCaCertificates(pem('root'), NOW);
    expect(problems).toEqual([]);
    expect(authorities).toMatchObject([
      { name: 'Lab Root', validTo: new Date('2036-01-01T00:00:00Z') },
    ]);
    const body = Buffer.from(pem('root').replace(/-----.*-----/g, ''), 'base64');
    expect(Buffer.from(authorities[0]?.der ?? [])).toEqual(body);
    expect(authorities[0]?.fingerprint).toBe(createHash('sha256').update(body).digest('hex'));
  });

  it('may be a chain with text between, in the order of the file, each once', () => {
    expect(names(`subject=middle\r\n${pem('middle')}\n\n${pem('root')}${pem('middle')}`)).toEqual([
      'Lab Issuing',
      'Lab Root',
    ]);
    expect(rules(`${pem('middle')}${pem('root')}`)).toEqual([]);
    expect(names(pem('root').replaceAll('\n', '\r\n'))).toEqual(['Lab Root']);
  });

  it('leaves out of a chain what is no authority, and says so', () => {
    expect(names(pem('leaf') + pem('root'))).toEqual(['Lab Root']);
    expect(rules(pem('leaf') + pem('root'))).toEqual(['warning certificate-not-authority']);
  });

  it('says what is wrong', () => {
    expect(rules(pem('leaf'))).toEqual(['error certificate-not-authority']);
    expect(checkCaCertificates(pem('leaf'), NOW).problems[0]?.message).toContain(
      '(tinkerbell-haproxy.lab.test)',
    );
    expect(rules('')).toEqual(['error certificate-unreadable']);
    expect(rules('0\u0082\u0001')).toEqual(['error certificate-unreadable']);
    expect(rules(pem('request'))).toEqual(['error certificate-unreadable']);
    expect(checkCaCertificates(pem('request'), NOW).problems[0]?.message).toContain(
      'certificate request',
    );
    expect(rules(pem('root').slice(0, 200))).toEqual(['error certificate-unreadable']);
    expect(rules(pem('root') + pem('middle').slice(0, 200))).toEqual([
      'error certificate-unreadable',
    ]);
    expect(rules(pem('root').replace(/\nMII[^\n]*/, '\nMIIAAAAA'))).toEqual([
      'error certificate-unreadable',
    ]);
    expect(
      rules(`-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n${pem('root')}`),
    ).toEqual(['error certificate-unreadable']);
    expect(rules(' '.repeat(300_000) + pem('root'))).toEqual(['error certificate-too-large']);
  });

  it.each(['PRIVATE KEY', 'EC PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'])(
    'refuses a %s, alone or beside a certificate',
    (label) => {
      const key = `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`;
      expect(rules(key)).toEqual(['error certificate-private-key']);
      expect(rules(pem('root') + key)).toEqual(['error certificate-private-key']);
      expect(rules(pem('root') + key.slice(0, 40))).toEqual(['error certificate-private-key']);
    },
  );

  it.each([
    ['2025-12-31T23:59:59Z', ['error certificate-not-yet-valid']],
    ['2026-01-01T00:00:00Z', []],
    ['2035-12-02T00:00:00Z', []],
    ['2035-12-02T00:00:01Z', ['warning certificate-expires-soon']],
    ['2035-12-31T23:59:59Z', ['warning certificate-expires-soon']],
    ['2036-01-01T00:00:00Z', ['error certificate-expired']],
  ])('at %s: %j', (now, expected) => {
    expect(rules(pem('root'), new Date(now))).toEqual(expected);
  });

  it('says how long is left', () => {
    const at = (now: string): string | undefined =>
      checkCaCertificates(pem('root'), new Date(now)).problems[0]?.message;
    expect(at('2035-12-20T12:00:00Z')).toBe(
      'The certificate (Lab Root) expires on 2036-01-01, in 11 days',
    );
    expect(at('2035-12-31T12:00:00Z')).toBe(
      'The certificate (Lab Root) expires on 2036-01-01, within a day',
    );
  });

  it('has an authority or an error for any text', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.string(),
        fc.constantFrom(pem('root'), pem('leaf'), pem('request'), pem('root').slice(0, 99)),
      ),
    );
    fc.assert(
      fc.property(pieces, (texts) => {
        const { authorities, problems } = checkCaCertificates(texts.join('\n'), NOW);
        expect(
          authorities.length > 0 || problems.some(({ severity }) => severity === 'error'),
        ).toBe(true);
      }),
    );
  });
});

describe('certificates for secure boot', () => {
  const signers = (text: string, now = NOW): string[] =>
    checkSigners(text, now).problems.map(({ severity, rule }) => `${severity} ${rule}`);

  it('need be no authority, and are taken each once, in the order of the file', () => {
    const { certificates, problems } = checkSigners(
      pem('signer-b') + pem('signer-a') + pem('signer-b'),
      NOW,
    );
    expect(problems).toEqual([]);
    expect(certificates).toEqual(
      ['signer-b', 'signer-a'].map((name) => Uint8Array.from(new X509Certificate(pem(name)).raw)),
    );
  });

  it('say what is wrong, and of an end only a warning: firmware looks at no dates', () => {
    expect(signers('-----BEGIN PRIVATE KEY-----')).toEqual(['error certificate-private-key']);
    expect(signers('nothing')).toEqual(['error certificate-unreadable']);
    expect(signers(pem('root'))).toEqual(['warning certificate-key']);
    expect(signers(pem('signer-a'), new Date('2050-01-01'))).toEqual([
      'warning certificate-expired',
    ]);
  });
});
