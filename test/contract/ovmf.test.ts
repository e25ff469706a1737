/** What is built into the templates that the distribution ships, read and written by ven. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeNvram } from '../../src/efi/index.js';
import { certificatesOf, readVariables } from '../fake-host/variable-store.js';

const pathOf = (name: string): string => `/usr/share/OVMF/${name}`;
const template = (name: string): Buffer => readFileSync(pathOf(name));
const der = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(7);
const namesOf = (file: Uint8Array): string[] => readVariables(file).map(({ name }) => name);

describe("OVMF's templates", () => {
  it('are empty without keys', () => {
    expect(namesOf(template('OVMF_VARS_4M.fd'))).toEqual([]);
  });

  it("have the vendor's keys, with certificates in them and the day of their signature", () => {
    const variables = readVariables(template('OVMF_VARS_4M.ms.fd'));
    const keys = Object.fromEntries(variables.map((variable) => [variable.name, variable]));
    expect(Object.keys(keys)).toEqual(
      expect.arrayContaining(['PK', 'KEK', 'db', 'dbx', 'SecureBootEnable', 'Boot0001']),
    );
    expect(keys['PK']?.attributes).toBe(0x27);
    expect(keys['PK']?.timestamp?.getUTCFullYear()).toBeGreaterThan(2000);
    expect(certificatesOf(keys['PK']?.data ?? der(0))).toHaveLength(1);
    expect(new Set(variables.map(({ vendor, name }) => `${vendor} ${name}`)).size).toBe(
      variables.length,
    );
  });

  // Debian 13 ships none of 2 MB any more.
  const old = ['OVMF_VARS.fd'].filter((name) => existsSync(pathOf(name)));
  it.each(['OVMF_VARS_4M.fd', 'OVMF_VARS_4M.ms.fd', ...old])(
    '%s takes certificates beside what it has',
    (name) => {
      const before = template(name);
      const after = makeNvram(before, { caCertificates: [der(1000), der(2000)] });
      expect(after).toHaveLength(before.length);
      expect(namesOf(after)).toEqual([...namesOf(before), 'TlsCaCertificate']);
    },
  );

  it('are not taken from code for variables', () => {
    expect(() => makeNvram(template('OVMF_CODE_4M.fd'), { caCertificates: [der(1000)] })).toThrow(
      /not one of variables|does not begin/,
    );
  });
});
