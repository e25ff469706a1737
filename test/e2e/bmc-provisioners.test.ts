/**
 * Provisioners at ven's BMCs: a Redfish client boots nodes once over HTTPS, and OpenStack's Ironic
 * takes them in, deploys them and gives them back. The nodes are real UEFI machines.
 */
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildPayload, startOrchestrator, type Orchestrator } from '../../stand-in/index.ts';
import { BMC, ImageServer, LOGIN, LOGIN_ENV, RunningBmc } from './bmc.js';
import { Ironic } from './ironic.js';
import { makeBootIso } from './iso.js';
import { changes, Lab, sleep, virsh } from './lab.js';
import { Sushy } from './sushy.js';
import { Terminal } from './terminal.js';

const lab = new Lab('bmc-boot');
const dir = mkdtempSync(join(tmpdir(), 'ven-bmc-boot-'));
const VMS = ['node-1', 'node-2'] as const;
let orchestrator: Orchestrator;
let images: ImageServer;
let bmc: RunningBmc;
let client: Sushy;

const state = (vm: string): Promise<string> => virsh('domstate', lab.domain(vm));
const consoleText = (vm: string): string => {
  const log = `/var/log/libvirt/qemu/${lab.domain(vm)}-console.log`;
  return existsSync(log) ? readFileSync(log, 'latin1') : '';
};

/** Waits until the payload runs in the node, after the first `from` characters of its console. */
async function runs(vm: string, from: number): Promise<string> {
  for (const end = Date.now() + 240_000; Date.now() < end; await sleep(250)) {
    const text = consoleText(vm).slice(from);
    if (text.includes('node: Ready')) return text;
  }
  throw new Error(`${vm} does not boot:\n${consoleText(vm).slice(from)}`);
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50))
    if (await holds()) return;
  throw new Error(`It never came:\n${consoleText('node-1').slice(-2000)}`);
}

/** How often firmware has fetched the boot file. */
const boots = (): number =>
  orchestrator
    .entries()
    .filter(({ method, userAgent }) => method === 'GET' && userAgent === 'UefiHttpBoot/1.0').length;

