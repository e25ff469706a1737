import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findFirmware,
  firmwareSearch,
  firmwareThere,
} from '../../../src/host/checks/firmware-descriptors.js';
import {
  firmwareFiles,
  firmwareFor,
  libvirtFirmware,
  ownFirmware,
} from '../../../src/host/checks/firmware.js';
import type { HostFiles } from '../../../src/host/libvirt/host-files.js';
import { VenError } from '../../../src/model/index.js';
import { Virsh } from '../../../src/host/libvirt/virsh.js';
import { DISTRIBUTIONS, install, type Described } from './firmware-hosts.js';

const ETC = 'etc/qemu/firmware';
const USR = 'usr/share/qemu/firmware';

let root = '';
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'ven-firmware-'))));
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** `code + variables`, or null. All images are there, but those named. */
function found(
  kind: 'uefi' | 'uefi-secure',
  { template = false, ownKeys = false, gone = [] as string[] } = {},
): string | null {
  const folders = [join(root, ETC), join(root, USR)];
  const { firmware } = findFirmware(
    kind,
    { template, ownKeys },
    firmwareSearch(folders, (path) => !gone.some((name) => path.endsWith(`/${name}`))),
  );
  if (!firmware) return null;
  expect(firmware.secure).toBe(kind === 'uefi-secure');
  const { loader, nvramTemplate } = firmware;
  expect(nvramTemplate.format).toBe(loader.format);
  return `${loader.path} + ${nvramTemplate.path} ${loader.format}`;
}

