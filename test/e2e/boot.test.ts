/**
 * Nodes that ven made boot over verified HTTPS from the stand-in orchestrator, through ven's
 * network and firmware.
 */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  buildPayload,
  makeAuthority,
  startOrchestrator,
  type AccessEntry,
  type Orchestrator,
} from '../../stand-in/index.ts';
import { changes, Lab, sleep, virsh } from './lab.js';
import { Terminal } from './terminal.js';

const lab = new Lab('boot');
const dir = mkdtempSync(join(tmpdir(), 'ven-boot-'));
let orchestrator: Orchestrator;
let wrongAuthority: string;

const caCertificate = join(lab.dir, 'ca.pem');
const trust = (certificate: string): void => copyFileSync(certificate, caCertificate);
const SMBIOS_UUID = '5f2b8c1e-0d3a-4c57-9a61-7e8f90ab12cd';
const NODES = `networks:
  lab:
    subnet: 10.233.${process.pid % 250}.0/24
    dns: { hosts: { ADDRESS: [NAMES] } }
defaults: { cpus: 1, memory: 768MiB, disks: [{ size: 64MiB }], nics: [{ network: lab }],
  shutdownTimeout: 10s }
vms:
  - name: node
    serialNumbers: [VENLAB07]
    smbios: { manufacturer: Acme, product: 'Edge "9", 1=2', uuid: ${SMBIOS_UUID} }
`;
const ESCAPES = /\x1b\[[0-9;=]*[A-Za-z]/g;
const BOOT = 'orchestrator: { domain: edge.test, caCertificate: ca.pem }\n';
const write = (head: string): void => {
  lab.write(
    head +
      NODES.replace('ADDRESS', orchestrator.address).replace(
        'NAMES',
        orchestrator.names.join(', '),
      ),
  );
};

const consoleLog = (): string => `/var/log/libvirt/qemu/${lab.domain('node')}-console.log`;
const screen = (from: number): string =>
  existsSync(consoleLog())
    ? readFileSync(consoleLog(), 'utf8').slice(from).replace(ESCAPES, '')
    : '';
const logged = (): number =>
  existsSync(consoleLog()) ? readFileSync(consoleLog(), 'utf8').length : 0;

/** What the console shows after its first `from` characters, once that is in it. */
async function shows(text: RegExp, seconds: number, from = 0): Promise<string> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(250))
    if (text.test(screen(from))) return screen(from);
  throw new Error(`The console did not show ${text} within ${seconds} s:\n${screen(from)}`);
}

const byFirmware = (method: string) => (entry: AccessEntry) =>
  entry.method === method && entry.userAgent === 'UefiHttpBoot/1.0';

beforeAll(async () => {
  const { efi } = await buildPayload();
  orchestrator = await startOrchestrator({
    domain: 'edge.test',
    dir: join(dir, 'orchestrator'),
    bootFile: efi,
  });
  wrongAuthority = (await makeAuthority(join(dir, 'other'), { name: 'Another CA' })).caCertificate;
});

afterAll(async () => {
  await lab.close();
  await orchestrator.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('a fleet with an orchestrator', () => {
  it('boots, and a plan after it is empty', async () => {
    trust(orchestrator.caCertificate);
    write(BOOT);
    await lab.apply();
    expect(changes(await lab.plan())).toEqual([]);
    for (const method of ['HEAD', 'GET']) {
      const { path, status } = await orchestrator.waitFor(byFirmware(method), 120_000);
      expect({ path, status }).toEqual({ path: '/tink-stack/signed_ipxe.efi', status: 200 });
    }
    const text = await shows(/node: Ready/, 120);
    expect(text).toMatch(/node: Serial number: VENLAB07\s/);
    expect(text).toMatch(/node: Manufacturer: Acme\s/);
    expect(text).toMatch(/node: Product: Edge "9", 1=2\s/);
    expect(text).toContain(`node: UUID: ${SMBIOS_UUID}`);
    expect(text).toMatch(/node: TPM: present, version 2/);
    // Firmware of Debian 13 that has no Secure Boot has no variable for it.
    expect(text).toMatch(/node: Secure Boot Status: (off|not known)/);
    expect(text).not.toMatch(/PXE/);
    // What the firmware has written by now is its own affair.
    expect(changes(await lab.plan())).toEqual([]);

    // The prompt answers what is typed; the sum is not in what was typed.
    const terminal = new Terminal(lab, 'console', 'node');
    await terminal.sees('Ctrl-] leaves it');
    await terminal.wakes('node# ');
    terminal.type('echo sum=$((40 + 2))\r');
    await terminal.sees('sum=42');
    terminal.type('\u001d');
    expect((await terminal.left()).code).toBe(0);
  });

  it('does not boot with the certificate of another authority, which is one change', async () => {
    trust(wrongAuthority);
    const plan = await lab.plan();
    expect(changes(plan)).toEqual(['vm.node update changed']);
    expect(plan.changes[0]?.fields?.map(({ path, effect }) => [path, effect])).toEqual([
      ['caCertificate', 'restart'],
    ]);
    const before = logged();
    await lab.apply();
    expect(changes(await lab.plan())).toEqual([]);
    expect(
      await shows(/Error: Could not retrieve NBP file size from HTTP server/, 120, before),
    ).toMatch(/node: Power button pressed/);
    expect(orchestrator.entries().at(-1)?.tlsError).toEqual(expect.any(String));
  });

  it('boots again with the right one, put there while it was off', async () => {
    trust(orchestrator.caCertificate);
    write(BOOT);
    lab.write(
      readFileSync(lab.file, 'utf8')
        .replace(/^[\s\S]*?\norchestrator/, 'orchestrator')
        .replace('defaults: { ', 'defaults: { power: off, '),
    );
    await lab.apply();
    expect(changes(await lab.plan())).toEqual([]);
    write(BOOT);
    const before = logged();
    await lab.apply();
    await shows(/node: Ready/, 120, before);
  });

  it('shuts down when `ven power off` presses its power button', async () => {
    const before = logged();
    const { code, stdout } = await lab.ven('power', 'off', 'node');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^vm\.node +off [^]* 1 off\.\n$/)]);
    expect(screen(before)).toMatch(/node: Power button pressed/);
    expect((await virsh('domstate', lab.domain('node'))).trim()).toBe('shut off');
  });

  it('deletes firmware variables that libvirt made before there was an orchestrator', async () => {
    await lab.ven('destroy', '--yes');
    write('');
    await lab.apply();
    const named = `${lab.domain('node')}-${await lab.uuid('node')}`;
    const first = `/var/lib/libvirt/qemu/nvram/${named}_VARS.fd`;
    expect(existsSync(first)).toBe(true);
    write(BOOT);
    await lab.apply();
    expect(changes(await lab.plan())).toEqual([]);
    const { code } = await lab.ven('destroy', '--yes');
    expect(code).toBe(0);
    expect(existsSync(first)).toBe(false);
    expect(await lab.leftovers()).toEqual([]);
  });
});
