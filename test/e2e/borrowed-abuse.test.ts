/**
 * A borrowed network on a host where everything goes wrong: ven killed at each act of the
 * redefinition, libvirtd restarted in its middle, no room for state, two fleets at once. In the end
 * the network is what it was, byte for byte, and a foreign VM is on it.
 */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporaryNetworkOf } from '../../src/libvirt/index.js';
import { changes, Lab } from './lab.js';
import { PrivateHost } from './private-host.js';

const NETWORK = `<network><name>default</name><forward mode='nat'/>
  <bridge name='virbr0' stp='off'/><ip address='10.240.7.1' netmask='255.255.255.0'>
  <dhcp><range start='10.240.7.3' end='10.240.7.155'/></dhcp></ip></network>`;
const GUEST = `<domain type='qemu'><name>guest</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices><interface type='network'><source network='default'/></interface></devices></domain>`;
const BORROWS = `orchestrator: { bootUrl: "http://10.0.0.1/a.efi" }
networks: { shared: { existing: default, httpBoot: true } }
`;

let host: PrivateHost;
let borrower: Lab;
let second: Lab;
let neighbour: Lab;
let elsewhere: Lab;
let uuid: string;
let before: string[];

const dumps = (): Promise<string[]> =>
  Promise.all([
    host.virsh('net-dumpxml', 'default'),
    host.virsh('net-dumpxml', 'default', '--inactive'),
  ]);
const guestIsOnIt = async (): Promise<void> => {
  expect(await host.virsh('domiflist', 'guest')).toMatch(/network +default/);
  const port = /(vnet\d+)/.exec(await host.virsh('domiflist', 'guest'))?.[1] ?? '';
  const { stdout } = await host.run('ls', '/sys/class/net/virbr0/brif');
  expect(stdout.split('\n')).toContain(port);
};
const isUnfinished = async (): Promise<boolean> =>
  (await host.lines('net-list', '--uuid')).includes(temporaryNetworkOf(uuid).uuid);

/**
 * A virsh for `lab` that does what it is asked, and then, at the n-th query with that text, what
 * `then` says: as if it happened right after this act.
 */
function afterAct(lab: Lab, text: string, then: string, n = 1): void {
  const folder = join(lab.dir, 'bin');
  const count = join(folder, 'count');
  rmSync(count, { force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'virsh'),
    `#!/bin/sh
case "$*" in *"${text}"*) ;; *) exec /usr/bin/virsh "$@";; esac
echo >> ${count}
/usr/bin/virsh "$@"
code=$?
[ "$(wc -l < ${count})" = ${n} ] && { ${then}; }
exit $code
`,
  );
  chmodSync(join(folder, 'virsh'), 0o755);
  lab.env = { PATH: `${folder}:${process.env['PATH'] ?? ''}` };
}

beforeAll(async () => {
  host = await PrivateHost.up();
  const labs = ['lend', 'lend2', 'near', 'far'].map((name) => new Lab(name, host));
  [borrower, second, neighbour, elsewhere] = labs as [Lab, Lab, Lab, Lab];
  for (const [name, text] of Object.entries({ network: NETWORK, guest: GUEST }))
    writeFileSync(join(borrower.dir, `${name}.xml`), text);
  await host.virsh('net-define', join(borrower.dir, 'network.xml'));
  await host.virsh('net-start', 'default');
  await host.virsh('create', '--paused', join(borrower.dir, 'guest.xml'));
  uuid = await host.virsh('net-uuid', 'default');
  before = await dumps();
  const vms = (nics: string): string =>
    `${Lab.SMALL}vms: [{ name: n, power: off, nics: ${nics} }]\n`;
  for (const lab of [borrower, second]) lab.write(BORROWS + vms('[{ network: shared }]'));
  neighbour.write(vms('default'));
  elsewhere.write(vms('[]'));
  await neighbour.apply();
}, 60_000);

afterAll(async () => {
  for (const lab of [borrower, second, neighbour, elsewhere]) await lab.close();
  await host.close();
});

it('two fleets at once wait for each other, in apply and destroy', async () => {
  const both = async (command: string): Promise<void> => {
    const runs = [borrower, second].map((lab) => lab.ven(command, '--yes'));
    for (const { code, stdout, stderr } of await Promise.all(runs))
      expect(code, stdout + stderr).toBe(0);
  };
  await both('apply');
  for (const lab of [borrower, second]) expect(changes(await lab.plan())).toEqual([]);
  await guestIsOnIt();
  await both('destroy');
  expect(await dumps()).toEqual(before);
  await guestIsOnIt();
}, 90_000);