describe('findFirmware', () => {
  const debian = '/usr/share/OVMF';
  const plain = `${debian}/OVMF_CODE_4M.fd + ${debian}/OVMF_VARS_4M.fd raw`;
  const enrolled = `${debian}/OVMF_CODE_4M.ms.fd + ${debian}/OVMF_VARS_4M.ms.fd raw`;
  const fedora = '/usr/share/edk2/ovmf';

  it.each(['Debian 12', 'Debian 13', 'Ubuntu 22.04', 'Ubuntu 24.04'] as const)(
    'on %s',
    (distribution) => {
      install(root, USR, DISTRIBUTIONS[distribution]);
      expect(found('uefi')).toBe(plain);
      expect(found('uefi-secure')).toBe(enrolled);
      expect(found('uefi-secure', { template: true })).toBe(enrolled);
    },
  );

  it('on Fedora, where only the small images are raw', () => {
    install(root, USR, DISTRIBUTIONS.Fedora);
    expect(found('uefi')).toBe(`${fedora}/OVMF_CODE_4M.qcow2 + ${fedora}/OVMF_VARS_4M.qcow2 qcow2`);
    expect(found('uefi-secure')).toBe(
      `${fedora}/OVMF_CODE_4M.secboot.qcow2 + ${fedora}/OVMF_VARS_4M.secboot.qcow2 qcow2`,
    );
    expect(found('uefi', { template: true })).toBe(
      `${fedora}/OVMF_CODE.fd + ${fedora}/OVMF_VARS.fd raw`,
    );
    expect(found('uefi-secure', { template: true })).toBe(
      `${fedora}/OVMF_CODE.secboot.fd + ${fedora}/OVMF_VARS.secboot.fd raw`,
    );
  });

  it.each<[keyof typeof DISTRIBUTIONS, string]>([
    ['Debian 12', `${debian}/OVMF_CODE_4M.secboot.fd + ${debian}/OVMF_VARS_4M.fd`],
    ['Debian 13', `${debian}/OVMF_CODE_4M.secboot.fd + ${debian}/OVMF_VARS_4M.fd`],
    ['Fedora', `${fedora}/OVMF_CODE.secboot.fd + ${fedora}/OVMF_VARS.fd`],
  ])('for keys of one’s own on %s: for secure boot, without keys in it', (distribution, files) => {
    install(root, USR, DISTRIBUTIONS[distribution]);
    expect(found('uefi-secure', { template: true, ownKeys: true })).toBe(`${files} raw`);
  });

  it('passes over one whose files are not there', () => {
    install(root, USR, DISTRIBUTIONS.Fedora);
    expect(found('uefi', { gone: ['OVMF_VARS_4M.qcow2'] })).toBe(
      `${fedora}/OVMF_CODE.fd + ${fedora}/OVMF_VARS.fd raw`,
    );
    expect(
      found('uefi-secure', { gone: ['OVMF_VARS.secboot.fd', 'OVMF_CODE_4M.secboot.qcow2'] }),
    ).toBeNull();
  });

  const own: Described = { folder: '/opt/fw', images: ['CODE.fd', 'VARS.fd'], features: [] };
  const ofAdministrator = '/opt/fw/CODE.fd + /opt/fw/VARS.fd raw';

  it('goes by file name, across folders', () => {
    install(root, USR, DISTRIBUTIONS['Debian 12']);
    install(root, ETC, { '70-own.json': own });
    expect(found('uefi')).toBe(plain);
    install(root, ETC, { '10-own.json': own });
    expect(found('uefi')).toBe(ofAdministrator);
    expect(found('uefi-secure')).toBe(enrolled);
  });

  it('takes the administrator’s in place of the distribution’s of that name, and an empty one for none', () => {
    install(root, USR, DISTRIBUTIONS['Debian 12']);
    install(root, ETC, { '60-edk2-x86_64.json': own, '40-edk2-x86_64-secure-enrolled.json': '' });
    expect(found('uefi')).toBe(ofAdministrator);
    expect(found('uefi-secure')).toBeNull();
  });

  it.each<[string, Partial<Described> | string]>([
    ['another machine', { machines: ['pc-i440fx-*'] }],
    ['another architecture', { architecture: 'aarch64', machines: ['virt-*'] }],
    ['an image without variables', { images: ['OVMF.fd'] }],
    ['no JSON', '{ "mapping"'],
    ['JSON of another shape', '[{"mapping": []}]'],
    [
      'features of no list',
      '{"interface-types":["uefi"],"features":7,"targets":{},"mapping":{"device":"flash"}}',
    ],
    ['a relative path', { folder: 'opt' }],
  ])('passes over a descriptor with %s', (_, change) => {
    install(root, USR, { '10.json': typeof change === 'string' ? change : { ...own, ...change } });
    expect(found('uefi')).toBeNull();
    install(root, USR, {
      '20.json': own,
      'README.md': 'not one',
      '.15.json': { ...own, folder: '/hidden' },
    });
    expect(found('uefi')).toBe(ofAdministrator);
  });

  it.each([['*'], ['pc-*'], ['q35'], ['pc-q35-*'], ['pc-q35-7.2']])(
    'takes machines %s for q35',
    (pattern) => {
      install(root, USR, { '10.json': { ...own, machines: ['microvm', pattern] } });
      expect(found('uefi')).toBe(ofAdministrator);
    },
  );

  it('says of each descriptor why it does not fit', () => {
    install(root, USR, DISTRIBUTIONS['Debian 12']);
    const { firmware, passedOver } = findFirmware(
      'uefi',
      { template: false },
      firmwareSearch([join(root, USR)], () => false),
    );
    expect(firmware).toBeNull();
    expect(passedOver.map((line) => line.slice(root.length + USR.length + 2))).toEqual([
      '40-edk2-x86_64-secure-enrolled.json: with secure-boot, requires-smm, enrolled-keys',
      '50-edk2-x86_64-secure.json: with secure-boot, requires-smm',
      '60-edk2-x86_64.json: /usr/share/OVMF/OVMF_CODE_4M.fd and /usr/share/OVMF/OVMF_VARS_4M.fd is not there',
    ]);
  });
});

describe('libvirtFirmware', () => {
  const capabilities = (firmware: string, secure: string): string =>
    `<domainCapabilities><os supported="yes"><enum name="firmware">${firmware}</enum><loader supported="yes">` +
    `<enum name="type"><value>efi</value></enum><enum name="secure">${secure}</enum></loader></os></domainCapabilities>`;
  const efi = '<value>bios</value><value>efi</value>';

  it('promises what libvirt offers', () => {
    const both = '<value>yes</value><value>no</value>';
    expect(libvirtFirmware('uefi', capabilities(efi, both))).toEqual({
      by: 'libvirt',
      secure: false,
    });
    expect(libvirtFirmware('uefi-secure', capabilities(efi, both))).toEqual({
      by: 'libvirt',
      secure: true,
    });
    expect(libvirtFirmware('uefi', capabilities(efi, '<value>no</value>'))).toEqual({
      by: 'libvirt',
      secure: false,
    });
    expect(libvirtFirmware('uefi-secure', capabilities(efi, '<value>no</value>'))).toBeNull();
    expect(libvirtFirmware('uefi', capabilities('<value>bios</value>', both))).toBeNull();
    expect(
      libvirtFirmware('uefi', '<domainCapabilities><os supported="no"/></domainCapabilities>'),
    ).toBeNull();
  });
});

/** Of a host whose files can't be read. */
const closed = () => Promise.reject(new VenError('tool-failed', { summary: 'closed' }));
const CLOSED: HostFiles = { read: closed, list: closed, overwrite: closed, remove: closed };

