/**
 * The lab itself: a machine defined by hand boots the payload from the stand-in orchestrator over verified HTTPS. What ven
 * adds to the firmware's variables is all that tells the firmware whom to trust, as in ven's own nodes.
 */
import { X509Certificate } from 'node:crypto';
import { closeSync, copyFileSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ATTRIBUTES, makeNvram, OWNER, signatureLists, writeVariables, type EfiVariable } from '../../src/efi/index.js';
import {
  buildPayload,
  makeAuthority,
  makeSigningKey,
  sign,
  startOrchestrator,
  type AccessEntry,
  type Orchestrator,
} from '../orchestrator/index.ts';
import { sleep, tryVirsh, virsh } from './lab.js';

const FIRMWARE = { plain: '/usr/share/OVMF/OVMF_CODE_4M.fd', secure: '/usr/share/OVMF/OVMF_CODE_4M.secboot.fd' };
const VARIABLES = '/usr/share/OVMF/OVMF_VARS_4M.fd';
const NAME = `t${process.pid}-boot`;
const SERIAL = 'VENLAB01';

const dir = mkdtempSync(join(tmpdir(), 'ven-boot-'));
const consoleLog = join(dir, 'console.log');
const volume = `${NAME}-nvram.fd`;
/** What the orchestrator serves now. */
const bootFile = join(dir, 'boot.efi');
let payload: string;
let orchestrator: Orchestrator;

const network = (): string => `<network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'>
  <name>${NAME}</name><forward mode='nat'/><bridge name='vb${process.pid}'/>
  <dns><host ip='${orchestrator.address}'>${orchestrator.names.map((name) => `<hostname>${name}</hostname>`).join('')}</host></dns>
  <ip address='10.232.${process.pid % 250}.1' netmask='255.255.255.0'>
    <dhcp><range start='10.232.${process.pid % 250}.3' end='10.232.${process.pid % 250}.155'/></dhcp>
  </ip>
  <dnsmasq:options>
    <dnsmasq:option value='dhcp-vendorclass=set:efi-http,HTTPClient:Arch:00016'/>
    <dnsmasq:option value='dhcp-option-force=tag:efi-http,60,HTTPClient'/>
    <dnsmasq:option value='dhcp-match=set:ipxe,175'/>
    <dnsmasq:option value='dhcp-boot=tag:efi-http,"${orchestrator.bootUrl}"'/>
  </dnsmasq:options>
</network>`;

const domain = (nvram: string, secure: boolean): string => `<domain type='qemu'>
  <name>${NAME}</name><memory unit='MiB'>1024</memory><vcpu>1</vcpu>
  <sysinfo type='smbios'><system><entry name='serial'>${SERIAL}</entry></system></sysinfo>
  <sysinfo type='fwcfg'>
    <entry name='opt/org.tianocore/IPv4PXESupport'>n</entry><entry name='opt/org.tianocore/IPv6PXESupport'>n</entry>
  </sysinfo>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <loader readonly='yes' secure='${secure ? 'yes' : 'no'}' type='pflash'>${secure ? FIRMWARE.secure : FIRMWARE.plain}</loader><nvram>${nvram}</nvram>
    <boot dev='network'/><smbios mode='sysinfo'/>
  </os>
  <features><acpi/><apic/><smm state='${secure ? 'on' : 'off'}'/></features><cpu mode='custom'><model>qemu64</model></cpu>
  <devices>
    <interface type='network'><source network='${NAME}'/><model type='virtio'/><rom enabled='no'/></interface>
    <serial type='pty'><log file='${consoleLog}'/></serial>
    <tpm model='tpm-tis'><backend type='emulator' version='2.0'/></tpm>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
  </devices>
</domain>`;

const der = (certificate: string): Buffer => new X509Certificate(readFileSync(certificate)).raw;

/** Starts the machine with firmware that trusts the authority of this certificate; resolves at power-on. */
async function powerOn(caCertificate: string, secureBoot: EfiVariable[] = []): Promise<void> {
  const nvram = join(dir, 'nvram.fd');
  writeFileSync(nvram, writeVariables(makeNvram(readFileSync(VARIABLES), { caCertificates: [der(caCertificate)] }), secureBoot));
  await virsh('vol-create-as', 'default', volume, `${readFileSync(nvram).length}B`, '--format', 'raw');
  await virsh('vol-upload', volume, nvram, '--pool', 'default');
  writeFileSync(join(dir, 'domain.xml'), domain(await virsh('vol-path', volume, '--pool', 'default'), secureBoot.length > 0));
  await virsh('create', join(dir, 'domain.xml'));
}

