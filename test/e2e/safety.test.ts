import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { parseXml, textAt } from '../../src/xml/index.js';
import { BACKENDS, HERE, changes, Lab, tryVirsh, virsh } from './lab.js';

/** What is not ven's stays as it is, whatever its name. */
describe.each(BACKENDS)('foreign things, with the backend %s', (backend) => {
  const lab = new Lab('safe', HERE, backend);
  lab.write(
    `${Lab.SMALL}networks: { lab: { subnet: 192.168.236.0/24 } }\n` +
      'vms:\n' +
      '  - { name: a, nics: [{ network: lab }] }\n',
  );
  afterAll(() => lab.close());

  const foreignDomain = async (name: string, uuid?: string): Promise<void> => {
    const file = `${lab.dir}/foreign.xml`;
    writeFileSync(
      file,
      `<domain type='qemu'><name>${name}</name>${uuid ? `<uuid>${uuid}</uuid>` : ''}<memory ` +
        "unit='MiB'>64</memory><os><type arch='x86_64'>hvm</type></os></domain>",
    );
    await virsh('define', file);
  };

  const isRefused = async (names: string): Promise<void> => {
    for (const command of [['plan'], ['apply', '--yes']]) {
      const ran = await lab.ven(...command);
      expect(ran.code, ran.stdout + ran.stderr).toBe(6);
      expect(ran.stdout + ran.stderr).toContain(names);
    }
  };

  it('a domain with a wanted name: exit 6, untouched, also by destroy', async () => {
    await foreignDomain(lab.domain('a'));
    await virsh('start', lab.domain('a'));
    const before = await virsh('dumpxml', lab.domain('a'));
    await isRefused(lab.domain('a'));
    await lab.ven('destroy', '--yes');
    expect(await virsh('dumpxml', lab.domain('a'))).toBe(before);
    await virsh('destroy', lab.domain('a'));
    await virsh('undefine', lab.domain('a'));
  });

  it('a network with a wanted name: exit 6, untouched', async () => {
    const name = `${lab.fleet}_lab`;
    writeFileSync(
      `${lab.dir}/net.xml`,
      `<network><name>${name}</name><bridge name='foreign0'/><ip address='192.168.237.1' ` +
        "prefix='24'/></network>",
    );
    await virsh('net-define', `${lab.dir}/net.xml`);
    const before = await virsh('net-dumpxml', name);
    await isRefused(name);
    await lab.ven('destroy', '--yes');
    expect(await virsh('net-dumpxml', name)).toBe(before);
    await virsh('net-undefine', name);
  });

  it('a volume with a wanted name: exit 6, untouched', async () => {
    const volume = `${lab.domain('a')}-sda.qcow2`;
    await virsh('vol-create-as', 'default', volume, '1M', '--format', 'qcow2');
    await isRefused(volume);
    await lab.ven('destroy', '--yes');
    expect((await tryVirsh('vol-info', volume, '--pool', 'default')).code).toBe(0);
    await virsh('vol-delete', volume, '--pool', 'default');
  });

  it('a domain named "1", or like the UUID of a VM of the fleet, is never hit', async () => {
    await lab.apply();
    const uuid = await lab.uuid('a');
    const one = randomUUID();
    await foreignDomain('1', one);
    lab.undo(() => tryVirsh('undefine', one));
    await virsh('destroy', lab.domain('a'));
    await lab.apply();
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect(await virsh('list', '--all', '--name')).toContain('1');

    // The VM is gone; a foreign domain bears its UUID as a name.
    await foreignDomain(uuid);
    await isRefused(uuid);
    await lab.ven('destroy', '--yes');
    expect((await virsh('list', '--all', '--name')).split('\n')).toContain(uuid);
    await virsh('undefine', uuid);
    await virsh('undefine', one);
  });

  it('a disk hot-attached by hand survives an update and destroy', async () => {
    await lab.apply();
    const volume = `${lab.domain('a')}-mine.qcow2`;
    await virsh('vol-create-as', 'default', volume, '1M', '--format', 'qcow2');
    const path = `/var/lib/libvirt/images/${volume}`;
    await virsh(
      'attach-disk',
      lab.domain('a'),
      path,
      'vdz',
      '--subdriver',
      'qcow2',
      '--targetbus',
      'virtio',
      '--persistent',
    );
    expect(changes(await lab.plan())).toEqual([]);
    lab.write(
      `${Lab.SMALL}networks: { lab: { subnet: 192.168.236.0/24 } }\n` +
        'vms:\n' +
        '  - { name: a, memory: 160MiB, nics: [{ network: lab }] }\n',
    );
    await lab.apply();
    expect(await virsh('domblklist', lab.domain('a'))).toContain(path);
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect((await tryVirsh('vol-info', volume, '--pool', 'default')).code).toBe(0);
    await virsh('vol-delete', volume, '--pool', 'default');
  });

  it('a fleet whose name begins like another is another fleet', async () => {
    const other = new Lab('safe-2', HERE, backend);
    other.write(`${Lab.SMALL}vms:\n  - { name: a, nics: [] }\n`);
    await other.apply();
    await lab.apply();
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect(await other.domains()).toEqual(['a']);
    await other.close();
  });

  it('without --yes and without a terminal nothing is done: exit 6 at once', async () => {
    const ran = await lab.ven('apply');
    expect(ran.code).toBe(6);
    expect(ran.stderr).toContain('--yes');
    expect(await lab.leftovers()).toEqual([]);
  });

  it('hostile strings in every free text end up as text in libvirt', async () => {
    const hostile =
      `"'\`id\` #{system("touch ${lab.dir}/pwned")} <%= 1 %> {{ 7*7 }} ` +
      '</title></domain> ]]> & \\ \n' +
      '\t é 🦊 $(id)';
    lab.write(
      `${Lab.SMALL}vms:\n` +
        `  - { name: a, nics: [], title: ${JSON.stringify(hostile.replace('\n', ' '))}, ` +
        `description: ${JSON.stringify(hostile)} }\n`,
    );
    await lab.apply();
    const xml = parseXml(await virsh('dumpxml', lab.domain('a')));
    expect(textAt(xml, 'title')).toBe(hostile.replace('\n', ' '));
    expect(textAt(xml, 'description')).toBe(hostile);
    expect(existsSync(`${lab.dir}/pwned`)).toBe(false);
    expect((await lab.ven('plan', '--detailed-exitcode')).code).toBe(0);
  });
});

