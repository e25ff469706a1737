/** What a node is known and reached by: set in the file, applied, and changed one at a time. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changes, Lab, virsh } from './lab.js';

interface Options {
  authority: string;
  address: string;
  port: number;
  serial: string;
  /** The first disk's serial number. */
  disk: string;
  /** The asset tag. */
  tag: string;
}

const lab = new Lab('opt');
const AUTHORITIES = join(import.meta.dirname, '../unit/efi/certificates');
const NET = `10.241.${process.pid % 250}`;
const wanted: Options = {
  authority: 'root.pem',
  address: `address: ${NET}.20`,
  port: 5987,
  serial: 'EDGE0001',
  disk: 'DISK-1',
  tag: 'RACK-1',
};

function write(more: Partial<Options>): void {
  const { authority, address, port, serial, disk, tag } = Object.assign(wanted, more);
  copyFileSync(join(AUTHORITIES, authority), join(lab.dir, 'ca.pem'));
  lab.write(`orchestrator: { domain: edge.test, caCertificate: ca.pem }
networks: { lab: { subnet: ${NET}.0/24,
  dns: { hosts: { ${NET}.1: [tinkerbell-haproxy.edge.test] } } } }
defaults: { cpus: 1, memory: 256MiB, disks: [{ size: 64MiB }], shutdownTimeout: 1s,
  firmware: uefi-secure, tpm: true, pxe: true, boot: [network, disk] }
vms:
  - name: node
    nics: [{ network: lab, mac: '52:54:00:e0:00:0A', ${address} }]
    graphics: { type: vnc, listen: 127.0.0.1, port: ${port} }
    serialNumbers: [${serial}]
    disks: [{ size: 64MiB, serial: ${disk} }, { size: 4MiB, bus: virtio, serial: VIRT_2 }]
    smbios: { manufacturer: Acme, assetTag: ${tag} }
  - { name: other, power: off, nics: [{ network: lab }] }
`);
}

beforeAll(async () => {
  write({});
  await lab.apply();
});
afterAll(() => lab.close());

const fields = async (): Promise<unknown[]> =>
  (await lab.plan()).changes.flatMap(({ address, action, fields: changed = [] }) =>
    changed.map(({ path, before, after, effect }) => [
      address,
      action,
      path,
      before,
      after,
      effect,
    ]),
  );

describe('a fleet with every option of a node', () => {
  const uuid = () => lab.uuid('node');
  const running = () => virsh('domid', lab.domain('node'));

  it('differs in nothing once it is applied', async () => {
    expect(changes(await lab.plan())).toEqual([]);
  });

  it.each<[what: string, more: Partial<Options>, expected: unknown[][]]>([
    [
      'a fixed address',
      { address: `address: ${NET}.21` },
      [
        [
          'network.lab',
          'update',
          'dhcp.52:54:00:e0:00:0a',
          `${NET}.20 node`,
          `${NET}.21 node`,
          'live',
        ],
      ],
    ],
    [
      'no fixed address',
      { address: '' },
      [['network.lab', 'update', 'dhcp.52:54:00:e0:00:0a', `${NET}.21 node`, null, 'live']],
    ],
    [
      'a fixed address again',
      { address: `address: ${NET}.22` },
      [['network.lab', 'update', 'dhcp.52:54:00:e0:00:0a', null, `${NET}.22 node`, 'live']],
    ],
  ])('%s is a live change of the network alone', async (_what, more, expected) => {
    const [before, dnsmasq] = [await running(), await virsh('net-info', `${lab.fleet}_lab`)];
    write(more);
    expect(await fields()).toEqual(expected);
    await lab.apply();
    expect(changes(await lab.plan())).toEqual([]);
    expect([await running(), await virsh('net-info', `${lab.fleet}_lab`)]).toEqual([
      before,
      dnsmasq,
    ]);
    for (const flags of [[], ['--inactive']]) {
      const hosts =
        (await virsh('net-dumpxml', `${lab.fleet}_lab`, ...flags)).match(
          /<host mac=.*ip='[^']*'/g,
        ) ?? [];
      expect(hosts.map((host) => /ip='([^']*)'/.exec(host)?.[1])).toEqual(
        wanted.address === '' ? [] : [wanted.address.split(' ')[1]],
      );
    }
  });

  it.each<[what: string, more: Partial<Options>, expected: unknown[][], seen: RegExp]>([
    [
      'another VNC port',
      { port: 5988 },
      [
        [
          'vm.node',
          'update',
          'graphics',
          'vnc on 127.0.0.1, port 5987',
          'vnc on 127.0.0.1, port 5988',
          'restart',
        ],
      ],
      /<graphics type='vnc' port='5988' autoport='no'/,
    ],
    [
      'another serial number',
      { serial: 'EDGE0002' },
      [['vm.node', 'update', 'serialNumber', 'EDGE0001', 'EDGE0002', 'restart']],
      /<entry name='serial'>EDGE0002</,
    ],
    [
      'another serial number of a disk',
      { disk: 'DISK-2' },
      [['vm.node', 'update', 'disks.sda.serial', 'DISK-1', 'DISK-2', 'restart']],
      /<serial>DISK-2</,
    ],
    [
      'another asset tag',
      { tag: 'RACK-2' },
      [['vm.node', 'update', 'smbios.assetTag', 'RACK-1', 'RACK-2', 'restart']],
      /<chassis>\s*<entry name='asset'>RACK-2</,
    ],
  ])('%s is a restart of its VM alone', async (_what, more, expected, seen) => {
    const [identity, before] = [await uuid(), await running()];
    write(more);
    expect(await fields()).toEqual(expected);
    await lab.apply();
    expect(changes(await lab.plan())).toEqual([]);
    expect(await uuid()).toBe(identity);
    expect(await running()).not.toBe(before);
    expect(await virsh('dumpxml', identity)).toMatch(seen);
  });

  it('gives each disk to QEMU with its serial number', async () => {
    const devices = await virsh('qemu-monitor-command', '--hmp', await uuid(), 'info qtree');
    expect(devices.match(/serial = "[^"]+"/g)?.sort()).toEqual([
      'serial = "DISK-2"',
      'serial = "VIRT_2"',
    ]);
  });

  it('another authority is a restart of what runs, and live where nothing does', async () => {
    const before = await running();
    write({ authority: 'middle.pem' });
    const sha = /^sha256 [0-9a-f]{8}$/;
    const change = (address: string, effect: string): unknown[] => [
      address,
      'update',
      'caCertificate',
      expect.stringMatching(sha),
      expect.stringMatching(sha),
      effect,
    ];
    expect(await fields()).toEqual([change('vm.node', 'restart'), change('vm.other', 'live')]);
    await lab.apply();
    expect(changes(await lab.plan())).toEqual([]);
    expect(await running()).not.toBe(before);
    expect(await lab.domains()).toEqual(['node']);
  });
});
