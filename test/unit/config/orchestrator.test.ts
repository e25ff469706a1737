import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadFleet } from '../../../src/config/index.js';
import { VenError, type Finding, type ResolvedFleet } from '../../../src/model/index.js';

const pem = (name: string): string => readFileSync(new URL(`../efi/certificates/${name}.pem`, import.meta.url), 'utf8');
const BOOT = 'orchestrator: { domain: lab.test, caCertificate: ca.pem }\n';
const REST = 'networks: { lab: {}, quiet: { httpBoot: false }, still: { dhcp: false } }\nvms: [{ name: a }, { name: b, firmware: bios }]\n';

function load(body: string, text = pem('root'), now = '2026-11-22'): ResolvedFleet {
  const readFile = (path: string): string => {
    if (path !== 'ca.pem') throw new VenError('not-found', { summary: `There is no file ${path}`, hint: 'Check the path' });
    return text;
  };
  return loadFleet(`apiVersion: ven/v1\nfleet: lab\n${body}`, { file: 'fleet.yaml', surroundings: { readFile, now: new Date(now) } });
}

function refusal(...args: Parameters<typeof load>): readonly Finding[] {
  try {
    load(...args);
  } catch (error) {
    if (error instanceof VenError) return error.findings;
    throw error;
  }
  throw new Error('was accepted');
}

describe('an orchestrator', () => {
  it('is where the fleet’s own networks boot from, unless they say otherwise', () => {
    const bootUrl = 'https://tinkerbell-haproxy.lab.test/tink-stack/signed_ipxe.efi';
    const { networks, orchestrator } = load(BOOT + REST);
    expect(orchestrator?.bootUrl).toBe(bootUrl);
    expect(networks.map((network) => ('bootUrl' in network ? network.bootUrl : network.kind))).toEqual([bootUrl, null, null, 'existing']);
  });

  it('may name the whole URL, and gives per-VM networks it, too', () => {
    const { networks } = load('orchestrator: { bootUrl: "http://10.0.0.1/a.efi" }\nvms: [{ name: a, nics: per-vm }]\n');
    expect(networks).toMatchObject([{ bootUrl: 'http://10.0.0.1/a.efi' }]);
  });

  it('puts its authority into UEFI firmware, and keeps that from PXE', () => {
    const [uefi, bios] = load(BOOT + REST).vms;
    expect(uefi).toMatchObject({ pxe: false, nvram: { pool: 'default', volume: 'lab_a-nvram.fd' } });
    expect(bios).toMatchObject({ pxe: true, nvram: null });
    expect(load(`${BOOT}vms: [{ name: a, pxe: true }]\n`).vms[0]?.pxe).toBe(true);
    expect(load('vms: [{ name: a }]\n').vms[0]).toMatchObject({ pxe: true, nvram: null });
  });

  it('gives another certificate another digest, and the same one in other words the same', () => {
    const of = (text: string): ResolvedFleet => load(BOOT + REST, text);
    expect(of(`a comment\n${pem('root')}`)).toEqual(of(pem('root')));
    expect(of(pem('middle')).vms[0]?.nvram?.certificates).not.toBe(of(pem('root')).vms[0]?.nvram?.certificates);
    expect(of(pem('middle')).vms[1]?.digest).toBe(of(pem('root')).vms[1]?.digest);
  });

  it('warns of a certificate that ends soon, without that being another fleet', () => {
    const later = load(BOOT + REST, pem('root'), '2035-12-20');
    expect(later.warnings).toEqual(['The certificate (Lab Root) expires on 2036-01-01, in 12 days (ca.pem)']);
    expect(later.digest).toBe(load(BOOT + REST).digest);
  });

  it('says what is wrong with the file, where it is named', () => {
    const at = (text: string): string[] => refusal(BOOT + REST, text).map(({ rule, line, column }) => `${rule}@${line}:${column}`);
    expect(at(pem('leaf'))).toEqual(['certificate-not-authority@3:50']);
    expect(at('-----BEGIN PRIVATE KEY-----')).toEqual(['certificate-private-key@3:50']);
    expect(at(pem('root').slice(0, 200))).toEqual(['certificate-unreadable@3:50']);
    expect(refusal(BOOT + REST, pem('root'), '2040-01-01')[0]).toMatchObject({ rule: 'certificate-expired', line: 3 });
    expect(refusal(BOOT.replace('ca.pem', 'no.pem') + REST)[0]).toMatchObject({
      rule: 'certificate-file',
      message: 'There is no file no.pem',
    });
  });
});