beforeAll(async () => {
  const { efi } = await buildPayload();
  orchestrator = await startOrchestrator({
    domain: 'edge.test',
    dir: join(dir, 'orchestrator'),
    bootFile: efi,
  });
  images = await ImageServer.of(await makeBootIso(dir, efi));
  copyFileSync(orchestrator.caCertificate, join(lab.dir, 'ca.pem'));
  lab.env = LOGIN_ENV;
  // Left to themselves they boot from their empty disks, hence not at all.
  lab.write(`orchestrator: { domain: edge.test, caCertificate: ca.pem, onboarding: none }
networks:
  lab:
    subnet: 10.235.${process.pid % 250}.0/24
    dns: { hosts: { ${orchestrator.address}: [${orchestrator.names.join(', ')}] } }
defaults: { cpus: 1, memory: 1GiB, disks: [{ size: 8GiB }], nics: [{ network: lab }], tpm: false,
  boot: [disk], shutdownTimeout: 5s, power: external, ${BMC} }
vms: [{ name: node, count: 2 }]
`);
  await lab.apply();
  bmc = await RunningBmc.of(lab);
  client = new Sushy(await Sushy.python(dir), bmc);
  await client.does('login', 'session');
});
afterAll(async () => {
  client.close();
  images.close();
  await bmc.end('SIGTERM');
  await lab.close();
  await orchestrator.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('nodes whose power is another’s', () => {
  it('boot once over HTTPS from the URL that a client set, also after a crash', async () => {
    expect(await Promise.all(VMS.map(state))).toEqual(['shut off', 'shut off']);
    for (const vm of VMS) {
      await client.does('patch_boot', vm, {
        BootSourceOverrideTarget: 'UefiHttp',
        BootSourceOverrideEnabled: 'Once',
        HttpBootUri: `https://${orchestrator.names[0]}/tink-stack/signed_ipxe.efi`,
      });
    }
    await bmc.end('SIGKILL');
    bmc = await RunningBmc.of(lab);
    for (const vm of VMS)
      expect(await client.does('boot', vm)).toEqual(['UefiHttp', 'Once', 'UEFI']);
    for (const vm of VMS) await client.does('reset', vm, 'On');
    await Promise.all(VMS.map((vm) => runs(vm, 0)));
    expect(boots()).toBe(2);
    for (const vm of VMS)
      expect(await client.does('boot', vm)).toEqual(['None', 'Disabled', 'UEFI']);
    expect(changes(await lab.plan())).toEqual([]);
  });

  it('run again when the server is killed in the middle of a restart', async () => {
    // Its guest takes its time.
    const terminal = new Terminal(lab, 'console', 'node-1');
    await terminal.sees('Ctrl-] leaves it');
    await terminal.wakes('node# ');
    terminal.type("sed -i 's/^poweroff/sleep 3; poweroff/' /etc/acpi/PWRF/*; echo sed: $?\r");
    await terminal.sees('sed: 0');
    terminal.type('\u001d');
    await terminal.left();

    const before = consoleText('node-1').length;
    const since = (): string => consoleText('node-1').slice(before);
    const restarting = client.does('reset', 'node-1', 'GracefulRestart').catch(() => undefined);
    await until(() => since().includes('node: Power button pressed'));
    await bmc.end('SIGKILL');
    await restarting;
    expect(await state('node-1')).toBe('running');
    await until(async () => (await state('node-1')) === 'shut off');

    bmc = await RunningBmc.of(lab);
    expect(await state('node-1')).toBe('running');
    await until(() => since().includes('BdsDxe'));
    expect(await client.does('power', 'node-1')).toBe('On');
    expect(changes(await lab.plan())).toEqual([]);
    for (const vm of VMS) await client.does('reset', vm, 'ForceOff');
    expect(await Promise.all(VMS.map(state))).toEqual(['shut off', 'shut off']);
    expect(changes(await lab.plan())).toEqual([]);
  });

  it('are enrolled, inspected, deployed from an ISO and given back by Ironic', async () => {
    const before = VMS.map((vm) => consoleText(vm).length);
    const ironic = await Ironic.up(dir);
    onTestFinished(() => ironic.close());
    const each = <T>(act: (vm: string) => Promise<T>): Promise<T[]> => Promise.all(VMS.map(act));
    await each((name) =>
      ironic.ask('POST', 'nodes', {
        name,
        driver: 'redfish',
        driver_info: {
          redfish_address: bmc.url,
          redfish_system_id: `/redfish/v1/Systems/${name}`,
          redfish_username: LOGIN.username,
          redfish_password: LOGIN.password,
          redfish_verify_ca: bmc.ca,
        },
        instance_info: { boot_iso: images.url },
      }),
    );
    await each((name) => ironic.provision(name, 'manage', 'manageable'));
    for (const { properties } of await each((name) =>
      ironic.provision(name, 'inspect', 'manageable'),
    )) {
      // A text or a number, as Ironic's version has it.
      expect(Number(properties['memory_mb'])).toBe(1024);
      expect(properties).toMatchObject({
        cpus: 1,
        local_gb: '7',
        cpu_arch: 'x86_64',
        capabilities: 'boot_mode:uefi',
      });
    }
    await each((name) => ironic.provision(name, 'provide', 'available'));
    await ironic.setBootDevice('node-1', 'disk');
    expect(await client.does('boot', 'node-1')).toEqual(['Hdd', 'Once', 'UEFI']);

    await each((name) => ironic.provision(name, 'active', 'active', 180));
    const texts = await Promise.all(VMS.map((vm, index) => runs(vm, before[index] ?? 0)));
    for (const text of texts) expect(text).not.toContain('HTTP');
    expect(boots()).toBe(2);
    expect(await client.does('boot', 'node-1')).toEqual(['Cd', 'Continuous', 'UEFI']);
    expect(changes(await lab.plan())).toEqual([]);

    await each((name) => ironic.provision(name, 'deleted', 'available', 120));
    expect(await Promise.all(VMS.map(state))).toEqual(['shut off', 'shut off']);
    expect(await client.does('media', 'node-1')).toEqual({ image: null, inserted: false });
    expect(changes(await lab.plan())).toEqual([]);
  });
});
