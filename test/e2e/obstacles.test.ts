/**
 * What people do to a fleet's VMs and disks: snapshots, clones, marks, other files, kept disks. The
 * one VM is left as it is and named, the others go on. On a host of its own; no VM starts.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changes, Lab, type Ran } from './lab.js';
import { PrivateHost } from './private-host.js';

const IMAGES = '/var/lib/libvirt/images';
let host: PrivateHost;
let lab: Lab;

const write = (vms: string): void => {
  lab.write(`${Lab.SMALL}vms: [${vms}]\n`);
};
const vm = (name: string, more = ''): string => `{ name: ${name}, nics: [], power: off${more} }`;
const two = (): void => {
  write(`${vm('a')}, ${vm('b')}`);
};

beforeAll(async () => {
  host = await PrivateHost.up();
});

beforeEach(() => {
  lab = new Lab('way', host);
  two();
});

afterAll(() => host.close());

const all = ({ stdout, stderr }: Ran): string => stdout + stderr;
const volumes = async (): Promise<string[]> => {
  await host.virsh('pool-refresh', 'default');
  return (await host.lines('vol-list', 'default')).map((line) => line.split(/\s+/)[0] ?? '');
};

async function define(xml: string): Promise<void> {
  const file = join(lab.dir, 'domain.xml');
  writeFileSync(file, xml);
  await host.virsh('define', file);
}

describe('a snapshot above a disk', () => {
  it('is named, stops nobody, and goes with the disk', async () => {
    await lab.apply();
    await host.virsh('snapshot-create-as', lab.domain('a'), 'before', '--disk-only', '--atomic');
    const plan = await lab.ven('plan');
    expect(plan.code, all(plan)).toBe(0);
    expect(all(plan)).toMatch(/vm\.a.*\n?.*snapshot/);

    write(`${vm('a')}, ${vm('b')}, ${vm('c')}`);
    await lab.apply();
    expect(await lab.domains('--all')).toEqual(['a', 'b', 'c']);

    const destroyed = await lab.ven('destroy', '--yes');
    expect(destroyed.code, all(destroyed)).toBe(0);
    expect(all(destroyed)).toContain(`${lab.domain('a')}-sda.before`);
    expect(await volumes()).toEqual([]);
    await lab.close();
  });
});

describe('a disk that another VM stands on', () => {
  it('is not deleted; the other VM of the fleet is', async () => {
    await lab.apply();
    const disk = `${IMAGES}/${lab.domain('a')}-sda.qcow2`;
    const overlay = `${IMAGES}/clone.qcow2`;
    await host.run('qemu-img', 'create', '-q', '-f', 'qcow2', '-b', disk, '-F', 'qcow2', overlay);
    await define(
      "<domain type='qemu'><name>a &amp; clone</name><memory unit='MiB'>64</memory>" +
        "<os><type arch='x86_64'>hvm</type></os><devices><disk type='file' device='disk'>" +
        `<driver name='qemu' type='qcow2'/><source file='${overlay}'/>` +
        "<target dev='sda' bus='sata'/></disk></devices></domain>",
    );
    const ran = await lab.ven('destroy', '--yes');
    expect(ran.code, all(ran)).toBe(6);
    expect(all(ran)).toContain('a & clone');
    expect(await lab.domains('--all')).toEqual(['a']);
    expect(await volumes()).toContain(`${lab.domain('a')}-sda.qcow2`);

    await host.virsh('undefine', 'a & clone');
    await host.virsh('vol-delete', 'clone.qcow2', '--pool', 'default');
    await lab.close();
  });
});

describe('a mark that names a foreign volume', () => {
  it('gives no right to it', async () => {
    await lab.apply();
    await host.virsh('vol-create-as', 'default', 'precious.qcow2', '1M', '--format', 'qcow2');
    const xml = await host.virsh('dumpxml', '--inactive', lab.domain('a'));
    await define(xml.replace(/(<ven:volume [^>]*name=")[^"]*/, '$1precious.qcow2'));
    expect(await host.virsh('dumpxml', lab.domain('a'))).toContain('name="precious.qcow2"');
    await lab.ven('destroy', '--yes');
    expect(await volumes()).toContain('precious.qcow2');

    await host.virsh('vol-delete', 'precious.qcow2', '--pool', 'default');
    for (const volume of await volumes())
      await host.virsh('vol-delete', volume, '--pool', 'default');
    await lab.close();
  });
});