it('killed after any act, it is completed by whoever uses it, and told of by all', async () => {
  const acts: [act: string, n?: number][] = [
    ['net-create'],
    ['update-device'],
    [`net-destroy ${uuid}`],
    ['net-define'],
    [`net-start ${uuid}`],
    ['update-device', 2],
  ];
  for (const [act, n] of acts) {
    afterAct(borrower, act, 'kill -9 $PPID', n);
    expect((await borrower.ven('apply', '--yes')).signal, act).toBe('SIGKILL');
    borrower.env = {};
    expect(await isUnfinished(), act).toBe(true);
    if (act === 'net-define') await everyoneTells();
    await neighbour.apply();
    expect(await isUnfinished(), act).toBe(false);
    await guestIsOnIt();
    // Once it is defined, the borrower's next apply would have nothing to do.
    if (act.startsWith('net-define') || act.startsWith('net-start')) {
      expect((await borrower.ven('destroy', '--yes')).code, act).toBe(0);
      expect(await dumps(), act).toEqual(before);
    }
  }
  expect((await borrower.ven('destroy', '--yes')).code).toBe(0);
  expect(await dumps()).toEqual(before);
  await guestIsOnIt();
}, 180_000);

async function everyoneTells(): Promise<void> {
  const told = /killed while it changed the network default, and it is stopped; cut off.*guest/;
  const shown = async (lab: Lab, command: string): Promise<string> => {
    const { stdout, stderr } = await lab.ven(command);
    expect(stdout + stderr).not.toContain('net-start');
    return stdout + stderr;
  };
  for (const lab of [borrower, neighbour])
    expect(await shown(lab, 'plan')).toContain('reconnects domain guest');
  for (const command of ['plan', 'status', 'doctor'])
    expect(await shown(command === 'doctor' ? neighbour : elsewhere, command)).toMatch(told);
  expect(changes(await neighbour.plan())).toEqual(['network.default update half-made']);
}

it('libvirtd restarted in the middle, and no room for state: the next run converges', async () => {
  afterAct(borrower, `net-destroy ${uuid}`, `kill -9 $(cat ${host.dir}/libvirtd.pid)`);
  expect((await borrower.ven('apply', '--yes')).code).not.toBe(0);
  borrower.env = {};
  await host.startLibvirtd();
  expect(await isUnfinished()).toBe(true);
  await borrower.apply();
  await guestIsOnIt();

  const full = borrower.stateDir;
  await host.run('mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', full);
  await host.run('dd', 'if=/dev/zero', `of=${full}/filling`, 'bs=1k', 'count=100');
  const { code, stderr } = await borrower.ven('destroy', '--yes');
  if (code !== 0) expect(stderr).toContain(full);
  await host.run('umount', full);
  expect((await borrower.ven('destroy', '--yes')).code).toBe(0);
  expect(await dumps()).toEqual(before);
  await guestIsOnIt();
}, 120_000);

it('a VM with a managed save, and one with an external snapshot, come back onto it', async () => {
  borrower.write(
    `${BORROWS}${Lab.SMALL}vms: [{ name: saved, nics: [{ network: shared }] }, ` +
      '{ name: snapped, nics: [{ network: shared }] }]\n',
  );
  await borrower.apply();
  await host.virsh('managedsave', borrower.domain('saved'));
  const snapshot = ['snapshot-create-as', borrower.domain('snapped'), 's', '--disk-only'];
  await host.virsh(...snapshot, '--no-metadata', '--diskspec', 'sda,snapshot=external');
  borrower.write(
    `${BORROWS.replace('a.efi', 'b.efi')}${Lab.SMALL}vms: [` +
      '{ name: saved, nics: [{ network: shared }] }, ' +
      '{ name: snapped, nics: [{ network: shared }] }]\n',
  );
  afterAct(borrower, 'net-define', 'kill -9 $PPID');
  await borrower.ven('apply', '--yes', '--target', 'network.shared');
  borrower.env = {};
  expect(await isUnfinished()).toBe(true);
  await borrower.apply(0, '--target', 'network.shared');
  expect((await dumps()).every((xml) => xml.includes('b.efi'))).toBe(true);
  expect(await host.virsh('domiflist', borrower.domain('snapped'))).toMatch(/network +default/);
  await host.virsh('start', borrower.domain('saved'));
  const { stdout } = await host.run('ls', '/sys/class/net/virbr0/brif');
  expect(stdout.match(/vnet/g)).toHaveLength(3);
  await host.run('rm', `/var/lib/libvirt/images/${borrower.domain('snapped')}-sda.s`);
}, 120_000);
