import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadFleet } from '../../../src/config/index.js';
import { VenError, type Finding, type ResolvedFleet } from '../../../src/model/index.js';

const pem = (name: string): string =>
  readFileSync(new URL(`../efi/certificates/${name}.pem`, import.meta.url), 'utf8');
const BOOT = 'orchestrator: { domain: lab.test, caCertificate: ca.pem }\n';
const REST =
  'networks: { lab: {}, quiet: { httpBoot: false }, still: { dhcp: false } }\n' +
  'vms: [{ name: a }, { name: b, firmware: bios }]\n';

function load(body: string, text = pem('root'), now = '2026-11-22'): ResolvedFleet {
  const readFile = (path: string): string => {
    if (path !== 'ca.pem')
      throw new VenError('not-found', {
        summary: `There is no file ${path}`,
        hint: 'Check the path',
      });
    return text;
  };
  return loadFleet(`apiVersion: ven/v1\nfleet: lab\n${body}`, {
    file: 'fleet.yaml',
    surroundings: { readFile, now: new Date(now) },
  });
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
    expect(networks.map(({ kind, bootUrl: url }) => [kind, url])).toEqual([
      ['own', bootUrl],
      ['own', null],
      ['own', null],
      ['existing', null],
    ]);
  });

  it('is offered by a network of somebody else’s only where the file says so', () => {
    const of = (shared: string) =>
      load(`${BOOT}networks: { shared: ${shared} }\nvms: [{ name: a }]\n`).networks;
    const existing = {
      kind: 'existing',
      address: 'network.shared',
      name: 'shared',
      libvirtName: 'default',
    };
    const bootUrl = 'https://tinkerbell-haproxy.lab.test/tink-stack/signed_ipxe.efi';
    expect(of('{ existing: default, httpBoot: true }')).toEqual([{ ...existing, bootUrl }]);
    expect(of('{ existing: default, httpBoot: false }')).toEqual([{ ...existing, bootUrl: null }]);
    expect(of('{ existing: default }')).toEqual([{ ...existing, bootUrl: null }]);
  });

  it('may name the whole URL, and gives per-VM networks it, too', () => {
    const { networks } = load(
      'orchestrator: { bootUrl: "http://10.0.0.1/a.efi" }\nvms: [{ name: a, nics: per-vm }]\n',
    );
    expect(networks).toMatchObject([{ bootUrl: 'http://10.0.0.1/a.efi' }]);
  });

  it('puts its authority into UEFI firmware, and keeps that from PXE', () => {
    const [uefi, bios] = load(BOOT + REST).vms;
    expect(uefi).toMatchObject({
      pxe: false,
      nvram: { pool: 'default', volume: 'lab_a-nvram.fd' },
    });
    expect(bios).toMatchObject({ pxe: true, nvram: null });
    expect(load(`${BOOT}vms: [{ name: a, pxe: true }]\n`).vms[0]?.pxe).toBe(true);
    expect(load('vms: [{ name: a }]\n').vms[0]).toMatchObject({ pxe: true, nvram: null });
  });

  it('gives another certificate another digest, and the same one in other words the same', () => {
    const of = (text: string): ResolvedFleet => load(BOOT + REST, text);
    expect(of(`a comment\n${pem('root')}`)).toEqual(of(pem('root')));
    expect(of(pem('middle')).vms[0]?.nvram?.certificates).not.toBe(
      of(pem('root')).vms[0]?.nvram?.certificates,
    );
    expect(of(pem('middle')).vms[1]?.digest).toBe(of(pem('root')).vms[1]?.digest);
  });

  it('warns of a certificate that ends soon, without that being another fleet', () => {
    const later = load(BOOT + REST, pem('root'), '2035-12-20');
    expect(later.warnings).toEqual([
      'The certificate (Lab Root) expires on 2036-01-01, in 12 days (ca.pem)',
    ]);
    expect(later.digest).toBe(load(BOOT + REST).digest);
  });

  it('says what is wrong with the file, where it is named', () => {
    const at = (text: string): string[] =>
      refusal(BOOT + REST, text).map(({ rule, line, column }) => `${rule}@${line}:${column}`);
    expect(at(pem('leaf'))).toEqual(['certificate-not-authority@3:50']);
    expect(at('-----BEGIN PRIVATE KEY-----')).toEqual(['certificate-private-key@3:50']);
    expect(at(pem('root').slice(0, 200))).toEqual(['certificate-unreadable@3:50']);
    expect(refusal(BOOT + REST, pem('root'), '2040-01-01')[0]).toMatchObject({
      rule: 'certificate-expired',
      line: 3,
    });
    expect(refusal(BOOT.replace('ca.pem', 'no.pem') + REST)[0]).toMatchObject({
      rule: 'certificate-file',
      message: 'There is no file no.pem',
    });
  });
});