/** The variables of firmware that runs only what the owner of this certificate has signed. */
function secureBootBy(certificate: string): EfiVariable[] {
  const attributes = ATTRIBUTES.nonVolatile | ATTRIBUTES.bootService | ATTRIBUTES.runtime | ATTRIBUTES.timeAuthenticated;
  const data = signatureLists([der(certificate)], OWNER);
  const vendors = {
    db: 'd719b2cb-3d3a-4596-a3bc-dad00e67656f',
    KEK: '8be4df61-93ca-11d2-aa0d-00e098032b8c',
    PK: '8be4df61-93ca-11d2-aa0d-00e098032b8c',
  };
  const timestamp = new Date('2024-01-01T00:00:00Z');
  return Object.entries(vendors).map(([name, vendor]) => ({ name, vendor, attributes, data, timestamp }));
}

/** The console as a reader sees it: without the firmware's control sequences and progress. */
const screen = (): string => readFileSync(consoleLog, 'utf8').replace(/\x1b\[[0-9;=]*[A-Za-z]/g, ''); // eslint-disable-line no-control-regex

async function shows(text: RegExp, seconds: number): Promise<string> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(250)) if (text.test(screen())) return screen();
  throw new Error(`The console did not show ${text} within ${seconds} s:\n${screen()}`);
}

const byFirmware = (method: string) => (entry: AccessEntry) => entry.method === method && entry.userAgent === 'UefiHttpBoot/1.0';

beforeAll(async () => {
  payload = (await buildPayload()).efi;
  orchestrator = await startOrchestrator({ domain: 'edge.test', dir: join(dir, 'orchestrator'), bootFile });
  writeFileSync(join(dir, 'network.xml'), network());
  await virsh('net-create', join(dir, 'network.xml'));
});

beforeEach(() => copyFileSync(payload, bootFile));

afterEach(async () => {
  await tryVirsh('destroy', NAME);
  await tryVirsh('vol-delete', volume, '--pool', 'default');
  rmSync(consoleLog, { force: true });
});

afterAll(async () => {
  await tryVirsh('net-destroy', NAME);
  await orchestrator.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('a machine on a libvirt network with boot options', () => {
  it('boots the payload over HTTPS from an orchestrator whose authority its firmware knows', async () => {
    await powerOn(orchestrator.caCertificate);
    const started = Date.now();
    const head = await orchestrator.waitFor(byFirmware('HEAD'), 90_000);
    const get = await orchestrator.waitFor(byFirmware('GET'), 10_000);
    for (const { path, status } of [head, get]) expect({ path, status }).toEqual({ path: '/tink-stack/signed_ipxe.efi', status: 200 });
    console.log(`power-on to first request: ${((Date.parse(head.time) - started) / 1000).toFixed(1)} s`);

    const text = await shows(/node: Ready/, 90);
    console.log(`power-on to Linux: ${((Date.now() - started) / 1000).toFixed(1)} s`);
    expect(text).toMatch(/EFI stub: Loaded initrd/);
    expect(text).toMatch(new RegExp(`node: Serial number: ${SERIAL}\\s`));
    expect(text).toMatch(/node: TPM: present, version 2/);
    expect(text).toMatch(/node: Secure Boot Status: off/);
    expect(text).toMatch(new RegExp(`node: Address of eth0: ${get.remoteAddress}/24`));

    // The prompt answers what is typed into the console; the sum is not in what was typed.
    const terminal = openSync(await virsh('ttyconsole', NAME), 'r+');
    writeSync(terminal, 'echo sum=$((40 + 2))\r');
    await shows(/sum=42/, 20);
    closeSync(terminal);

    await virsh('shutdown', NAME);
    await shows(/node: Power button pressed/, 20);
  });

  it('does not boot when its firmware knows another authority only, and both ends say so', async () => {
    const other = await makeAuthority(join(dir, 'other'), { name: 'Another CA' });
    const before = orchestrator.entries().length;
    await powerOn(other.caCertificate);
    await shows(/Error: Could not retrieve NBP file size from HTTP server/, 90);
    const seen = orchestrator.entries().slice(before);
    expect(seen.length).toBeGreaterThan(0);
    for (const entry of seen)
      expect(entry).toMatchObject({ remoteAddress: expect.stringMatching(/^10\.232\./) as string, tlsError: expect.any(String) as string });
  });

  it('boots a signed file, and no other, when its firmware has keys of its own for secure boot', async () => {
    const own = await makeSigningKey(dir, 'own');
    await powerOn(orchestrator.caCertificate, secureBootBy(own.certificate));
    await shows(/failed to load \S+ "UEFI HTTPv4 .*: Access Denied/, 120);
    expect(screen()).not.toMatch(/EFI stub/);

    await sign(payload, own, bootFile);
    await virsh('reset', NAME);
    expect(await shows(/node: Ready/, 120)).toMatch(/node: Secure Boot Status: on/);
  });
});
