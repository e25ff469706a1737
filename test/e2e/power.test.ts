/** `ven power …` on idle BIOS VMs, which hear no power button, beside a foreign one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab, virsh } from './lab.js';

let lab: Lab;
const state = async (vm: string): Promise<string> =>
  (await virsh('domstate', lab.domain(vm))).trim();

beforeAll(async () => {
  lab = new Lab('power');
  lab.write(
    'defaults: { cpus: 1, memory: 128MiB, firmware: bios, tpm: false, boot: [disk], nics: [],\n' +
      '  disks: [{ size: 1MiB }], shutdownTimeout: 2s }\n' +
      'vms: [{ name: idle, count: 2 }, { name: dark, power: off }]\n',
  );
  await lab.apply();
});

afterAll(async () => {
  await lab.close();
});

describe('ven power', () => {
  it('leaves a guest that does not obey running, and cuts on request', async () => {
    const asked = await lab.ven('power', 'off', 'idle-1');
    expect(asked.code).toBe(4);
    expect(asked.stdout).toContain('did not power off within 2s');
    expect(asked.stdout).toMatch(/\nNot all powered off in \S+ on \S+: 1 failed\.\n$/);
    expect(await state('idle-1')).toBe('running');
    const cut = await lab.ven('power', 'off', '--force', 'idle-1', 'dark');
    expect(cut.code).toBe(0);
    expect(cut.stdout).toContain('the next ven apply starts it again');
    expect(cut.stdout).toMatch(/\nPowered off in \S+ on \S+: 1 off, 1 off already\.\n$/);
    expect([await state('idle-1'), await state('idle-2')]).toEqual(['shut off', 'running']);
    expect((await lab.plan()).changes).toMatchObject([
      { address: 'vm.idle-1', fields: [{ path: 'power', before: 'off', after: 'running' }] },
    ]);
  });

  it('starts, resets, and takes a paused VM and saved memory as what they are', async () => {
    expect((await lab.ven('power', 'on', 'idle-1')).stdout).toContain('1 started');
    await virsh('suspend', lab.domain('idle-1'));
    expect((await lab.ven('power', 'off', 'idle-1')).stdout).toContain('hears no power button');
    expect((await lab.ven('power', 'reset', 'idle-1')).code).toBe(0);
    expect(await state('idle-1')).toBe('running');
    await virsh('managedsave', lab.domain('idle-1'));
    const reboot = await lab.ven('power', 'reboot', 'idle-1');
    expect([reboot.code, reboot.stdout]).toEqual([4, expect.stringContaining('memory saved')]);
    const on = await lab.ven('power', 'on', 'idle-1');
    expect(on.stdout).toContain('continues from its saved memory');
  });

  it('switches all off only when that was agreed to', async () => {
    const refused = await lab.ven('power', 'off', '--all', '--force');
    expect([refused.code, refused.stderr]).toEqual([
      6,
      expect.stringContaining('ven power off --yes --all --force'),
    ]);
    const all = await lab.ven('power', 'off', '--all', '--force', '--yes', '--json');
    expect(JSON.parse(all.stdout)).toMatchObject({
      outcome: 'done',
      vms: [{ outcome: 'done' }, { outcome: 'done' }, { name: 'dark', outcome: 'already' }],
    });
    await lab.apply();
    expect((await lab.plan()).changes).toEqual([]);
  });
});
