/**
 * Nodes with a network each boot over HTTPS; and when they are destroyed, nothing of them is left
 * on the host.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPayload, startOrchestrator, type Orchestrator } from '../../stand-in/index.ts';
import type { FleetGraph } from '../../src/model/index.js';
import { changes, Lab, lines, virsh } from './lab.js';

const NODES = ['node-1', 'node-2'];
/** Where libvirt, its daemons, QEMU and swtpm keep something of a VM or a network. */
const KEPT = ['/etc/libvirt', '/run/libvirt', '/var/lib/libvirt'];
/** libvirt itself leaves these of each network that ever ran, until the host is started anew. */
const REMAINS = /^\/run\/libvirt\/network\/[^/]+(\.pid|\/ports)?$/;
const LOGGED = ['/var/log/libvirt', '/var/log/swtpm'];

const lab = new Lab('pervm');
const dir = mkdtempSync(join(tmpdir(), 'ven-per-vm-'));
let orchestrator: Orchestrator;

beforeAll(async () => {
  const { efi } = await buildPayload();
  orchestrator = await startOrchestrator({
    domain: 'edge.test',
    dir: join(dir, 'orchestrator'),
    bootFile: efi,
  });
  // A network that was not written down has no DNS entries of its own: the boot file is at an
  // address.
  lab.write(`orchestrator: { bootUrl: "https://${orchestrator.address}/tink-stack/signed_ipxe.efi", caCertificate: ${orchestrator.caCertificate} }
defaults: { cpus: 1, memory: 512MiB, disks: [{ size: 64MiB }], nics: per-vm, graphics: vnc,
  shutdownTimeout: 1s }
vms: [{ name: node, count: 2 }]
`);
});

afterAll(async () => {
  await lab.close();
  await orchestrator.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Files below the folders that carry one of the names in theirs. */
function found(folders: readonly string[], names: readonly string[]): string[] {
  const entries = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).map(({ parentPath, name }) =>
      join(parentPath, name),
    ),
  );
  return entries.filter((path) => names.some((name) => path.includes(name))).sort();
}

/** All that a thing of this fleet may be called by. */
async function namesOf(): Promise<string[]> {
  const networks = (await lines('net-list', '--all', '--name')).filter((name) =>
    name.startsWith(lab.fleet),
  );
  const described = await Promise.all(networks.map((name) => virsh('net-dumpxml', name)));
  const bridges = described.map((xml) => /<bridge name='([^']+)'/.exec(xml)?.[1] as string);
  return [lab.fleet, ...bridges, ...(await Promise.all(NODES.map((node) => lab.uuid(node))))];
}

describe('nodes with a network each', () => {
  let names: string[];

  it('boot, each through its own', async () => {
    await lab.apply();
    expect(changes(await lab.plan())).toEqual([]);
    names = await namesOf();
    const subnets = new Set<string>();
    for (const node of NODES) {
      const gateway = /<ip address='([\d.]+)\.1'/.exec(
        await virsh('net-dumpxml', `${lab.fleet}_${node}`),
      )?.[1] as string;
      subnets.add(gateway);
      for (const method of ['HEAD', 'GET']) {
        const { status } = await orchestrator.waitFor(
          (entry) =>
            entry.method === method &&
            entry.userAgent === 'UefiHttpBoot/1.0' &&
            entry.remoteAddress.startsWith(`${gateway}.`),
          150_000,
        );
        expect(status).toBe(200);
      }
    }
    expect(subnets.size).toBe(2);
  });

  it('are drawn with their networks, the addresses that they got, and the host’s NIC', async () => {
    const { stdout } = await lab.ven('graph', '--format', 'json');
    const { nodes } = JSON.parse(stdout) as FleetGraph;
    const networks = nodes.filter((node) => node.kind === 'network');
    const vms = nodes.filter((node) => node.kind === 'vm');
    expect([...networks, ...vms].map(({ action }) => action)).toEqual(Array(4).fill('unchanged'));
    for (const { nics } of vms) {
      const subnet = networks.find(({ id }) => id === nics[0]?.on)?.subnet ?? '';
      expect(nics[0]?.address?.split('.').slice(0, 3)).toEqual(subnet.split('.').slice(0, 3));
    }
    // Of this machine, as it has told itself.
    const uplink = nodes.find((node) => node.kind === 'uplink');
    expect(networkInterfaces()[uplink?.device ?? '']?.map(({ address }) => address)).toContain(
      uplink?.address,
    );
  });

  it('leave nothing but their logs when they are destroyed, and nothing when purged', async () => {
    const kinds = [
      '-nvram.fd',
      '-sda.qcow2',
      '.status',
      '-swtpm.sock',
      'monitor.sock',
      'tpm2-00.permall',
      '.xml',
    ];
    const before = found(KEPT, names);
    expect(kinds.filter((kind) => !before.some((path) => path.endsWith(kind)))).toEqual([]);
    const logs = found(LOGGED, names);
    expect(logs.filter((path) => path.endsWith('-console.log'))).toHaveLength(2);

    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect(found(KEPT, names).filter((path) => !REMAINS.test(path))).toEqual([]);
    expect(found(LOGGED, names)).toEqual(logs);
    expect(found([lab.stateDir], ['.vagrant', '/vagrant/', 'machines.json', '.xml'])).toEqual([]);
    expect(found([lab.stateDir], ['/logs/'])).toHaveLength(2);

    expect((await lab.ven('destroy', '--yes', '--purge')).code).toBe(0);
    expect(found(LOGGED, names)).toEqual([]);
    expect(found([lab.stateDir], names)).toEqual([]);
  });
});