describe.each(BACKENDS)('one VM that cannot come up, with the backend %s', (backend) => {
  const lab = new Lab('part', HERE, backend);
  const write = (bridge: string): void =>
    lab.write(
      `${Lab.SMALL}networks: { lab: { subnet: 192.168.238.0/24 } }\n` +
        'vms:\n' +
        '  - { name: good, count: 3, nics: [{ network: lab }] }\n' +
        `  - { name: bad, nics: [${bridge}] }\n`,
    );
  afterAll(() => lab.close());

  it('exit 4: the others run, and the next apply after mending makes only that one', async () => {
    write('{ bridge: nobridge0 }');
    const ran = await lab.apply(4);
    expect(ran.stdout + ran.stderr).toContain('vm.bad');
    expect(ran.stdout + ran.stderr).toContain('nobridge0');
    expect(await lab.domains()).toEqual(['good-1', 'good-2', 'good-3']);
    const ids = async (): Promise<string[]> =>
      Promise.all(['good-1', 'good-2', 'good-3'].map((vm) => virsh('domid', lab.domain(vm))));
    const before = await ids();
    write('{ network: lab }');
    expect((await lab.plan()).changes.map(({ address }) => address)).toEqual(['vm.bad']);
    await lab.apply();
    expect(await ids()).toEqual(before);
    expect(await lab.domains()).toEqual(['bad', 'good-1', 'good-2', 'good-3']);
    expect((await lab.ven('plan', '--detailed-exitcode')).code).toBe(0);
  });
});
