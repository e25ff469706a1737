/**
 * A network of somebody else's, made here by hand, that ven adds boot options to: a node boots
 * through it, a VM of somebody else's on it keeps its lease and its connection, and in the end it
 * is as it was before.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryNetworkOf } from '../../src/libvirt/index.js';
import {
  buildPayload,
  startOrchestrator,
  type AccessEntry,
  type Orchestrator,
} from '../../stand-in/index.ts';
import { changes, Lab, lines, sleep, tryVirsh, virsh, type Running } from './lab.js';

const THEIRS = `t${process.pid}-theirs`;
const BRIDGE = `vt${process.pid}`;
const MAC = '52:54:00:7e:11:01';
const dir = mkdtempSync(join(tmpdir(), 'ven-existing-'));
const lab = new Lab('lent');
const second = new Lab('lent2');
let orchestrator: Orchestrator;
let before: string[];

const third = process.pid % 250;
const hostnames = (names: readonly string[]): string =>
  names.map((name) => `<hostname>${name}</hostname>`).join('');

/** Without STP, which lets nothing through for four seconds whenever the network or a NIC comes. */
const network = (): string => `<network>
  <name>${THEIRS}</name><forward mode='nat'/><bridge name='${BRIDGE}' stp='off'/>
  <dns><host ip='${orchestrator.address}'>${hostnames(orchestrator.names)}</host></dns>
  <ip address='10.240.${third}.1' netmask='255.255.255.0'>
    <dhcp><range start='10.240.${third}.3' end='10.240.${third}.155'/></dhcp>
  </ip>
</network>`;

/** A Linux that is booted directly, gets a lease, and then sits there. */
const linux = (): string => `<domain type='qemu'>
  <name>${THEIRS}</name><memory unit='MiB'>256</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type>
    <kernel>${dir}/kernel</kernel><initrd>${dir}/initrd</initrd>
    <cmdline>console=ttyS0 loglevel=3 panic=5</cmdline></os>
  <features><acpi/></features><cpu mode='custom'><model>qemu64</model></cpu>
  <devices>
    <interface type='network'><mac address='${MAC}'/>
      <source network='${THEIRS}'/><model type='virtio'/></interface>
    <serial type='pty'/>
  </devices>
</domain>`;

/** One that names the bridge and not the network; it need not run. */
const bridged = (): string => `<domain type='qemu'>
  <name>${THEIRS}-2</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices><interface type='bridge'><source bridge='${BRIDGE}'/>
    <model type='virtio'/></interface></devices>
</domain>`;

const file = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};
const dumps = (name: string): Promise<string[]> =>
  Promise.all([virsh('net-dumpxml', name), virsh('net-dumpxml', name, '--inactive')]);
const isHalfDone = async (): Promise<boolean> =>
  (await lines('net-list', '--name')).includes(
    temporaryNetworkOf(await virsh('net-uuid', THEIRS)).name,
  );
const taps = (): string[] => readdirSync(`/sys/class/net/${BRIDGE}/brif`);
const address = async (): Promise<string> =>
  /\s([\d.]+)\/24/.exec(await virsh('domifaddr', THEIRS, '--source', 'lease'))?.[1] ?? '';
const call = promisify(execFile);
/**
 * The payload's own: not every host has one. Where answers come twice, as while a NIC moves between
 * networks, it may wait for ever after its last packet; a signal makes it count.
 */
const ping = (...args: string[]): Promise<{ stdout: string }> =>
  call(join(dir, 'busybox'), ['ping', '-W', '2', ...args, leased], {
    timeout: 30_000,
    killSignal: 'SIGINT',
  });
async function answersPing(): Promise<boolean> {
  for (let tries = 0; tries < 15; tries += 1) {
    const heard = await ping('-c', '1').then(
      () => true,
      () => false,
    );
    if (heard) return true;
  }
  return false;
}

/**
 * Both VMs of somebody else's are on their network, one with the lease that it had, and libvirt has
 * nothing that it did not have.
 */
