/**
 * What the firmware packages of some distributions describe, reduced to what counts: the names of the descriptors (which
 * are their order), images, formats, machines and features.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Described {
  /** Code and variables, in `folder`; one image alone has no variables. */
  images: readonly [string, string] | readonly [string];
  folder: string;
  features: readonly string[];
  machines?: readonly string[];
  architecture?: string;
}

/** Debian 12 (ovmf 2022.11), Ubuntu 22.04 (2022.02). */
const DEBIAN_12: Record<string, Described> = {
  '40-edk2-x86_64-secure-enrolled.json': {
    folder: '/usr/share/OVMF',
    images: ['OVMF_CODE_4M.ms.fd', 'OVMF_VARS_4M.ms.fd'],
    features: [
      'acpi-s3',
      'amd-sev',
      'enrolled-keys',
      'requires-smm',
      'secure-boot',
      'verbose-dynamic',
    ],
  },
  '50-edk2-x86_64-secure.json': {
    folder: '/usr/share/OVMF',
    images: ['OVMF_CODE_4M.secboot.fd', 'OVMF_VARS_4M.fd'],
    features: ['acpi-s3', 'amd-sev', 'requires-smm', 'secure-boot', 'verbose-dynamic'],
  },
  '60-edk2-x86_64.json': {
    folder: '/usr/share/OVMF',
    images: ['OVMF_CODE_4M.fd', 'OVMF_VARS_4M.fd'],
    features: ['acpi-s3', 'amd-sev', 'verbose-dynamic'],
    machines: ['pc-i440fx-*', 'pc-q35-*'],
  },
};

/** Debian 13, Ubuntu 24.04: the same three, and what other packages of theirs put beside them. */
const DEBIAN_13: Record<string, Described> = {
  ...DEBIAN_12,
  '60-edk2-aarch64.json': {
    folder: '/usr/share/AAVMF',
    images: ['AAVMF_CODE.no-secboot.fd', 'AAVMF_VARS.fd'],
    features: ['verbose-static'],
    machines: ['virt-*'],
    architecture: 'aarch64',
  },
  '60-edk2-i386.json': {
    folder: '/usr/share/OVMF',
    images: ['OVMF32_CODE_4M.secboot.fd', 'OVMF32_VARS_4M.fd'],
    features: ['acpi-s3', 'requires-smm', 'secure-boot', 'verbose-dynamic'],
    architecture: 'i386',
  },
  '60-edk2-x86_64-amdsev.json': {
    folder: '/usr/share/ovmf',
    images: ['OVMF.amdsev.fd'],
    features: ['amd-sev', 'amd-sev-es'],
  },
};

/** Fedora (edk2-ovmf): the large images as qcow2 first, small raw ones after them. */
const FEDORA: Record<string, Described> = Object.fromEntries(
  (
    [
      [
        '30-edk2-ovmf-4m-qcow2-x64-sb-enrolled',
        ['OVMF_CODE_4M.secboot.qcow2', 'OVMF_VARS_4M.secboot.qcow2'],
        ['enrolled-keys', 'SB'],
      ],
      [
        '31-edk2-ovmf-2m-raw-x64-sb-enrolled',
        ['OVMF_CODE.secboot.fd', 'OVMF_VARS.secboot.fd'],
        ['enrolled-keys', 'SB'],
      ],
      [
        '40-edk2-ovmf-4m-qcow2-x64-sb',
        ['OVMF_CODE_4M.secboot.qcow2', 'OVMF_VARS_4M.qcow2'],
        ['SB'],
      ],
      ['41-edk2-ovmf-2m-raw-x64-sb', ['OVMF_CODE.secboot.fd', 'OVMF_VARS.fd'], ['SB']],
      [
        '50-edk2-ovmf-4m-qcow2-x64-nosb',
        ['OVMF_CODE_4M.qcow2', 'OVMF_VARS_4M.qcow2'],
        ['acpi-s3', 'amd-sev', 'amd-sev-es'],
      ],
      ['50-edk2-ovmf-x64-microvm', ['MICROVM.fd'], []],
      [
        '51-edk2-ovmf-2m-raw-x64-nosb',
        ['OVMF_CODE.fd', 'OVMF_VARS.fd'],
        ['acpi-s3', 'amd-sev', 'amd-sev-es'],
      ],
      ['60-edk2-ovmf-x64-amdsev', ['OVMF.amdsev.fd'], ['amd-sev', 'amd-sev-es', 'amd-sev-snp']],
      [
        '60-edk2-ovmf-x64-inteltdx',
        ['OVMF.inteltdx.secboot.fd'],
        ['enrolled-keys', 'intel-tdx', 'secure-boot'],
      ],
    ] as const
  ).map(([name, images, features]) => [
    `${name}.json`,
    {
      folder: '/usr/share/edk2/ovmf',
      images,
      features: features.flatMap((feature: string) =>
        feature === 'SB' ? ['requires-smm', 'secure-boot'] : [feature],
      ),
      ...(name.endsWith('microvm') ? { machines: ['microvm'] } : {}),
    },
  ]),
);

export const DISTRIBUTIONS = {
  'Debian 12': DEBIAN_12,
  'Debian 13': DEBIAN_13,
  'Ubuntu 22.04': DEBIAN_12,
  'Ubuntu 24.04': DEBIAN_13,
  Fedora: FEDORA,
};

/** A descriptor's text. */
export function descriptor({
  folder,
  images,
  features,
  machines = ['pc-q35-*'],
  architecture = 'x86_64',
}: Described): string {
  const file = (name: string) => ({
    filename: `${folder}/${name}`,
    format: name.endsWith('.qcow2') ? 'qcow2' : 'raw',
  });
  const [code, variables] = images;
  const mapping =
    variables === undefined
      ? { device: 'flash', mode: 'stateless', executable: file(code) }
      : { device: 'flash', executable: file(code), 'nvram-template': file(variables) };
  return JSON.stringify({
    description: 'firmware',
    'interface-types': ['uefi'],
    mapping,
    targets: [{ architecture, machines }],
    features,
    tags: [],
  });
}

/** Writes descriptors (or texts as they are) below `root`; the paths are of the host. */
export function install(
  root: string,
  folder: string,
  files: Record<string, Described | string>,
): void {
  for (const [name, file] of Object.entries(files)) {
    const path = join(root, folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof file === 'string' ? file : descriptor(file));
  }
}
