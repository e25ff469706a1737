/** Which firmware a VM gets: its own files, this machine's, or what libvirt chooses. Read-only. */
import {
  usesSecureBoot,
  VenError,
  type FirmwareFile,
  type FirmwareNeed,
  type HostFirmware,
  type OwnFirmware,
  type ResolvedFirmware,
  type UefiKind,
} from '../../model/index.js';
import { attribute, child, childrenNamed, parseXml, textOf } from '../../xml/index.js';
import type { HostFiles } from '../libvirt/host-files.js';
import {
  filesThere,
  findFirmware,
  firmwareSearch,
  firmwareThere,
  isFile,
  type FirmwareSearch,
} from './firmware-descriptors.js';
import type { Virsh } from '../libvirt/virsh.js';

const TIMEOUT_SECONDS = 40;

/** The query for libvirt's UEFI support; see `libvirtFirmware`. */
export const FIRMWARE_QUESTION = ['domcapabilities', '--machine', 'q35', '--arch', 'x86_64'];

/** The firmware files of a host. Where they can't be read, nothing is known of them. */
export interface FirmwareFiles {
  /** null: it can't be read. */
  search(): Promise<FirmwareSearch | null>;
  /** Those of the fleet file's own that are not there, as far as that is known. */
  missing(wanted: OwnFirmware): Promise<string[]>;
}

/** `files`: of a host that is another machine, which is read once. */
export function firmwareFiles(files: HostFiles | null): FirmwareFiles {
  if (files === null)
    return {
      search: () => Promise.resolve(firmwareSearch()),
      missing: (wanted) => Promise.resolve(filesOf(wanted).filter((path) => !isFile(path))),
    };
  let search: Promise<FirmwareSearch | null> | undefined;
  return {
    search: () => (search ??= firmwareThere(files).catch(unknown)),
    async missing(wanted) {
      const paths = filesOf(wanted);
      const there = await filesThere(files, paths).catch(unknown);
      return there === null ? [] : paths.filter((path) => !there.has(path));
    },
  };
}

function unknown(error: unknown): null {
  if (error instanceof VenError) return null;
  throw error;
}

/**
 * The firmware for a VM. When no descriptor can be read, libvirt is asked whether it has one, and
 * chooses it when the VM starts.
 * @throws VenError `host-not-ready` when there is none, or when the VM's own files do not exist.
 */
export async function firmwareFor(
  virsh: Virsh,
  files: FirmwareFiles,
  wanted: Exclude<ResolvedFirmware, 'bios'>,
  need: FirmwareNeed,
): Promise<HostFirmware> {
  const { uri } = virsh;
  if (typeof wanted === 'object') {
    const missing = await files.missing(wanted);
    if (missing.length === 0) return ownFirmware(wanted);
    throw new VenError('host-not-ready', {
      summary: `The firmware file ${missing.join(' and ')} does not exist`,
      hint:
        'Correct `firmware` in the fleet file, or write `firmware: uefi` to take what the ' +
        'host has',
    });
  }
  const search = await files.search();
  const found = search ? findFirmware(wanted, need, search) : { firmware: null, passedOver: [] };
  if (found.firmware) return found.firmware;
  if (!need.template) {
    const [capabilities] = await virsh.ask([FIRMWARE_QUESTION], {
      timeoutSeconds: TIMEOUT_SECONDS,
    });
    const offered = capabilities?.ok ? libvirtFirmware(wanted, capabilities.text) : null;
    if (offered) return offered;
  }
  throw noFirmware(wanted, need, search === null ? uri : null, found.passedOver);
}

/**
 * This machine's firmware, from its descriptors, whatever host the fleet is for; else libvirt's
 * choice.
 */
export function firmwareHere(
  wanted: Exclude<ResolvedFirmware, 'bios'>,
  need: FirmwareNeed,
): HostFirmware {
  if (typeof wanted === 'object') return ownFirmware(wanted);
  const { firmware } = findFirmware(wanted, need, firmwareSearch());
  return firmware ?? { by: 'libvirt', secure: usesSecureBoot(wanted) };
}

/** The files that the fleet file names, as `HostFirmware`. */
export function ownFirmware(wanted: OwnFirmware): Extract<HostFirmware, { by: 'files' }> {
  const file = (path: string): FirmwareFile => ({
    path,
    format: path.endsWith('.qcow2') ? 'qcow2' : 'raw',
  });
  return {
    by: 'files',
    loader: file(wanted.loader),
    nvramTemplate: file(wanted.nvramTemplate),
    secure: wanted.secureBoot,
  };
}

function filesOf({ loader, nvramTemplate }: OwnFirmware): string[] {
  return [loader, nvramTemplate];
}

/** The firmware that libvirt offers in its answer to `FIRMWARE_QUESTION`; null: none. */
export function libvirtFirmware(kind: UefiKind, capabilities: string): HostFirmware | null {
  const os = child(parseXml(capabilities), 'os');
  const loader = child(os, 'loader');
  const valuesOf = (parent: typeof os, name: string): string[] =>
    childrenNamed(parent, 'enum')
      .filter((element) => attribute(element, 'name') === name)
      .flatMap((element) => childrenNamed(element, 'value').map(textOf));
  const secure = usesSecureBoot(kind);
  const able =
    valuesOf(os, 'firmware').includes('efi') &&
    (!secure || valuesOf(loader, 'secure').includes('yes'));
  return able ? { by: 'libvirt', secure } : null;
}

/** `closed`: the URI of a host whose firmware can't be read. */
function noFirmware(
  kind: UefiKind,
  need: FirmwareNeed,
  closed: string | null,
  passedOver: string[],
): VenError {
  const what = firmwareWords(kind, need);
  if (need.template && closed !== null) {
    return new VenError('host-not-ready', {
      summary: `The ${what} of another machine can't be read (${closed})`,
      hint: 'Run ven on that machine, or name the files: `firmware: { loader, nvramTemplate }`',
    });
  }
  return new VenError('host-not-ready', {
    summary: `This host has no ${what}${need.template ? ' with a raw NVRAM template' : ''}`,
    ...(passedOver.length > 0
      ? { detail: `Found, but not usable:\n${passedOver.join('\n')}` }
      : {}),
    hint: FIRMWARE_FIX,
  });
}

export function firmwareWords(kind: UefiKind, { ownKeys }: Pick<FirmwareNeed, 'ownKeys'>): string {
  if (kind === 'uefi') return 'UEFI firmware';
  return ownKeys === true
    ? 'UEFI firmware for secure boot without keys in it'
    : "UEFI firmware for secure boot with the vendor's keys";
}

export const FIRMWARE_FIX = 'sudo apt-get install ovmf (Fedora: sudo dnf install edk2-ovmf)';
