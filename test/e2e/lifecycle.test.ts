import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { BACKENDS, HERE, changes, Lab, lines, virsh } from './lab.js';

describe.each(BACKENDS)('a fleet with a bridge for each VM, with the backend %s', (backend) => {
  const lab = new Lab('life', HERE, backend);
  lab.write(`${Lab.SMALL}vms:\n  - { name: edge, count: 3, nics: per-vm }\n`);
  afterAll(() => lab.close());

  it('is planned as creates, and plan changes nothing', async () => {
    const plain = await lab.ven('plan');
    expect(plain.code).toBe(0);
    expect(plain.stdout).toContain('vm.edge-1');
    expect((await lab.ven('plan', '--detailed-exitcode')).code).toBe(2);
    expect(changes(await lab.plan())).toEqual([
      'network.edge-1 create missing',
      'network.edge-2 create missing',
      'network.edge-3 create missing',
      'vm.edge-1 create missing',
      'vm.edge-2 create missing',
      'vm.edge-3 create missing',
    ]);
    expect(await lab.leftovers()).toEqual([]);
  });

  it('comes up: VMs running, a network with a bridge of its own for each', async () => {
    await lab.apply();
    expect(await lab.domains()).toEqual(['edge-1', 'edge-2', 'edge-3']);
    const networks = (await lines('net-list', '--name')).filter((name) =>
      name.startsWith(lab.fleet),
    );
    expect(networks).toHaveLength(3);
    const bridges = await Promise.all(
      networks.map(
        async (name) => /<bridge name='([^']+)'/.exec(await virsh('net-dumpxml', name))?.[1],
      ),
    );
    expect(new Set(bridges).size).toBe(3);
    for (const [index, network] of networks.entries()) {
      expect(await virsh('domiflist', lab.domain(`edge-${index + 1}`))).toContain(network);
    }
  });

  it('then has no changes, also without work files; a second apply runs nothing', async () => {
    expect((await lab.ven('plan', '--detailed-exitcode')).code).toBe(0);
    const before = await virsh('list', '--all', '--uuid', '--name');
    const again = await lab.apply();
    expect(again.stdout).toContain('No changes');
    lab.newStateDir();
    expect((await lab.ven('plan', '--detailed-exitcode')).code).toBe(0);
    expect(await virsh('list', '--all', '--uuid', '--name')).toBe(before);
  });

  it('is shown by status', async () => {
    const { code, stdout } = await lab.ven('status', '--json');
    expect(code).toBe(0);
    const status = JSON.parse(stdout) as {
      formatVersion: string;
      fleet: string;
      vms: Record<string, unknown>[];
    };
    expect(status).toMatchObject({ formatVersion: '1', fleet: lab.fleet });
    expect(status.vms.map(({ name, power, ready }) => ({ name, power, ready }))).toEqual(
      ['edge-1', 'edge-2', 'edge-3'].map((name) => ({ name, power: 'running', ready: true })),
    );
  });

  it('goes away whole, and a second destroy has nothing to do', async () => {
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect(await lab.leftovers()).toEqual([]);
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
  });
});

describe.each(BACKENDS)('UEFI with NVRAM and a TPM, with the backend %s', (backend) => {
  const lab = new Lab('uefi', HERE, backend);
  lab.write(
    'vms:\n' +
      '  - { name: node, cpus: 1, memory: 256MiB, disks: [{ size: 64MiB }], ' +
      'nics: [{ network: lab }] }\n' +
      'networks: { lab: { subnet: 192.168.231.0/24 } }\n',
  );
  afterAll(() => lab.close());

  it('logs its firmware’s console, and leaves neither NVRAM nor TPM state behind', async () => {
    await lab.apply();
    const uuid = await lab.uuid('node');
    const xml = await virsh('dumpxml', uuid);
    const nvram = /<nvram[^>]*>([^<]+)</.exec(xml)?.[1] as string;
    const log = /<log file='([^']+)'/.exec(xml)?.[1] as string;
    expect(existsSync(nvram)).toBe(true);
    expect(existsSync(`/var/lib/libvirt/swtpm/${uuid}`)).toBe(true);
    await expect
      .poll(() => (existsSync(log) ? readFileSync(log, 'utf8') : ''), {
        timeout: 60_000,
        interval: 1000,
      })
      .toContain('BdsDxe');
    expect((await lab.ven('plan', '--detailed-exitcode')).code).toBe(0);

    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect(await lab.leftovers()).toEqual([]);
    expect(existsSync(nvram)).toBe(false);
    expect(existsSync(`/var/lib/libvirt/swtpm/${uuid}`)).toBe(false);
    expect(existsSync(log), 'logs stay').toBe(true);
    expect((await lab.ven('destroy', '--yes', '--purge')).code).toBe(0);
    expect(existsSync(log), 'until --purge').toBe(false);
  });
});
