/** `bios`: SeaBIOS. `uefi`: without secure boot. `uefi-secure`: secure boot, with the vendor's keys or the fleet file's own. */
export type FirmwareKind = 'uefi' | 'uefi-secure' | 'bios';

/** UEFI from files that the fleet file names; both paths are of the host. `.qcow2` is qcow2, all else raw. */
export interface OwnFirmware {
  loader: string;
  nvramTemplate: string;
  /** The loader needs SMM and keeps the variables of secure boot from the system; whether it is on, the template's keys say. */
  secureBoot: boolean;
}

/** A kind, for which the host has the files; or the files. */
export type ResolvedFirmware = FirmwareKind | OwnFirmware;

export interface FirmwareFile {
  path: string;
  format: 'raw' | 'qcow2';
}

/** The firmware that a host has for a VM. `secure`: the loader runs with SMM. */
export type HostFirmware =
  | { by: 'files'; loader: FirmwareFile; nvramTemplate: FirmwareFile; secure: boolean }
  /** libvirt chooses when the VM starts: its files can't be seen from here. */
  | { by: 'libvirt'; secure: boolean };

/**
 * `template`: the NVRAM template will be read, so it must be a raw file of this machine; then the answer is `by: 'files'`.
 * `ownKeys`: for `uefi-secure`, a template without the vendor's keys.
 */
export interface FirmwareNeed {
  template: boolean;
  ownKeys?: boolean;
}

/** The certificates that secure boot goes by: DER in base64, under the names of UEFI's variables. */
export interface SecureBootKeys {
  PK: string;
  KEK: string[];
  db: string[];
}

export function isUefi(firmware: ResolvedFirmware): boolean {
  return firmware !== 'bios';
}

/** Secure or not, whoever names the files. */
export function firmwareKind(firmware: ResolvedFirmware): FirmwareKind {
  if (typeof firmware === 'string') return firmware;
  return firmware.secureBoot ? 'uefi-secure' : 'uefi';
}

/**
 * What of its firmware a VM can't change without being made anew, as its mark keeps it: the kind, and the template that its
 * variables came from where the fleet file names one. The loader may change: it finds its variables again.
 */
export function firmwareMark(firmware: ResolvedFirmware): string {
  return typeof firmware === 'string'
    ? firmware
    : `${firmwareKind(firmware)}:${firmware.nvramTemplate}`;
}