describe('firmwareFor', () => {
  const ask = (
    uri: string,
    ...rest: [Parameters<typeof firmwareFor>[2], Parameters<typeof firmwareFor>[3]]
  ) => {
    const { env } = process;
    const virsh = new Virsh({ uri, env });
    const files = uri.startsWith('test:') ? CLOSED : null;
    return firmwareFor(virsh, firmwareFiles(files), ...rest);
  };

  it('refuses files of the fleet file that are not there', async () => {
    const wanted = {
      loader: '/nowhere/CODE.fd',
      nvramTemplate: '/nowhere/VARS.fd',
      secureBoot: false,
    };
    await expect(ask('qemu:///system', wanted, { template: false })).rejects.toMatchObject({
      code: 'host-not-ready',
      summary: 'The firmware file /nowhere/CODE.fd and /nowhere/VARS.fd does not exist',
    });
    // Another machine's can't be looked for.
    expect(await ask('test:///default', wanted, { template: false })).toEqual(ownFirmware(wanted));
  });

  it('says so where libvirt offers none, or can not be looked into', async () => {
    await expect(ask('test:///default', 'uefi', { template: false })).rejects.toMatchObject({
      code: 'host-not-ready',
      hint: expect.stringContaining('ovmf') as string,
    });
    await expect(ask('test:///default', 'uefi', { template: true })).rejects.toMatchObject({
      code: 'host-not-ready',
      hint: expect.stringContaining('Run ven on that machine') as string,
    });
  });
});

describe('the firmware of another machine', () => {
  const descriptor = (name: string, folder = '/usr/share/OVMF') =>
    JSON.stringify({
      'interface-types': ['uefi'],
      features: [],
      targets: [{ architecture: 'x86_64', machines: ['pc-q35-*'] }],
      mapping: {
        device: 'flash',
        executable: { filename: `${folder}/${name}_CODE.fd`, format: 'raw' },
        'nvram-template': { filename: `${folder}/${name}_VARS.fd`, format: 'raw' },
      },
    });
  const there: Record<string, string> = {
    '/etc/qemu/firmware/10-masked.json': '',
    '/usr/share/qemu/firmware/10-masked.json': descriptor('M'),
    '/usr/share/qemu/firmware/20-gone.json': descriptor('G'),
    '/usr/share/qemu/firmware/30-a.json': descriptor('A'),
    '/usr/share/OVMF/A_CODE.fd': 'code',
    '/usr/share/OVMF/A_VARS.fd': 'vars',
    '/usr/share/OVMF/M_CODE.fd': 'code',
    '/usr/share/OVMF/M_VARS.fd': 'vars',
  };
  const files = {
    list: (folders: readonly string[]) =>
      Promise.resolve(
        folders.map((folder) => {
          const paths = Object.keys(there).filter((path) => dirname(path) === folder);
          return paths.length === 0 ? null : paths.map((path) => basename(path));
        }),
      ),
    read: (parts: readonly { path: string }[]) =>
      Promise.resolve(
        parts.map(({ path }) => (path in there ? Buffer.from(there[path] ?? '') : null)),
      ),
  } as unknown as HostFiles;

  it('is read there: what is masked or has no files is passed over', async () => {
    const found = findFirmware('uefi', { template: true }, await firmwareThere(files));
    expect(found.firmware?.nvramTemplate.path).toBe('/usr/share/OVMF/A_VARS.fd');
    expect(found.passedOver).toEqual([
      '/usr/share/qemu/firmware/20-gone.json: ' +
        '/usr/share/OVMF/G_CODE.fd and /usr/share/OVMF/G_VARS.fd is not there',
    ]);
  });

  it('is looked for there, where the fleet file names it', async () => {
    const wanted = { loader: '/usr/share/OVMF/A_CODE.fd', nvramTemplate: '/x/VARS.fd' };
    expect(await firmwareFiles(files).missing({ ...wanted, secureBoot: false })).toEqual([
      '/x/VARS.fd',
    ]);
  });
});

describe('ownFirmware', () => {
  it('knows the format by the name', () => {
    expect(
      ownFirmware({ loader: '/a/CODE.qcow2', nvramTemplate: '/a/VARS.fd', secureBoot: true }),
    ).toEqual({
      by: 'files',
      loader: { path: '/a/CODE.qcow2', format: 'qcow2' },
      nvramTemplate: { path: '/a/VARS.fd', format: 'raw' },
      secure: true,
    });
  });
});