describe('disks that were kept', () => {
  it('stop only their VM, and the message says what left them', async () => {
    await lab.apply();
    expect((await lab.ven('destroy', '--yes', '--keep-disks', '--target', 'vm.a')).code).toBe(0);
    write(`${vm('a')}, ${vm('b', ', cpus: 2')}`);
    const ran = await lab.ven('apply', '--yes');
    expect(ran.code, all(ran)).toBe(6);
    expect(all(ran)).toMatch(/keep-disks/);
    expect(await host.virsh('dominfo', lab.domain('b'))).toMatch(/CPU\(s\):\s+2/);
    await host.virsh('vol-delete', `${lab.domain('a')}-sda.qcow2`, '--pool', 'default');
    await lab.apply();
    expect(changes(await lab.plan())).toEqual([]);
    await lab.close();
  });

  it('give their data to the VM that comes after, as docs/plan-and-apply.md says', async () => {
    const pool = ['--pool', 'default'];
    const volume = `${lab.domain('a')}-sda.qcow2`;
    const io = (deed: string): Promise<Ran> =>
      host.run('qemu-io', '-f', 'qcow2', '-c', `${deed} -P 0x41 0 4096`, `${IMAGES}/${volume}`);
    write(vm('a'));
    await lab.apply();
    await io('write');
    await host.virsh('undefine', lab.domain('a'));
    const plan = await lab.ven('plan');
    expect([plan.code, plan.stdout]).toEqual([6, expect.stringContaining('vol-delete')]);

    await host.virsh('vol-clone', ...pool, volume, 'kept.qcow2');
    await host.virsh('vol-delete', ...pool, volume);
    await lab.apply();
    await host.virsh('vol-delete', ...pool, volume);
    await host.virsh('vol-clone', ...pool, 'kept.qcow2', volume);
    expect(changes(await lab.plan())).toEqual([]);
    expect(all(await io('read'))).not.toContain('failed');
    await host.virsh('vol-delete', ...pool, 'kept.qcow2');
    await lab.close();
  });
});

describe('protect', () => {
  it('holds where a lower count takes the VM out, until it is lifted', async () => {
    const three = (more: string): void => {
      write(vm('db', `, count: ${more}`));
    };
    three('3, protect: true');
    await lab.apply();
    for (const other of ['2, protect: true', '2', '2, protect: false']) {
      three(other);
      const ran = await lab.ven('apply', '--yes');
      expect(ran.code, `${other}: ${all(ran)}`).toBe(6);
      expect(await lab.domains('--all')).toEqual(['db-1', 'db-2', 'db-3']);
    }
    three('3, protect: false');
    await lab.apply();
    three('2');
    await lab.apply();
    expect(await lab.domains('--all')).toEqual(['db-1', 'db-2']);
    await lab.close();
  });
});

describe('another file with the same fleet name', () => {
  it('deletes nothing without a word that allows it', async () => {
    await lab.apply();
    write(vm('other'));
    for (const command of [['plan'], ['apply', '--yes']]) {
      const ran = await lab.ven(...command);
      expect(ran.code, all(ran)).toBe(6);
      expect(all(ran)).toContain('--allow-delete-all');
      expect(all(ran)).toContain(lab.file);
    }
    expect(await lab.domains('--all')).toEqual(['a', 'b']);
    await lab.apply(0, '--allow-delete-all');
    expect(await lab.domains('--all')).toEqual(['other']);
    await lab.close();
  });
});

describe('a MAC address that a foreign VM on the same network has', () => {
  it('is refused, and the VM named', async () => {
    const mac = '52:54:00:aa:bb:01';
    lab.write(
      `${Lab.SMALL}networks: { lab: { subnet: auto } }\nvms: [${vm('a')}, ` +
        `{ name: b, power: off, nics: [{ network: lab, mac: '${mac}' }] }]\n`,
    );
    await lab.apply(0, '--target', 'network.lab');
    await define(
      "<domain type='qemu'><name>twin</name><memory unit='MiB'>64</memory>" +
        "<os><type arch='x86_64'>hvm</type></os><devices><interface type='network'>" +
        `<mac address='${mac}'/><source network='${lab.fleet}_lab'/></interface>` +
        '</devices></domain>',
    );
    const ran = await lab.ven('apply', '--yes');
    expect(ran.code, all(ran)).toBe(6);
    expect(all(ran)).toContain('twin');
    expect(all(ran)).toContain(mac);
    expect(await lab.domains('--all')).toEqual(['a']);
    await host.virsh('undefine', 'twin');
    await lab.close();
  });
});

describe('plans beside a run of the same fleet', () => {
  it('call nothing of the fleet foreign, and say who is at work', async () => {
    write(`${vm('a')}, ${vm('b')}, ${vm('c')}, ${vm('d')}`);
    const runs = (async () => {
      for (let round = 0; round < 3; round += 1) {
        await lab.apply();
        expect((await lab.ven('destroy', '--yes')).code).toBe(0);
      }
    })();
    const ended = runs.then(() => true);
    const told: boolean[] = [];
    while (!(await Promise.race([ended, Promise.resolve(false)]))) {
      const plan = await lab.ven('plan');
      expect(plan.code, all(plan)).toBe(0);
      told.push(all(plan).includes('is at work on this fleet'));
    }
    await runs;
    expect(told.length).toBeGreaterThan(5);
    expect(told).toContain(true);
    await lab.close();
  });
});
