/** Every kind of firmware, on a real VM: it comes up, is what the plan wants, keeps its state, and leaves none. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { changes, Lab, virsh } from './lab.js';

const SIZE = 'cpus: 1, memory: 256MiB, disks: [{ size: 64MiB }], nics: [{ network: lab }], shutdownTimeout: 1s';

function fleet(firmware: string, more = SIZE): string {
  return `vms:\n  - { name: node, firmware: ${firmware}, ${more} }\nnetworks: { lab: { subnet: 192.168.232.0/24 } }\n`;
}

interface Seen {
  uuid: string;
  xml: string;
  loader: string | undefined;
  nvram: string | undefined;
  template: string | undefined;
  log: string;
  tpm: string;
}

async function see(lab: Lab): Promise<Seen> {
  const uuid = await lab.uuid('node');
  const xml = await virsh('dumpxml', uuid);
  return {
    uuid,
    xml,
    loader: /<loader[^>]*>([^<]+)</.exec(xml)?.[1],
    nvram: /<nvram[^>]*>([^<]+)</.exec(xml)?.[1],
    template: /<nvram template='([^']+)'/.exec(xml)?.[1],
    log: /<log file='([^']+)'/.exec(xml)?.[1] as string,
    tpm: `/var/lib/libvirt/swtpm/${uuid}`,
  };
}

/** Tells a file from another one that is made in its place. */
function identity(path: string): string {
  const { ino, birthtimeMs } = statSync(path);
  return `${ino} ${birthtimeMs}`;
}

/** What the firmware said since the log had `from` bytes. */
function said(log: string, from = 0): string {
  return existsSync(log) ? readFileSync(log).subarray(from).toString('latin1') : '';
}

async function isUp(log: string, uefi: boolean, from = 0): Promise<void> {
  const words = uefi ? 'BdsDxe' : 'SeaBIOS';
  await expect.poll(() => said(log, from), { timeout: 90_000, interval: 1000 }).toContain(words);
}

const OWN = '{ loader: /usr/share/OVMF/OVMF_CODE_4M.secboot.fd, nvramTemplate: /usr/share/OVMF/OVMF_VARS_4M.fd, secureBoot: true }';

describe.each<[name: string, firmware: string, expected: { secure: boolean; uefi: boolean }]>([
  ['bios', 'bios', { uefi: false, secure: false }],
  ['uefi', 'uefi', { uefi: true, secure: false }],
  ['secure', 'uefi-secure', { uefi: true, secure: true }],
  ['own', OWN, { uefi: true, secure: true }],
])('firmware %s', (name, firmware, { uefi, secure }) => {
  const lab = new Lab(`fw-${name}`);
  afterAll(() => lab.close());

  it('comes up, keeps its variables and TPM over a restart, differs in nothing, and leaves nothing', async () => {
    lab.write(fleet(firmware));
    await lab.apply();
    const first = await see(lab);
    expect(first.nvram === undefined).toBe(!uefi);
    expect(first.loader === undefined).toBe(!uefi);
    expect(/<loader[^>]* secure='yes'/.test(first.xml)).toBe(secure);
    expect(/<smm state='on'\/>/.test(first.xml)).toBe(secure);
    if (firmware === OWN) {
      expect(OWN).toContain(`loader: ${first.loader},`);
      expect(OWN).toContain(`nvramTemplate: ${first.template},`);
    }
    expect(changes(await lab.plan())).toEqual([]);
    // A BIOS without graphics says nothing on COM1 before something boots.
    if (uefi) await isUp(first.log, uefi);

    const files = [first.tpm, ...(first.nvram === undefined ? [] : [first.nvram])];
    const before = files.map(identity);
    const told = said(first.log).length;
    lab.write(fleet(firmware, SIZE.replace('cpus: 1', 'cpus: 2')));
    const [change] = (await lab.plan()).changes;
    expect(change).toMatchObject({ action: 'update', fields: [{ path: 'cpus', effect: 'restart' }] });
    await lab.apply();
    if (uefi) await isUp(first.log, uefi, told);
    const second = await see(lab);
    expect(second.xml).toContain('>2</vcpu>');
    expect([second.loader, second.nvram, second.uuid]).toEqual([first.loader, first.nvram, first.uuid]);
    expect(files.map(identity)).toEqual(before);
    expect((await lab.ven('plan', '--detailed-exitcode')).code).toBe(0);

    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect(await lab.leftovers()).toEqual([]);
    expect(files.filter(existsSync)).toEqual([]);
  });
});