let leased = '';
async function othersAreWell(): Promise<void> {
  expect(await address()).toBe(leased);
  expect(await answersPing()).toBe(true);
  expect(taps().length).toBeGreaterThanOrEqual(2);
  expect(await isHalfDone()).toBe(false);
}

const fleet = (bootUrl: string): string =>
  `${Lab.SMALL}orchestrator: { bootUrl: "${bootUrl}" }\n` +
  `networks: { shared: { existing: ${THEIRS}, httpBoot: true } }\n` +
  'vms: [{ name: n, power: off, nics: [{ network: shared }] }]\n';

beforeAll(async () => {
  for (const one of [lab, second]) one.write(fleet('http://10.0.0.1/a.efi'));
  const { efi, kernel, initrd } = await buildPayload();
  orchestrator = await startOrchestrator({
    domain: 'edge.test',
    dir: join(dir, 'orchestrator'),
    bootFile: efi,
  });
  copyFileSync(kernel, join(dir, 'kernel'));
  copyFileSync(initrd, join(dir, 'initrd'));
  copyFileSync(join(dirname(kernel), 'busybox'), join(dir, 'busybox'));
  chmodSync(dir, 0o755);
  await virsh('net-define', file('network.xml', network()));
  await virsh('net-start', THEIRS);
  await virsh('create', file('linux.xml', linux()));
  await virsh('create', '--paused', file('bridged.xml', bridged()));
  for (let tries = 0; tries < 240 && leased === ''; tries += 1, await sleep(250))
    leased = await address();
  before = await dumps(THEIRS);
}, 120_000);

