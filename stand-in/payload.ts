/**
 * The boot payload: one EFI file with a kernel and a small Linux in memory, in the place of an
 * orchestrator's signed_ipxe.efi. Made of Debian packages once and kept in the user's cache folder.
 */
import {
  cpSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { cacheDir, digest, once } from './cache.ts';
import { CHARACTER_DEVICE, cpio, FILE, FOLDER, PROGRAM, type CpioEntry } from './cpio.ts';
import { one, unpack } from './packages.ts';
import { run } from './run.ts';
import { unifiedImage } from './unified-image.ts';

export interface Payload {
  /** Path of the EFI file, some 10 MB: a Linux with a shell. */
  efi: string;
  /** The same for the stand-in's `onboarding`: says iPXE's lines first. */
  onboarding: string;
  /** The same without a word of the kernel's own, for the disk of an installed node. */
  installed: string;
  /**
   * The paths of its parts, for VMs that boot a kernel directly; their command line is
   * COMMAND_LINE.
   */
  kernel: string;
  initrd: string;
}

/**
 * Not `quiet`: the kernel's own EFI stub shall say that it runs, and after that only what is wrong.
 * And no timer check: on a busy machine a VM without KVM may fail it, and then panics. Nor what
 * makes a kernel that is up for a minute any safer: the last two save a tenth of its start.
 */
export const COMMAND_LINE =
  'console=ttyS0 loglevel=3 panic=5 no_timer_check mitigations=off nokaslr';

/**
 * The kernel's modules that the payload loads, in this order; modules that a kernel has built in
 * are skipped.
 */
const MODULES = [
  ...['virtio_ring', 'virtio', 'virtio_pci_modern_dev', 'virtio_pci_legacy_dev', 'virtio_pci'],
  ...['failover', 'net_failover', 'virtio_net', 'virtio_blk'],
  ...['crct10dif_common', 'crc-t10dif', 'crc64', 'crc64-rocksoft', 't10-pi'],
  ...['scsi_common', 'scsi_mod', 'libata', 'libahci', 'ahci', 'sd_mod'],
  ...['tpm', 'tpm_tis_core', 'tpm_tis', 'tpm_crb'],
  ...['efivarfs', 'evdev', 'button'],
];

const PACKAGES = [
  { name: 'systemd-boot-efi' },
  // Not the one for clouds, which has no AHCI.
  { name: 'linux-image-amd64', behind: 'linux-image-' },
  { name: 'busybox-static' },
] as const;

/**
 * Unpacks the needed parts of the packages: stub, kernel, busybox and the modules, without
 * compression.
 */
async function collect(dir: string, cache: string): Promise<void> {
  const root = await unpack(PACKAGES, cache);
  try {
    cpSync(one(root, '{usr/,}lib/systemd/boot/efi/linuxx64.efi.stub'), join(dir, 'stub.efi'));
    cpSync(one(root, 'boot/vmlinuz-*'), join(dir, 'vmlinuz'));
    cpSync(one(root, '{usr/,}bin/busybox'), join(dir, 'busybox'));
    const modules = one(root, '{usr/,}lib/modules/*');
    mkdirSync(join(dir, 'modules'));
    for (const name of MODULES) {
      const [file] = globSync(join(modules, 'kernel', '**', `${name}.ko{,.xz,.zst}`));
      if (file === undefined) continue;
      const copy = join(dir, 'modules', basename(file));
      cpSync(file, copy);
      if (copy.endsWith('.xz')) await run('xz', ['-d', copy]);
      if (copy.endsWith('.zst')) await run('zstd', ['-q', '-d', '--rm', copy]);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const source = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

function initramfs(parts: string): Buffer {
  const program = (path: string, content: Uint8Array): CpioEntry => ({
    path,
    mode: PROGRAM,
    content,
  });
  const there = new Set(readdirSync(join(parts, 'modules')));
  const modules = MODULES.filter((name) => there.has(`${name}.ko`));
  return cpio([
    ...['bin', 'dev', 'etc', 'etc/acpi', 'etc/acpi/PWRF', 'modules'].map((path) => ({
      path,
      mode: FOLDER,
    })),
    // The kernel opens the console before /init can mount anything.
    { path: 'dev/console', mode: CHARACTER_DEVICE, device: [5, 1] },
    program('bin/busybox', readFileSync(join(parts, 'busybox'))),
    program('bin/on-lease', Buffer.from(source('on-lease.sh'))),
    program(
      'etc/acpi/PWRF/00000080',
      Buffer.from('#!/bin/sh\necho "node: Power button pressed" >/dev/console\npoweroff -f\n'),
    ),
    program('init', Buffer.from(source('init.sh'))),
    { path: 'way', mode: FILE, content: Buffer.from(source('stages.sh')) },
    {
      path: 'modules/order',
      mode: FILE,
      content: Buffer.from(modules.map((name) => `${name}\n`).join('')),
    },
    ...modules.map((name) => ({
      path: `modules/${name}.ko`,
      mode: FILE,
      content: readFileSync(join(parts, 'modules', `${name}.ko`)),
    })),
  ]);
}

/**
 * What iPXE says when it has loaded and starts what it was told to. Spoken by the boot file before
 * its Linux begins: the firmware has loaded all of it at once.
 */
const IPXE = (domain: string): string => `
iPXE initialising devices...ok

iPXE 1.21.1+ -- Open Source Network Boot Firmware -- https://ipxe.org
Features: DNS HTTP HTTPS TFTP SRP VLAN EFI Menu
Configuring (net0)...... ok
https://tinkerbell-haproxy.${domain}/tink-stack/boot.ipxe... ok
https://tinkerbell-haproxy.${domain}/tink-stack/vmlinuz-x86_64... ok
https://tinkerbell-haproxy.${domain}/tink-stack/initramfs-x86_64... ok
`;

/**
 * Makes the payload, or returns the one made before. The first time needs apt and some 70 MB from
 * the network.
 */
export async function buildPayload({
  cache = cacheDir(),
  domain = 'edge.test',
} = {}): Promise<Payload> {
  const parts = await once(join(cache, `parts-${digest(PACKAGES, MODULES)}`), (dir) =>
    collect(dir, cache),
  );
  const kernel = join(parts, 'vmlinuz');
  const initrd = gzipSync(initramfs(parts), { level: 9 });
  const inputs = [
    parts,
    COMMAND_LINE,
    initrd.toString('base64'),
    source('unified-image.ts'),
    IPXE(domain),
  ];
  const made = await once(join(cache, `boot-${digest(...inputs)}`), (dir) => {
    writeFileSync(join(dir, 'initrd'), initrd);
    const stub = readFileSync(join(parts, 'stub.efi'));
    const image = (name: string, commandLine: string, says?: string): void => {
      const sections = [
        { name: '.cmdline', content: Buffer.from(commandLine) },
        { name: '.linux', content: readFileSync(kernel) },
        { name: '.initrd', content: initrd },
      ];
      writeFileSync(join(dir, name), unifiedImage(stub, sections, says));
    };
    image('boot.efi', COMMAND_LINE);
    image('onboarding.efi', COMMAND_LINE, IPXE(domain));
    image('installed.efi', `quiet ${COMMAND_LINE}`);
  });
  const path = (name: string): string => join(made, name);
  return {
    efi: path('boot.efi'),
    onboarding: path('onboarding.efi'),
    installed: path('installed.efi'),
    kernel,
    initrd: path('initrd'),
  };
}
