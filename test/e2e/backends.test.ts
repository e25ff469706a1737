/** A fleet's backend: another one changes no VM, and libvirt's own needs no vagrant. */
import { readdirSync, symlinkSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { changes, HERE, Lab } from './lab.js';

describe('another backend', () => {
  const lab = new Lab('backend');
  const write = (backend: string, count: number): void =>
    lab.write(
      `${Lab.SMALL}vms:\n  - { name: n, count: ${count}, nics: [] }\n`,
      `accelerator: qemu, backend: ${backend}`,
    );
  afterAll(() => lab.close());

  it('changes nothing, either way; the next VM comes through it', async () => {
    write('vagrant', 1);
    await lab.apply();
    const first = await HERE.virsh('domid', lab.domain('n-1'));
    write('libvirt', 1);
    expect((await lab.ven('plan', '--detailed-exitcode')).code).toBe(0);
    write('libvirt', 2);
    expect(changes(await lab.plan())).toEqual(['vm.n-2 create missing']);
    await lab.apply();
    write('vagrant', 2);
    expect((await lab.ven('plan', '--detailed-exitcode')).code).toBe(0);
    expect(await HERE.virsh('domid', lab.domain('n-1'))).toBe(first);
  });
});

describe('the folder in which vagrant knows the VMs', () => {
  const lab = new Lab('folder');
  const write = (more: string): void =>
    lab.write(
      `${Lab.SMALL}vms:\n  - { name: db, nics: [] }\n  - { name: fe, nics: [] }\n`,
      `accelerator: qemu, backend: libvirt${more}`,
    );
  afterAll(() => lab.close());

  const work = (): string =>
    join(lab.stateDir, 'ven', readdirSync(join(lab.stateDir, 'ven'))[0] ?? '');
  const vagrant = async (...args: string[]): Promise<string> => {
    const home = `VAGRANT_HOME=${join(lab.dir, 'home')}`;
    const inFolder = ['-C', join(work(), 'vagrant-fleet'), home, 'VAGRANT_CHECKPOINT_DISABLE=1'];
    const { stdout, stderr } = await HERE.run('env', ...inFolder, 'vagrant', ...args);
    return stdout + stderr;
  };
  const state = (vm: string): Promise<string> => HERE.virsh('domstate', lab.domain(vm));

  it('is kept when the fleet file says so, and changes no VM', async () => {
    write('');
    await lab.apply();
    expect(readdirSync(work())).not.toContain('vagrant-fleet');
    write(', vagrant: { folder: true }');
    expect((await lab.apply()).stdout).toContain('No changes');
    expect(readdirSync(work())).toContain('vagrant-fleet');
  });

  it('shows them, powers them off and on, and leaves the rest to ven', async () => {
    const [db, fe] = [lab.domain('db'), lab.domain('fe')];
    const shown = await vagrant('status');
    for (const vm of [db, fe]) expect(shown).toMatch(new RegExp(`^${vm} +running`, 'm'));
    await vagrant('halt', db);
    expect([await state('db'), await state('fe')]).toEqual(['shut off', 'running']);
    expect(await vagrant('status', db)).toMatch(new RegExp(`${db} +shutoff`));
    await vagrant('up');
    expect(await state('db')).toBe('running');
    const refused = await vagrant('destroy', '--force');
    expect(refused).toContain('created, changed and deleted by ven alone');
    expect([await state('db'), await state('fe')]).toEqual(['running', 'running']);
    expect((await lab.ven('plan', '--detailed-exitcode')).code).toBe(0);
  });

  it('follows libvirt, and goes with the fleet', async () => {
    expect((await lab.ven('destroy', '--yes', '--target', 'vm.fe')).code).toBe(0);
    expect(await vagrant('status')).not.toContain(lab.domain('fe'));
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect(readdirSync(work())).not.toContain('vagrant-fleet');
  });
});

describe('a host without vagrant and Ruby', () => {
  const lab = new Lab('bare', HERE, 'libvirt');
  lab.write(`${Lab.SMALL}vms:\n  - { name: n, count: 2, nics: [] }\n`);
  const path = join(lab.dir, 'bin');
  mkdirSync(path);
  for (const folder of (process.env['PATH'] ?? '').split(delimiter))
    for (const name of programsIn(folder))
      if (!/^(vagrant|ruby|irb|gem)/.test(name))
        try {
          symlinkSync(join(folder, name), join(path, name));
        } catch {
          // of an earlier folder, which goes first
        }
  lab.env = { PATH: path };
  afterAll(() => lab.close());

  it('is ready for the backend libvirt, and applies', async () => {
    const doctor = await lab.ven('doctor');
    expect(doctor.code, doctor.stdout).toBe(0);
    expect(doctor.stdout).not.toContain('vagrant');
    await lab.apply();
    expect(await lab.domains()).toEqual(['n-1', 'n-2']);
    expect((await lab.ven('plan', '--detailed-exitcode')).code).toBe(0);
  });

  it('is not ready for the backend vagrant, and says what to do', async () => {
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    const other = new Lab('bare-v', HERE, 'vagrant');
    other.env = lab.env;
    other.write(`${Lab.SMALL}vms:\n  - { name: n, nics: [] }\n`);
    const { code, stderr } = await other.ven('apply', '--yes');
    expect({ code, stderr }).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('host: { backend: libvirt }') as string,
    });
    await other.close();
  });
});

function programsIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
