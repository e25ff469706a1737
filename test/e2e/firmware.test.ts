/**
 * Every kind of firmware, on a real VM: it comes up, is what the plan wants, keeps its state, and
 * leaves none.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { changes, Lab, virsh } from './lab.js';

const DEFAULTS =
  'defaults: { cpus: 1, memory: 256MiB, disks: [{ size: 64MiB }], nics: [{ network: lab }], ' +
  'shutdownTimeout: 1s }\n' +
  'networks: { lab: { subnet: 192.168.229.0/24 } }\n';

function fleet(firmware: Record<string, string>, more = ''): string {
  return `${DEFAULTS}vms:\n${Object.entries(firmware)
    .map(([name, kind]) => `  - { name: ${name}, firmware: ${kind}${more} }\n`)
    .join('')}`;
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

async function see(lab: Lab, vm = 'node'): Promise<Seen> {
  const uuid = await lab.uuid(vm);
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

async function isUp(log: string, from = 0): Promise<void> {
  await expect.poll(() => said(log, from), { timeout: 120_000, interval: 250 }).toContain('BdsDxe');
}

const OWN =
  '{ loader: /usr/share/OVMF/OVMF_CODE_4M.secboot.fd, ' +
  'nvramTemplate: /usr/share/OVMF/OVMF_VARS_4M.fd, secureBoot: true }';

describe('firmware of every kind', () => {
  const lab = new Lab('fw');
  afterAll(() => lab.close());

  const KINDS: Record<string, { firmware: string; uefi: boolean; secure: boolean }> = {
    bios: { firmware: 'bios', uefi: false, secure: false },
    plain: { firmware: 'uefi', uefi: true, secure: false },
    secure: { firmware: 'uefi-secure', uefi: true, secure: true },
    own: { firmware: OWN, uefi: true, secure: true },
  };
  const names = Object.keys(KINDS);
  // A BIOS without graphics says nothing on COM1 before something boots.
  const speaking = names.filter((name) => KINDS[name]?.uefi);
  const fleetOf = (more = ''): string =>
    fleet(Object.fromEntries(names.map((name) => [name, KINDS[name]?.firmware ?? ''])), more);
  const seeAll = async (): Promise<Record<string, Seen>> =>
    Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await see(lab, name)] as const)),
    );
  const filesOf = ({ tpm, nvram }: Seen): string[] => [
    tpm,
    ...(nvram === undefined ? [] : [nvram]),
  ];
  let first: Record<string, Seen>;

  it('comes up as it was asked for, and differs in nothing', async () => {
    lab.write(fleetOf());
    await lab.apply();
    first = await seeAll();
    for (const [name, { uefi, secure }] of Object.entries(KINDS)) {
      const { nvram, loader, xml } = first[name] as Seen;
      expect([nvram === undefined, loader === undefined], name).toEqual([!uefi, !uefi]);
      expect(/<loader[^>]* secure='yes'/.test(xml), name).toBe(secure);
      expect(/<smm state='on'\/>/.test(xml), name).toBe(secure);
    }
    expect(OWN).toContain(`loader: ${first['own']?.loader},`);
    expect(OWN).toContain(`nvramTemplate: ${first['own']?.template},`);
    expect(changes(await lab.plan())).toEqual([]);
    for (const name of speaking) await isUp((first[name] as Seen).log);
  });

  it('keeps its variables and TPM over a restart', async () => {
    const before = names.map((name) => filesOf(first[name] as Seen).map(identity));
    const told = Object.fromEntries(
      names.map((name) => [name, said((first[name] as Seen).log).length]),
    );
    lab.write(fleetOf(', memory: 272MiB'));
    const planned = (await lab.plan()).changes;
    expect(planned).toHaveLength(names.length);
    for (const change of planned)
      expect(change).toMatchObject({
        action: 'update',
        fields: [{ path: 'memory', effect: 'restart' }],
      });
    await lab.apply();
    for (const name of speaking) await isUp((first[name] as Seen).log, told[name]);
    const second = await seeAll();
    for (const name of names) {
      const [was, is] = [first[name] as Seen, second[name] as Seen];
      expect(is.xml).toContain(`<memory unit='KiB'>${272 * 1024}<`);
      expect([is.loader, is.nvram, is.uuid]).toEqual([was.loader, was.nvram, was.uuid]);
    }
    expect(names.map((name) => filesOf(first[name] as Seen).map(identity))).toEqual(before);
    expect(changes(await lab.plan())).toEqual([]);
  });

  it('leaves nothing', async () => {
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect(await lab.leftovers()).toEqual([]);
    expect(names.flatMap((name) => filesOf(first[name] as Seen)).filter(existsSync)).toEqual([]);
  });
});

describe('firmware that changes', () => {
  const lab = new Lab('fw-change');
  afterAll(() => lab.close());

  it('is a replacement, said in the plan, and done', async () => {
    lab.write(fleet({ node: 'uefi' }));
    await lab.apply();
    lab.write(fleet({ node: 'uefi-secure' }));
    const { changes: planned } = await lab.plan();
    expect(planned).toMatchObject([
      {
        address: 'vm.node',
        action: 'replace',
        fields: [{ path: 'firmware', before: 'uefi', after: 'uefi-secure', effect: 'replace' }],
      },
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
      .replace("<smm state='on'/>", '')
      // What a newer libvirt has chosen the files by.
      .replace(" firmware='efi'", '')
      .replace(/ *<firmware>[^]*<\/firmware>\n/, '');
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

  it('has the firmware that its own descriptors name', async () => {
    const tunnel = `${lab.dir}/tunnel`;
    writeFileSync(tunnel, '#!/bin/sh\nexec virt-ssh-helper qemu:///system\n', { mode: 0o755 });
    lab.write(
      fleet({ plain: 'uefi', secure: 'uefi-secure' }),
      `accelerator: qemu, uri: "qemu+ext:///system?command=${tunnel}"`,
    );
    await lab.apply();
    const seen = [await see(lab, 'plain'), await see(lab, 'secure')];
    for (const { uuid, loader } of seen) {
      expect(await virsh('dumpxml', '--inactive', uuid)).not.toContain("firmware='efi'");
      expect(loader).toMatch(/^\//);
    }
    expect(seen.map(({ xml }) => /<loader[^>]* secure='yes'/.test(xml))).toEqual([false, true]);
    for (const { log } of seen) await isUp(log);
    expect(changes(await lab.plan())).toEqual([]);
    expect((await lab.ven('destroy', '--yes')).code).toBe(0);
    expect(seen.flatMap(({ nvram, tpm }) => [nvram ?? '', tpm]).filter(existsSync)).toEqual([]);
  });
});

describe('firmware that is not there', () => {
  const lab = new Lab('fw-gone');
  afterAll(() => lab.close());

  it('is refused before anything is done', async () => {
    lab.write(fleet({ node: '{ loader: /nowhere/CODE.fd, nvramTemplate: /nowhere/VARS.fd }' }));
    const { code, stderr } = await lab.ven('apply', '--yes');
    expect(code).toBe(7);
    expect(stderr).toContain(
      'The firmware file /nowhere/CODE.fd and /nowhere/VARS.fd does not exist',
    );
    expect(await lab.leftovers()).toEqual([]);
  });
});
