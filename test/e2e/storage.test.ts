/** Pools that disks can't be in, and what earlier VMs left. On a host of its own; no VM starts. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vmUuid } from '../../src/model/index.js';
import { changes, Lab } from './lab.js';
import { PrivateHost } from './private-host.js';

let host: PrivateHost;
let lab: Lab;
const IMAGES = '/var/lib/libvirt/images';
const NETWORK = 'networks: { lab: { subnet: auto } }\n';

beforeAll(async () => {
  host = await PrivateHost.up();
  lab = new Lab('store', host);
});

afterAll(async () => {
  await lab.close();
  await host.close();
});

/** Doctor, plan and apply say `words` with exit code 7, and nothing is made. */
async function isNotReady(words: string[]): Promise<void> {
  for (const command of [['doctor'], ['plan'], ['apply', '--yes']]) {
    const { code, stdout, stderr } = await lab.ven(...command);
    expect(code, stdout + stderr).toBe(7);
    const said = command[0] === 'apply' ? stderr : stdout;
    for (const word of words) expect(said).toContain(word);
  }
  expect(await host.virsh('list', '--all', '--name')).toBe('');
  expect(await host.virsh('net-list', '--all', '--name')).toBe('');
}

describe('a pool', () => {
  beforeAll(() => {
    lab.write(`${Lab.SMALL}${NETWORK}vms: [{ name: a, nics: [{ network: lab }], power: off }]\n`);
  });

  it.each(['by its path', 'through a symbolic link'])(
    'that has the folder of a missing default, %s, is named',
    async (how) => {
      const link = join(host.dir, 'link');
      if (how !== 'by its path') symlinkSync(IMAGES, link);
      const folder = how === 'by its path' ? IMAGES : link;
      await host.virsh('pool-destroy', 'default');
      await host.virsh('pool-undefine', 'default');
      await host.virsh('pool-define-as', 'images', 'dir', '--target', folder);
      await host.virsh('pool-start', 'images');
      await isNotReady(['images', 'host.storagePool: images']);
      await host.virsh('pool-destroy', 'images');
      await host.virsh('pool-undefine', 'images');
      await host.virsh('pool-define-as', 'default', 'dir', '--target', IMAGES);
      await host.virsh('pool-start', 'default');
    },
  );

  it('whose folder is gone is named, and is of use again when it is back', async () => {
    const images = join(host.dir, 'lib/images');
    renameSync(images, `${images}-away`);
    await isNotReady([IMAGES]);
    renameSync(`${images}-away`, images);
    expect(changes(await lab.plan())).toEqual([
      'network.lab create missing',
      'vm.a create missing',
    ]);
  });

  it('of block devices stops the VM with a disk in it, and no other', async ({ skip }) => {
    // Debian 13 has them in packages of their own.
    const kinds = await host.virsh('pool-capabilities');
    skip(!/type='logical' supported='yes'/.test(kinds), 'libvirt has no such pools here');
    const file = join(lab.dir, 'vg.xml');
    writeFileSync(
      file,
      "<pool type='logical'><name>vg</name><source><device path='/dev/nowhere'/><name>vg</name>" +
        '</source><target><path>/dev/vg</path></target></pool>',
    );
    await host.virsh('pool-define', file);
    const vm = (name: string, more = ''): string => `  - { name: ${name}, nics: []${more} }\n`;
    const blocks = ', disks: [{ size: 64MiB, pool: vg }]';
    lab.write(`${Lab.SMALL}vms:\n${vm('a', ', power: off')}${vm('b', blocks)}`);
    const { code, stdout, stderr } = await lab.ven('plan');
    expect(code).toBe(7);
    expect(stdout + stderr).toContain('pool vg is of type logical');
    await lab.apply(7);
    expect(await lab.domains('--all')).toEqual(['a']);
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    await host.virsh('pool-undefine', 'vg');
  });
});

describe('what an earlier VM left', () => {
  const nvram = (): string => join(host.dir, 'lib/qemu/nvram');

  it('is not the new one’s: variables and TPM state are gone, a foreign file stays', async () => {
    lab.write(`${Lab.SMALL}vms: [{ name: a, nics: [], firmware: uefi, tpm: true, power: off }]\n`);
    const uuid = vmUuid(lab.fleet, 'a');
    const foreign = join(nvram(), `${lab.domain('a')}_VARS.fd`);
    const own = `${lab.domain('a')}-${uuid}_VARS.fd`;
    const tpm = join(host.dir, 'lib/swtpm', uuid);
    mkdirSync(nvram(), { recursive: true });
    writeFileSync(foreign, 'somebody’s');
    writeFileSync(join(nvram(), own), 'old');
    mkdirSync(join(tpm, 'tpm2'), { recursive: true });
    writeFileSync(join(tpm, 'tpm2/tpm2-00.permall'), 'broken');

    const [created] = (await lab.plan()).changes;
    expect(created?.notes).toEqual([
      expect.stringContaining(own) as string,
      expect.stringContaining(`/swtpm/${uuid}`) as string,
    ]);
    await lab.apply();
    expect(readdirSync(nvram())).toEqual([`${lab.domain('a')}_VARS.fd`]);
    expect(existsSync(tpm)).toBe(false);
    expect(changes(await lab.plan())).toEqual([]);
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect(readFileSync(foreign, 'utf8')).toBe('somebody’s');
  });

  it('is in the way where it may be another’s: a saved state', async () => {
    const saved = join(host.dir, 'lib/qemu/save', `${lab.domain('a')}.save`);
    writeFileSync(saved, 'somebody’s');
    const { code, stderr } = await lab.ven('apply', '--yes');
    expect(code).toBe(6);
    expect(stderr).toContain(`/var/lib/libvirt/qemu/save/${lab.domain('a')}.save`);
    expect(await lab.domains('--all')).toEqual([]);
    expect(readFileSync(saved, 'utf8')).toBe('somebody’s');
    rmSync(saved);
  });
});
