/**
 * What a BMC sets, on a node that others power on: a one-time boot over HTTPS from a URL, a CD, and
 * after each the node's own disk; and no plan finds a difference.
 */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHost } from '../../src/host/index.js';
import type { BmcMachine, BmcMachines } from '../../src/model/index.js';
import { installedDisk } from '../../stand-in/disk.ts';
import { buildPayload, startOrchestrator, type Orchestrator } from '../../stand-in/index.ts';
import { nextBootOf } from '../fake-host/variable-store.js';
import { makeBootIso } from './iso.js';
import { changes, Lab, sleep, virsh } from './lab.js';
import { Terminal } from './terminal.js';

const lab = new Lab('bmc');
const dir = mkdtempSync(join(tmpdir(), 'ven-bmc-boot-'));
let orchestrator: Orchestrator;
let images: Server;
let program: Uint8Array;
let bmc: BmcMachines;
let uuid: string;

const consoleLog = (): string => `/var/log/libvirt/qemu/${lab.domain('node')}-console.log`;
const logged = (): string => (existsSync(consoleLog()) ? readFileSync(consoleLog(), 'utf8') : '');
async function boots(from: number, seconds = 120): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(250))
    if (logged().slice(from).includes('node: Ready')) return;
  throw new Error(`The node did not boot within ${seconds} s:\n${logged().slice(from)}`);
}
const fetched = (): number =>
  orchestrator
    .entries()
    .filter(({ method, userAgent }) => method === 'GET' && userAgent === 'UefiHttpBoot/1.0').length;
const machine = async (): Promise<BmcMachine> => {
  const found = (await bmc.readMachines([uuid])).get(uuid);
  if (!found) throw new Error('the node is not there');
  return found;
};
const expectNoDifference = async (): Promise<void> => {
  expect(changes(await lab.plan())).toEqual([]);
};

beforeAll(async () => {
  const { efi } = await buildPayload();
  program = readFileSync(efi);
  orchestrator = await startOrchestrator({
    domain: 'edge.test',
    dir: join(dir, 'orchestrator'),
    bootFile: efi,
  });
  copyFileSync(orchestrator.caCertificate, join(lab.dir, 'ca.pem'));
  lab.write(`orchestrator: { domain: edge.test, caCertificate: ca.pem }
networks:
  lab:
    subnet: 10.234.${process.pid % 250}.0/24
    httpBoot: false
    dns: { hosts: { ${orchestrator.address}: [${orchestrator.names.join(', ')}] } }
vms:
  - name: node
    cpus: 1
    memory: 768MiB
    disks: [{ size: 96MiB }]
    nics: [{ network: lab }]
    boot: [disk]
    power: external
    bmc:
      type: redfish
      credentials: { username: { env: BMC_USER }, password: { env: BMC_WORD } }
`);
  bmc = openHost({
    uri: 'qemu:///system',
    fleet: lab.fleet,
    backend: 'vagrant',
    runner: { kind: 'local' },
    vagrantfile: '',
    env: process.env,
  }).bmc;
  const iso = readFileSync(await makeBootIso(dir, efi));
  images = createServer((_request, response) => response.end(iso));
  await new Promise<void>((resolve) => {
    images.listen(0, '127.0.0.1', resolve);
  });
});

afterAll(async () => {
  images.close();
  await lab.close();
  await orchestrator.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('a node that others power on through its BMC', () => {
  it('is made, and stays off', async () => {
    await lab.apply();
    uuid = await lab.uuid('node');
    expect(await virsh('domstate', uuid)).toBe('shut off');
    await expectNoDifference();
    // As if a system had been installed.
    const raw = join(dir, 'disk.raw');
    writeFileSync(raw, installedDisk(program));
    const disk = await virsh('vol-path', '--pool', 'default', `${lab.domain('node')}-sda.qcow2`);
    await lab.host.run('qemu-img', 'convert', '-n', '-f', 'raw', '-O', 'qcow2', raw, disk);
  });

  it('boots over HTTPS from the URL that it was given, once', async () => {
    const uri = 'https://tinkerbell-haproxy.edge.test/tink-stack/signed_ipxe.efi';
    await bmc.setBootOverride(uuid, () => ({ target: 'uefi-http', enabled: 'once', uri }));
    expect((await machine()).override).toEqual({ target: 'uefi-http', enabled: 'once', uri });
    await expectNoDifference();
    await bmc.powerOn(uuid);
    await boots(0);
    expect(fetched()).toBe(1);
    expect(await machine()).toMatchObject({ power: 'running', override: null });
    const variables = await virsh(
      'vol-path',
      '--pool',
      'default',
      `${lab.domain('node')}-nvram.fd`,
    );
    expect(nextBootOf(readFileSync(variables))).toBeNull();
    await expectNoDifference();
  });

  it('boots from its disk when its guest reboots', async () => {
    const from = logged().length;
    const terminal = new Terminal(lab, 'console', 'node');
    await terminal.sees('Ctrl-] leaves it');
    await terminal.wakes('node# ');
    terminal.type('reboot -f\r');
    await boots(from);
    terminal.type('\u001d');
    await terminal.left();
    expect(fetched()).toBe(1);
  });

  it('boots once from an image in its virtual drive, and then from its disk', async () => {
    const { port } = images.address() as AddressInfo;
    const image = `http://127.0.0.1:${port}/live.iso`;
    await bmc.insertMedia(uuid, { image });
    await bmc.setBootOverride(uuid, () => ({ target: 'cd', enabled: 'once', uri: null }));
    await expectNoDifference();
    // Without its own disk's loader, only the CD can boot it.
    await bmc.powerOff(uuid);
    const disk = await virsh('vol-path', '--pool', 'default', `${lab.domain('node')}-sda.qcow2`);
    await lab.host.run('qemu-img', 'create', '-f', 'qcow2', disk, '96M');
    const from = logged().length;
    await bmc.powerOn(uuid);
    await boots(from);
    expect(fetched()).toBe(1);
    expect(await machine()).toMatchObject({ media: { image }, override: null });
    await expectNoDifference();
    await bmc.ejectMedia(uuid);
    expect((await machine()).media).toBeNull();
    await expectNoDifference();
  });

  it('goes with all that its BMC brought', async () => {
    const { port } = images.address() as AddressInfo;
    await bmc.insertMedia(uuid, { image: `http://127.0.0.1:${port}/live.iso` });
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect(await lab.leftovers()).toEqual([]);
  });
});