describe('firmware that changes', () => {
  const lab = new Lab('fw-change');
  afterAll(() => lab.close());

  it('is a replacement, said in the plan, and done', async () => {
    lab.write(fleet('uefi'));
    await lab.apply();
    lab.write(fleet('uefi-secure'));
    const { changes: planned } = await lab.plan();
    expect(planned).toMatchObject([
      { address: 'vm.node', action: 'replace', fields: [{ path: 'firmware', before: 'uefi', after: 'uefi-secure', effect: 'replace' }] },
    ]);
    await lab.apply();
    expect((await see(lab)).xml).toMatch(/<loader[^>]* secure='yes'/);
    expect(changes(await lab.plan())).toEqual([]);
  });

  it('by hand, is put right without a disk lost', async () => {
    const { uuid } = await see(lab);
    const volume = await virsh('vol-path', `${lab.domain('node')}-sda.qcow2`, '--pool', 'default');
    const disk = identity(volume);
    const edited = (await virsh('dumpxml', '--inactive', uuid))
      .replace(/ secure='yes'/, '')
      .replace(/\.ms\.fd/g, '.fd')
      .replace("<smm state='on'/>", '');
    const file = `${lab.dir}/edited.xml`;
    writeFileSync(file, edited);
    await virsh('define', file);
    const [change] = (await lab.plan()).changes;
    expect(change).toMatchObject({
      action: 'update',
      fields: [{ path: 'firmware', before: 'uefi', after: 'uefi-secure', effect: 'live' }],
    });
    await lab.apply();
    expect(await virsh('dumpxml', '--inactive', uuid)).toMatch(/<loader[^>]* secure='yes'/);
    expect(identity(volume)).toBe(disk);
    expect(changes(await lab.plan())).toEqual([]);
  });
});

describe('a libvirt that is reached as another machine’s', () => {
  const lab = new Lab('fw-far');
  afterAll(() => lab.close());

  it.each(['uefi', 'uefi-secure'])('chooses %s itself', async (kind) => {
    lab.write(fleet(kind));
    writeFileSync(lab.file, readFileSync(lab.file, 'utf8').replace('host: {', 'host: { uri: "qemu+unix:///system",'));
    await lab.apply();
    const seen = await see(lab);
    expect(await virsh('dumpxml', '--inactive', seen.uuid)).toContain("<os firmware='efi'>");
    expect(seen.loader).toMatch(/^\//);
    expect(/<loader[^>]* secure='yes'/.test(seen.xml)).toBe(kind === 'uefi-secure');
    await isUp(seen.log, true);
    expect(changes(await lab.plan())).toEqual([]);
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect([seen.nvram, seen.tpm].filter((path) => path !== undefined && existsSync(path))).toEqual([]);
  });
});

describe('firmware that is not there', () => {
  const lab = new Lab('fw-gone');
  afterAll(() => lab.close());

  it('is refused before anything is done', async () => {
    lab.write(fleet('{ loader: /nowhere/CODE.fd, nvramTemplate: /nowhere/VARS.fd }'));
    const { code, stderr } = await lab.ven('apply', '--yes');
    expect(code).toBe(7);
    expect(stderr).toContain('The firmware file /nowhere/CODE.fd and /nowhere/VARS.fd is not there');
    expect(await lab.leftovers()).toEqual([]);
  });
});
