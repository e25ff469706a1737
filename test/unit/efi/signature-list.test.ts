import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guidBytes, guidText, makeNvram, OWNER, signatureLists } from '../../../src/efi/index.js';
import { certificatesOf, emptyStore, readVariables } from '../../fake-host/variable-store.js';

describe('GUIDs', () => {
  it('have their first three groups the other way round', () => {
    expect(Buffer.from(guidBytes('00112233-4455-6677-8899-aabbccddeeff')).toString('hex')).toBe(
      '33221100554477668899aabbccddeeff',
    );
    expect(() => guidBytes('00112233')).toThrow(RangeError);
  });

  it('come back as they were', () => {
    fc.assert(fc.property(fc.uuid(), (guid) => guidText(guidBytes(guid.toUpperCase())) === guid));
  });
});

describe('signature lists', () => {
  it('are laid out byte for byte', () => {
    const bytes = Buffer.from(
      signatureLists([Uint8Array.of(1, 2, 3)], '00112233-4455-6677-8899-aabbccddeeff'),
    );
    const header = 'a159c0a5e494a74a87b5ab155c2bf072' + '2f000000' + '00000000' + '13000000';
    expect(bytes.toString('hex')).toBe(header + '33221100554477668899aabbccddeeff' + '010203');
  });

  it('give every certificate back', () => {
    const certificates = fc.array(fc.uint8Array({ minLength: 1, maxLength: 2000 }), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(certificates, (ders) => {
        expect(certificatesOf(signatureLists(ders, OWNER)).map((der) => [...der])).toEqual(
          ders.map((der) => [...der]),
        );
      }),
    );
  });
});

describe('NVRAM', () => {
  it('holds the certificates where the firmware looks for them', () => {
    const ders = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5)];
    const variables = readVariables(makeNvram(emptyStore(), { caCertificates: ders }));
    expect(variables).toMatchObject([
      { name: 'TlsCaCertificate', vendor: 'fd2340d0-3dab-4349-a6c7-3b4f12b48eae', attributes: 3 },
    ]);
    expect(certificatesOf(variables[0]?.data ?? new Uint8Array()).map((der) => [...der])).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  it('is the template when there are none', () => {
    expect(Buffer.from(makeNvram(emptyStore(), { caCertificates: [] }))).toEqual(emptyStore());
  });

  it('holds keys for secure boot as signed variables, in place of the template’s', () => {
    const keys = {
      PK: Uint8Array.of(1),
      KEK: [Uint8Array.of(2), Uint8Array.of(3)],
      db: [Uint8Array.of(4)],
    };
    const first = makeNvram(emptyStore(), {
      caCertificates: [],
      secureBoot: { ...keys, db: [Uint8Array.of(9)] },
    });
    const variables = readVariables(
      makeNvram(first, { caCertificates: [Uint8Array.of(7)], secureBoot: keys }),
    );
    const global = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
    expect(
      Object.fromEntries(
        variables.map(({ name, vendor, attributes, data }) => [
          name,
          [vendor, attributes, ...certificatesOf(data).map((der) => der[0])],
        ]),
      ),
    ).toEqual({
      TlsCaCertificate: ['fd2340d0-3dab-4349-a6c7-3b4f12b48eae', 3, 7],
      db: ['d719b2cb-3d3a-4596-a3bc-dad00e67656f', 0x27, 4],
      KEK: [global, 0x27, 2, 3],
      PK: [global, 0x27, 1],
    });
    for (const { name, timestamp } of variables)
      expect([name, timestamp !== undefined]).toEqual([name, name !== 'TlsCaCertificate']);
  });
});
