import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKENDS, HERE, changes, Lab, virsh } from './lab.js';

/** The fleet file changes; the host follows, and data stays. */
describe.each(BACKENDS)('changes in the fleet file, with the backend %s', (backend) => {
  const lab = new Lab('edit', HERE, backend);
  const write = (vms: string): void =>
    lab.write(`${Lab.SMALL}networks: { lab: { subnet: 192.168.234.0/24 } }\nvms:\n${vms}`);
  const path = (vm: string): string => `/var/lib/libvirt/images/${lab.domain(vm)}-sda.qcow2`;
  const id = (vm: string): Promise<string> => virsh('domid', lab.domain(vm));
  const isClean = async (): Promise<void> =>
    expect((await lab.ven('plan', '--detailed-exitcode')).code).toBe(0);
  /**
   * Writes into the disk image, and reads it back: the data that must survive. Only while the VM is
   * off.
   */
  const qemuIo = (vm: string, command: string): string =>
    execFileSync('qemu-io', ['-c', command, path(vm)], { encoding: 'utf8' });

  beforeAll(async () => {
    write('  - { name: n, count: 2, nics: [{ network: lab }] }\n');
    await lab.apply();
    await virsh('destroy', lab.domain('n-1'));
    qemuIo('n-1', 'write -P 0x5a 0 1M');
    await virsh('start', lab.domain('n-1'));
  });
  afterAll(() => lab.close());

  it('memory and CPUs of one VM: a restart of just that VM, the same disk content', async () => {
    const [one, two] = [await id('n-1'), await id('n-2')];
    const uuid = await lab.uuid('n-1');
    write(
      '  - { name: n-1, cpus: 2, memory: 192MiB, nics: [{ network: lab }] }\n' +
        '  - { name: n-2, nics: [{ network: lab }] }\n',
    );
    const plan = await lab.plan();
    expect(changes(plan).filter((line) => line.startsWith('vm.n-1'))).toEqual([
      'vm.n-1 update changed',
    ]);
    expect(plan.changes.find(({ address }) => address === 'vm.n-1')?.fields).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: 'cpus', before: '1', after: '2', effect: 'restart' }),
        expect.objectContaining({
          path: 'memory',
          before: '128MiB',
          after: '192MiB',
          effect: 'restart',
        }),
      ]),
    );
    await lab.apply();
    expect(await lab.uuid('n-1')).toBe(uuid);
    expect(await id('n-1')).not.toBe(one);
    expect(await id('n-2')).toBe(two);
    expect(await virsh('dominfo', lab.domain('n-1'))).toMatch(
      /CPU\(s\):\s+2[\s\S]*Max memory:\s+196608 KiB/,
    );
    await isClean();
  });

  it('a disk grown: live, and the data is kept', async () => {
    const one = await id('n-1');
    write(
      '  - { name: n-1, cpus: 2, memory: 192MiB, disks: [{ size: 96MiB }], ' +
        'nics: [{ network: lab }] }\n' +
        '  - { name: n-2, nics: [{ network: lab }] }\n',
    );
    const plan = await lab.plan();
    expect(changes(plan)).toEqual(['vm.n-1 update changed']);
    expect(plan.changes[0]?.fields).toMatchObject([
      { path: 'disks.sda.size', before: '64MiB', after: '96MiB', effect: 'live' },
    ]);
    await lab.apply();
    expect(await id('n-1')).toBe(one);
    await isClean();
    await virsh('destroy', lab.domain('n-1'));
    expect(qemuIo('n-1', 'read -P 0x5a 0 1M')).not.toContain('Pattern verification failed');
    expect(
      execFileSync('qemu-img', ['info', '--output=json', path('n-1')], { encoding: 'utf8' }),
    ).toContain(`"virtual-size": ${96 * 1024 * 1024}`);
    await lab.apply();
  });

  it('a disk added: a restart, the first disk is kept', async () => {
    write(
      '  - { name: n-1, cpus: 2, memory: 192MiB, disks: [{ size: 96MiB }, { size: 32MiB, ' +
        'bus: virtio }], nics: [{ network: lab }] }\n' +
        '  - { name: n-2, nics: [{ network: lab }] }\n',
    );
    expect(changes(await lab.plan())).toEqual(['vm.n-1 update changed']);
    await lab.apply();
    expect(await virsh('domblklist', lab.domain('n-1'))).toMatch(/sda[\s\S]*vda/);
    await isClean();
    await virsh('destroy', lab.domain('n-1'));
    expect(qemuIo('n-1', 'read -P 0x5a 0 1M')).not.toContain('Pattern verification failed');
    await lab.apply();
  });

  it('a disk shrunk: a replacement that says what data goes; refused while protected', async () => {
    const shrunk = (protect: string): void =>
      write(
        `  - { name: n-1, cpus: 2, memory: 192MiB, disks: [{ size: 64MiB }]${protect}, ` +
          'nics: [{ network: lab }] }\n' +
          '  - { name: n-2, nics: [{ network: lab }] }\n',
      );
    const one = await id('n-1');
    shrunk(', protect: true');
    const refused = await lab.ven('apply', '--yes');
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain('vm.n-1');
    expect(await id('n-1')).toBe(one);
    shrunk('');
    const plan = await lab.plan();
    expect(changes(plan)).toEqual(['vm.n-1 replace changed']);
    expect(plan.changes[0]?.notes.join()).toContain('sda');
    await lab.apply();
    await isClean();
  });

  it('the count raised: only the new one is made; a VM removed: only that one goes', async () => {
    const two = await id('n-2');
    write('  - { name: n, count: 3, nics: [{ network: lab }] }\n');
    expect(changes(await lab.plan())).toEqual(['vm.n-1 update changed', 'vm.n-3 create missing']);
    await lab.apply();
    expect(await id('n-2')).toBe(two);
    expect(await lab.domains()).toEqual(['n-1', 'n-2', 'n-3']);
    await isClean();

    write('  - { name: n, count: 2, nics: [{ network: lab }] }\n');
    expect(changes(await lab.plan())).toEqual(['vm.n-3 delete removed']);
    await lab.apply();
    expect(await lab.domains('--all')).toEqual(['n-1', 'n-2']);
    expect(await id('n-2')).toBe(two);
    expect((await lab.leftovers()).filter((name) => name.includes('n-3'))).toEqual([]);
    await isClean();
  });

  it('a fixed address is a live change; another subnet rebuilds under running VMs', async () => {
    const two = await id('n-2');
    write(
      '  - { name: n-1, nics: [{ network: lab, address: 192.168.234.20 }] }\n' +
        '  - { name: n-2, nics: [{ network: lab }] }\n',
    );
    expect(changes(await lab.plan())).toEqual(['network.lab update changed']);
    await lab.apply();
    expect(await virsh('net-dumpxml', `${lab.fleet}_lab`)).toContain("ip='192.168.234.20'");
    expect(await id('n-2')).toBe(two);
    await isClean();

    lab.write(
      `${Lab.SMALL}networks: { lab: { subnet: 192.168.235.0/24 } }\n` +
        'vms:\n' +
        '  - { name: n, count: 2, nics: [{ network: lab }] }\n',
    );
    expect(changes(await lab.plan())).toEqual(
      expect.arrayContaining(['network.lab replace changed']),
    );
    await lab.apply();
    expect(await virsh('net-dumpxml', `${lab.fleet}_lab`)).toContain("address='192.168.235.1'");
    expect(await id('n-2')).toBe(two);
    await isClean();
  });

  it('power: off is obeyed, and taken back', async () => {
    lab.write(
      `${Lab.SMALL}networks: { lab: { subnet: 192.168.235.0/24 } }\n` +
        'vms:\n' +
        '  - { name: n-1, power: off, nics: [{ network: lab }] }\n' +
        '  - { name: n-2, nics: [{ network: lab }] }\n' +
        '  - { name: spare, power: off, nics: [{ network: lab }] }\n',
    );
    await lab.apply();
    expect(await lab.domains()).toEqual(['n-2']);
    expect(await lab.domains('--all')).toEqual(['n-1', 'n-2', 'spare']);
    await isClean();
    lab.write(
      `${Lab.SMALL}networks: { lab: { subnet: 192.168.235.0/24 } }\n` +
        'vms:\n' +
        '  - { name: n, count: 2, nics: [{ network: lab }] }\n',
    );
    await lab.apply();
    expect(await lab.domains('--all')).toEqual(['n-1', 'n-2']);
    expect(await lab.domains()).toEqual(['n-1', 'n-2']);
    await isClean();
  });

  it('a saved plan is applied, and refused once the file or the host has moved', async () => {
    lab.write(
      `${Lab.SMALL}networks: { lab: { subnet: 192.168.235.0/24 } }\n` +
        'vms:\n' +
        '  - { name: n, count: 2, memory: 160MiB, nics: [{ network: lab }] }\n',
    );
    const file = `${lab.dir}/plan.json`;
    expect((await lab.ven('plan', '--out', file)).code).toBe(0);
    await virsh('destroy', lab.domain('n-2'));
    const moved = await lab.ven('apply', '--yes', '--plan', file);
    expect(moved.code).toBe(6);
    expect(moved.stderr).toContain('host');
    expect((await lab.ven('plan', '--out', file)).code).toBe(0);
    lab.write(
      `${Lab.SMALL}networks: { lab: { subnet: 192.168.235.0/24 } }\n` +
        'vms:\n' +
        '  - { name: n, count: 2, memory: 176MiB, nics: [{ network: lab }] }\n',
    );
    expect((await lab.ven('apply', '--yes', '--plan', file)).code).toBe(6);
    expect((await lab.ven('plan', '--out', file)).code).toBe(0);
    expect((await lab.ven('apply', '--yes', '--plan', file)).code).toBe(0);
    await isClean();
  });

  it('--target takes one, --exclude leaves one, --replace makes one anew', async () => {
    lab.write(
      `${Lab.SMALL}networks: { lab: { subnet: 192.168.235.0/24 } }\n` +
        'vms:\n' +
        '  - { name: n, count: 2, memory: 176MiB, nics: [{ network: lab }] }\n' +
        '  - { name: x, count: 2, nics: [{ network: lab }] }\n',
    );
    await lab.apply(0, '--target', 'vm.x-2');
    expect(await lab.domains()).toEqual(['n-1', 'n-2', 'x-2']);
    await lab.apply(0, '--exclude', 'vm.x-1');
    expect(await lab.domains()).toEqual(['n-1', 'n-2', 'x-2']);
    const uuid = await lab.uuid('x-2');
    const before = await id('x-2');
    await lab.apply(0, '--replace', 'vm.x-2');
    expect(await lab.uuid('x-2')).toBe(uuid);
    expect(await id('x-2')).not.toBe(before);
    expect((await lab.ven('destroy', '--yes', '--target', 'vm.x-2')).code).toBe(0);
    await lab.apply();
    expect(await lab.domains()).toEqual(['n-1', 'n-2', 'x-1', 'x-2']);
  });
});
