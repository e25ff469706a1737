/** Keys for secure boot that a fleet file names: read, checked, and told apart. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadFleet } from '../../../src/config/index.js';
import { VenError, type Finding, type ResolvedFleet } from '../../../src/model/index.js';

const FILES: Record<string, string> = {
  'db.key': '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n',
};
for (const name of ['signer-a', 'signer-b'])
  FILES[`${name}.pem`] = readFileSync(
    new URL(`../efi/certificates/${name}.pem`, import.meta.url),
    'utf8',
  );
FILES['both.pem'] = `${FILES['signer-a.pem']}${FILES['signer-b.pem']}`;

function load(secureBoot: string, more = ''): ResolvedFleet {
  const readFile = (path: string): string => {
    const text = FILES[path];
    if (text === undefined)
      throw new VenError('not-found', {
        summary: `There is no file ${path}`,
        hint: 'Check the path',
      });
    return text;
  };
  const surroundings = { readFile, now: new Date('2026-11-22') };
  return loadFleet(
    'apiVersion: ven/v1\n' +
      'fleet: lab\n' +
      `vms: [{ name: a, count: 3, firmware: { secureBoot: ${secureBoot}${more} } }]\n`,
    {
      file: 'f',
      surroundings,
    },
  );
}

function refusal(secureBoot: string): readonly Finding[] {
  try {
    load(secureBoot);
  } catch (error) {
    if (error instanceof VenError) return error.findings;
    throw error;
  }
  throw new Error('was accepted');
}

const keysOf = (fleet: ResolvedFleet): unknown => {
  const base64 = (name: string): string =>
    (FILES[`${name}.pem`] ?? '').replace(/-----.*-----|\s/g, '');
  const name = (text: string): string =>
    ['signer-a', 'signer-b'].find((one) => base64(one) === text) ?? text;
  const [keys] = Object.values(fleet.secureBootKeys);
  return keys && { PK: name(keys.PK), KEK: keys.KEK.map(name), db: keys.db.map(name) };
};

describe('keys for secure boot', () => {
  it('may be one certificate for all, or each its own, a list or a file of many', () => {
    expect(keysOf(load('{ keys: signer-a.pem }'))).toEqual({
      PK: 'signer-a',
      KEK: ['signer-a'],
      db: ['signer-a'],
    });
    expect(keysOf(load('{ PK: signer-a.pem, db: both.pem }'))).toEqual({
      PK: 'signer-a',
      KEK: ['signer-a'],
      db: ['signer-a', 'signer-b'],
    });
    expect(keysOf(load('{ PK: signer-a.pem, KEK: signer-b.pem, db: [signer-b.pem] }'))).toEqual({
      PK: 'signer-a',
      KEK: ['signer-b'],
      db: ['signer-b'],
    });
  });

  it('stand once in the fleet, whatever the number of its VMs, and in none of its VMs', () => {
    const fleet = load('{ keys: signer-a.pem }');
    const [digest] = Object.keys(fleet.secureBootKeys);
    expect(fleet.vms.map(({ firmware, nvram }) => [firmware, nvram?.keys])).toEqual(
      fleet.vms.map(() => ['uefi-secure', digest]),
    );
    expect(JSON.stringify(fleet.vms)).not.toContain('MII');
    expect(load('{ keys: signer-b.pem }').vms[0]?.digest).not.toBe(fleet.vms[0]?.digest);
    expect(load('{ PK: signer-a.pem, db: signer-a.pem }')).toEqual(fleet);
  });

  it('go with firmware of one’s own, too', () => {
    expect(
      load('{ keys: signer-a.pem }', ', loader: /CODE.fd, nvramTemplate: /VARS.fd').vms[0],
    ).toMatchObject({
      firmware: { loader: '/CODE.fd', nvramTemplate: '/VARS.fd', secureBoot: true },
      nvram: { keys: expect.any(String) as string },
    });
  });

  it.each([
    ['{ keys: db.key }', 'certificate-private-key', 'keys: '],
    ['{ PK: signer-a.pem, db: [signer-b.pem, none.pem] }', 'certificate-file', 'signer-b.pem, '],
    ['{ PK: both.pem, db: signer-b.pem }', 'certificate-count', 'PK: '],
  ])('%s is refused where it stands', (secureBoot, rule, before) => {
    const column =
      `vms: [{ name: a, count: 3, firmware: { secureBoot: ${secureBoot}`.indexOf(before) +
      before.length +
      1;
    expect(refusal(secureBoot)).toMatchObject([{ rule, line: 3, column }]);
  });
});