describe('onboarding', () => {
  const NIO =
    'orchestrator: { domain: lab.test, caCertificate: ca.pem, onboarding: non-interactive, ' +
    'project: infra-1';
  const credentials = (user: string, password: string) => ({
    username: { env: user },
    password: { env: password },
  });

  it('is left to others by default', () => {
    const { orchestrator } = load(BOOT + REST);
    expect(orchestrator).toMatchObject({
      domain: 'lab.test',
      onboarding: 'none',
      project: null,
      credentials: null,
      removeHosts: false,
    });
    expect(orchestrator?.profile).toEqual({ builtin: 'edge-node' });
  });

  it('takes credentials from each flow’s usual variables, or from where the file says', () => {
    const of = (rest: string) => load(`${rest} }\n${REST}`).orchestrator?.credentials;
    expect(of(NIO)).toEqual(credentials('PROJECT_API_USER', 'PROJECT_API_PASSWORD'));
    const io = NIO.replace('non-interactive', 'interactive');
    expect(of(io)).toEqual(credentials('ONBOARDING_USERNAME', 'ONBOARDING_PASSWORD'));
    expect(
      of(`${NIO}, credentials: { username: { env: ME }, password: { file: secrets/pw } }`),
    ).toEqual({
      username: { env: 'ME' },
      password: { file: 'secrets/pw' },
    });
  });

  it('logs in to the installed system only with credentials of its own, in any flow', () => {
    const of = (rest: string) => load(`${rest} }\n${REST}`).orchestrator?.osCredentials;
    expect(of(NIO)).toBeNull();
    const own = ', osCredentials: { username: { env: ME }, password: { file: secrets/os } }';
    const wanted = { username: { env: 'ME' }, password: { file: 'secrets/os' } };
    for (const flow of ['interactive', 'non-interactive', 'none'])
      expect(of(NIO.replace('non-interactive', flow) + own)).toEqual(wanted);
  });

  it('knows a profile of one’s own by its path', () => {
    for (const path of ['./mine.yaml', '../mine.yaml', '/etc/ven/mine.yaml'])
      expect(load(`${NIO}, profile: ${path} }\n${REST}`).orchestrator?.profile).toEqual({
        file: path,
      });
  });

  it('goes by the names that the fleet’s own networks know', () => {
    const networks =
      'networks: { lab: { subnet: 192.168.150.0/24, ' +
      'dns: { hosts: { 192.168.150.1: [API.lab.test, b.lab.test] } } } }\n';
    const { orchestrator } = load(
      `${NIO} }\n${networks}vms: [{ name: a, nics: [{ network: lab }] }]\n`,
    );
    expect(orchestrator?.addresses).toEqual({
      'api.lab.test': '192.168.150.1',
      'b.lab.test': '192.168.150.1',
    });
  });

  it('changes the plan only where it adds steps; the VMs stay the same', () => {
    const plain = load(BOOT + REST);
    const nio = load(`${NIO} }\n${REST}`);
    const io = load(`${NIO.replace('non-interactive', 'interactive')} }\n${REST}`);
    expect(nio.digest).not.toBe(plain.digest);
    expect(io.digest).toBe(plain.digest);
    expect(load(`${NIO}, removeHosts: true }\n${REST}`).digest).not.toBe(nio.digest);
    expect(load(`${NIO}, profile: ./x.yaml }\n${REST}`).digest).toBe(nio.digest);
    expect(nio.vms.map(({ digest }) => digest)).toEqual(plain.vms.map(({ digest }) => digest));
  });

  it('warns of VMs that no orchestrator will see', () => {
    const vms =
      'networks: { lab: {}, still: { dhcp: false } }\n' +
      'vms: [{ name: a, boot: [disk] }, { name: b, firmware: bios }, { name: c, ' +
      'nics: [{ network: still }] }, { name: d, nics: [{ network: still }, ' +
      '{ network: lab }] }]\n';
    expect(load(`${NIO} }\n${vms}`).warnings).toEqual([
      "vm.a: `boot` leaves the network out, so it can't be onboarded",
      "vm.b: a BIOS does not boot over HTTP, so it can't be onboarded",
      "vm.c: its networks do not say where to boot from, so it can't be onboarded",
    ]);
    expect(load(BOOT + vms).warnings).toEqual([]);
  });
});