afterAll(async () => {
  await lab.close();
  await second.close();
  for (const name of [THEIRS, `${THEIRS}-2`]) await tryVirsh('destroy', name);
  await tryVirsh('net-destroy', THEIRS);
  await tryVirsh('net-undefine', THEIRS);
  await orchestrator.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('a network of somebody else’s with httpBoot', () => {
  const consoleLog = `/var/log/libvirt/qemu/${lab.domain('node')}-console.log`;
  const shows = async (text: RegExp, seconds: number): Promise<void> => {
    const screen = (): string => (existsSync(consoleLog) ? readFileSync(consoleLog, 'utf8') : '');
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(250))
      if (text.test(screen())) return;
    throw new Error(`The console did not show ${text} within ${seconds} s:\n${screen()}`);
  };

  it('boots a node, and others keep lease and connection', async () => {
    await othersAreWell();
    copyFileSync(orchestrator.caCertificate, join(lab.dir, 'ca.pem'));
    lab.write(`orchestrator: { domain: edge.test, caCertificate: ca.pem }
networks: { shared: { existing: ${THEIRS}, httpBoot: true } }
defaults: { cpus: 1, memory: 768MiB, tpm: false, disks: [{ size: 64MiB }],
  nics: [{ network: shared }], shutdownTimeout: 10s }
vms: [{ name: node }]
`);
    const plan = await lab.plan();
    expect(changes(plan)).toEqual(['network.shared update missing', 'vm.node create missing']);
    expect(plan.changes[0]?.fields).toMatchObject([
      { path: 'httpBoot', before: null, after: orchestrator.bootUrl, effect: 'live' },
    ]);
    const notes = plan.changes[0]?.notes.join('\n') ?? '';
    expect(notes).toMatch(/a foreign network: destroy restores it/);
    expect(notes).toContain(
      `domain ${THEIRS}, which is not this fleet's; domain ${THEIRS}-2, which is not this fleet's`,
    );
    expect((await lab.ven('plan', '--diff')).stdout).toMatch(/\+.*dhcp-boot=tag:efi-http/);

    // As somebody on the host sees the other VM the whole time, five times a second.
    const pings = ping('-i', '0.2', '-c', '30').catch((error: { stdout: string }) => error);
    await lab.apply();
    console.log(
      'the other VM while its network was started ' +
        `anew: ${/\d+ packets.*loss/.exec((await pings).stdout)?.[0]}`,
    );
    await othersAreWell();
    expect(changes(await lab.plan())).toEqual([]);

    const byFirmware = (method: string) => (entry: AccessEntry) =>
      entry.method === method && entry.userAgent === 'UefiHttpBoot/1.0';
    for (const method of ['HEAD', 'GET'])
      expect((await orchestrator.waitFor(byFirmware(method), 120_000)).status).toBe(200);
    await shows(/node: Ready/, 120);
    await othersAreWell();
  });

  it('is as it was after destroy, with the work folder lost', async () => {
    lab.newStateDir();
    const { code, stdout, stderr } = await lab.ven('destroy', '--yes');
    expect(code, stdout + stderr).toBe(0);
    expect(await dumps(THEIRS)).toEqual(before);
    expect(await lab.leftovers()).toEqual([]);
    await othersAreWell();
  });

  it('is shared by fleets with one boot file, refuses another, ends with the last', async () => {
    const url = 'http://10.0.0.1/a.efi';
    lab.write(fleet(url));
    second.write(fleet(url));
    await lab.apply();
    expect((await second.plan()).changes[0]?.fields?.[0]).toMatchObject({
      before: null,
      after: url,
    });
    await second.apply();
    for (const one of [lab, second]) expect(changes(await one.plan())).toEqual([]);
    second.write(fleet('http://10.0.0.1/b.efi'));
    const refused = await second.ven('apply', '--yes');
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain(`fleet ${lab.fleet}`);
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect((await dumps(THEIRS)).map((xml) => xml.includes(url))).toEqual([true, true]);
    // Alone now, it may boot something else.
    await second.apply();
    expect((await dumps(THEIRS)).map((xml) => /a\.efi/.test(xml))).toEqual([false, false]);
    expect((await second.ven('destroy', '--yes')).code).toBe(0);
    expect(await dumps(THEIRS)).toEqual(before);
    await othersAreWell();
  });

  it('is as it was after kill -9 at any moment, in apply or destroy, and destroy', async () => {
    lab.write(fleet('http://10.0.0.1/a.efi'));
    /** Until the network's step has begun, and so much longer. */
    const killedIn = async (run: Running, after: number): Promise<void> => {
      let seen = '';
      await new Promise<void>((resolve) => {
        run.child.stdout?.on('data', (text: string) => {
          seen += text;
          if (/"step":"network\.shared:(boot|give-back)"/.test(seen)) resolve();
        });
        void run.ended.then(() => resolve());
      });
      await sleep(after);
      run.child.kill('SIGKILL');
      await run.ended;
    };
    let caught = 0;
    const MOMENTS = 6;
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      // Spread over what it takes, some 0.4 s, with a random part, so that repeated runs see other
      // moments.
      const after = (450 * (moment + Math.random())) / MOMENTS;
      const told = `moment ${moment}, killed ${Math.round(after)} ms after the step began`;
      if (moment % 2 === 1) await lab.apply();
      await killedIn(lab.start(moment % 2 === 1 ? 'destroy' : 'apply', '--yes', '--json'), after);
      if (await isHalfDone()) caught += 1;
      if (moment % 4 >= 2) {
        const next = await lab.ven('apply', '--yes', '--lock-timeout', '60s');
        expect(next.code, `${told}\n${next.stdout}\n${next.stderr}`).toBe(0);
        expect(changes(await lab.plan()), told).toEqual([]);
        await othersAreWell();
      }
      const { code, stdout, stderr } = await lab.ven('destroy', '--yes', '--lock-timeout', '60s');
      expect(code, `${told}\n${stdout}\n${stderr}`).toBe(0);
      expect(await dumps(THEIRS), told).toEqual(before);
      expect(await lab.leftovers(), told).toEqual([]);
      await othersAreWell();
    }
    console.log(`${caught} of ${MOMENTS} kills left the network half done`);
    expect(caught).toBeGreaterThan(0);
  }, 240_000);
});
