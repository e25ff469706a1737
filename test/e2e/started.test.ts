/**
 * On a host of its own, since a pool is filled and QEMUs are killed: what ven wrote is put back,
 * saved memory is never lost, and what was started is looked at again.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vmUuid } from '../../src/model/index.js';
import { BACKENDS, changes, Lab, sleep } from './lab.js';
import { PrivateHost } from './private-host.js';

let host: PrivateHost;
let lab: Lab;
const vms = (node: string, more = '', host = 'backend: vagrant'): void => {
  lab.write(
    `${Lab.SMALL}networks: { lab: { subnet: auto } }\n` +
      `vms:\n  - { name: node, nics: [{ network: lab }]${node} }\n${more}`,
    `accelerator: qemu, ${host}`,
  );
};
const realVirsh = execFileSync('sh', ['-c', 'command -v virsh'], { encoding: 'utf8' }).trim();

beforeAll(async () => {
  host = await PrivateHost.up();
  lab = new Lab('start', host);
  vms('');
  await lab.apply();
});

afterAll(async () => {
  await lab.close();
  await host.close();
});

async function redefine(vm: string, edit: (xml: string) => string): Promise<void> {
  const file = join(lab.dir, 'edited.xml');
  writeFileSync(file, edit(await host.virsh('dumpxml', '--inactive', lab.domain(vm))));
  await host.virsh('define', file);
}

const state = (vm: string): Promise<string> => host.virsh('domstate', '--reason', lab.domain(vm));

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await what()); tries += 1) {
    if (tries === 300) throw new Error('it does not happen');
    await sleep(100);
  }
}

describe('what ven wrote into a definition', () => {
  it('is put back; what others have added stays', async () => {
    const node = lab.domain('node');
    await redefine('node', (xml) =>
      xml
        .replace('qemu64', 'Nehalem')
        .replace('<acpi/>', '<pae/>')
        .replace('<on_reboot>restart', '<on_reboot>destroy')
        .replace(/<rng[^]*<\/rng>/, '')
        .replace(`type='qcow2'`, `type='qcow2' cache='none'`)
        .replace(/machine='pc-q35-[^']*'/, `machine='pc-i440fx-7.2'`)
        .replaceAll(/ *<controller type='pci'(?:[^>]*\/>|[^>]*[^/]>[^]*?<\/controller>)\n/g, '')
        .replaceAll(/ *<address type='pci'.*\n/g, '')
        // A newer libvirt shows the one that each q35 has.
        .replace(/ *<watchdog model='itco'[^>]*\/>\n/, ''),
    );
    await host.virsh('setmem', node, '64MiB', '--config');
    await host.virsh('set-lifecycle-action', node, 'crash', 'restart', '--live');
    const [nic = ''] = (await host.lines('domiflist', node)).map((line) => line.split(/\s+/)[4]);
    await host.virsh('domif-setlink', node, nic ?? '', 'down');
    const fields = (await lab.plan()).changes[0]?.fields ?? [];
    expect(fields.map(({ path, effect }) => `${path} ${effect}`).sort()).toEqual([
      'cpu.model live',
      'features.acpi live',
      'memory live',
      `nics.${nic}.link live`,
      'on_crash restart',
      'on_reboot live',
      'os.type.machine live',
      'rng live',
    ]);
    await lab.apply();
    expect((await lab.ven('plan', '--detailed-exitcode')).code).toBe(0);
    const now = await host.virsh('dumpxml', '--inactive', node);
    for (const part of ['<pae/>', `cache='none'`, 'qemu64', '<acpi/>', '<rng', 'pc-q35'])
      expect(now).toContain(part);
  });
});

describe('saved memory', () => {
  it('is continued from', async () => {
    await host.virsh('managedsave', lab.domain('node'));
    const [change] = (await lab.plan()).changes;
    expect(change?.notes).toEqual(['continues from its saved memory']);
    await lab.apply();
    expect(await state('node')).toBe('running (restored)');
    expect(changes(await lab.plan())).toEqual([]);
  });

  it('of a VM that is to be another is no reason to start what was', async () => {
    await host.virsh('managedsave', lab.domain('node'));
    vms(', memory: 192MiB');
    const [change] = (await lab.plan()).changes;
    expect(change?.notes).toEqual(['continues from its saved memory, and then restarts the VM']);
    await lab.apply();
    expect(await host.virsh('dominfo', lab.domain('node'))).toMatch(/Max memory: +196608 KiB/);
    expect(changes(await lab.plan())).toEqual([]);
  });
});

describe('what was started', () => {
  /** A virsh for ven that looks at nothing before the QEMU of this VM is dead. */
  const deadly = (vm: string): void => {
    const folder = join(lab.dir, 'deadly');
    mkdirSync(folder, { recursive: true });
    const pid = `/run/libvirt/qemu/${lab.domain(vm)}.pid`;
    const script = `#!/bin/sh
case "$*" in
*"vcpuinfo ${vmUuid(lab.fleet, vm)}"*)
  kill -9 "$(cat ${pid})" 2>/dev/null
  while [ -e ${pid} ]; do sleep 0.05; done ;;
esac
exec ${realVirsh} "$@"
`;
    writeFileSync(join(folder, 'virsh'), script, { mode: 0o755 });
    lab.env = { PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  };
  const ended = 'a moment later it is shut off (crashed)';

  it('is no success when its QEMU ends a moment later', async () => {
    await host.virsh('destroy', lab.domain('node'));
    deadly('node');
    expect((await lab.apply(4)).stdout).toContain(ended);
    lab.env = {};
  });

  it.each(BACKENDS)('is no success when %s started it and its QEMU ended', async (backend) => {
    const name = `new-${backend}`;
    vms(', memory: 192MiB', `  - { name: ${name}, nics: [] }\n`, `backend: ${backend}`);
    deadly(name);
    expect((await lab.apply(4)).stdout).toContain(ended);
    lab.env = {};
    await lab.apply();
    expect(changes(await lab.plan())).toEqual([]);
  });

  it('is no success when it pauses again, since the pool of its disk is full', async () => {
    const folder = join(host.dir, 'tiny');
    await host.run('mkdir', folder);
    await host.run('mount', '-t', 'tmpfs', '-o', 'size=4m,mode=755', 'tmpfs', folder);
    await host.virsh('pool-define-as', 'tiny', 'dir', '--target', folder);
    await host.virsh('pool-start', 'tiny');
    const tiny = (power: string): void => {
      const disks = '[{ size: 64MiB, pool: tiny }]';
      vms(', memory: 192MiB', `  - { name: tiny, disks: ${disks}, nics: [], power: ${power} }\n`);
    };
    tiny('off');
    await lab.apply();
    writeFileSync(join(lab.dir, 'boot.raw'), bootSector());
    const volume = join(folder, `${lab.domain('tiny')}-sda.qcow2`);
    await host.run('qemu-img', 'convert', '-n', '-O', 'qcow2', join(lab.dir, 'boot.raw'), volume);
    tiny('running');
    await lab.ven('apply', '--yes');
    await until(async () => (await state('tiny')) === 'paused (I/O error)');
    const { stdout } = await lab.apply(4);
    expect(stdout).toContain('a moment later it is paused (I/O error)');
    expect(stdout).toMatch(/sda: no space/);
    vms(', memory: 192MiB');
    await lab.apply();
  });
});

/** A boot program that writes to a place 64 KiB further on, again and again. */
function bootSector(): Uint8Array {
  const sector = new Uint8Array(512);
  sector.set([
    ...[0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xd0, 0xbc, 0x00, 0x7c], // ds, ss: 0; sp: 0x7c00
    ...[0xbe, 0x20, 0x7c, 0xb8, 0x00, 0x43, 0xb2, 0x80, 0xcd, 0x13], // write, as said at 0x20
    ...[0x66, 0x81, 0x06, 0x28, 0x7c, 0x80, 0x00, 0x00, 0x00], // 128 sectors further on
    ...[0xeb, 0xeb],
  ]);
  sector.set([0x10, 0, 1, 0, 0, 0x7c, 0, 0, 1], 0x20);
  sector.set([0x55, 0xaa], 510);
  return sector;
}
