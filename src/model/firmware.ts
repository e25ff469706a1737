/**
 * `bios`: SeaBIOS. `uefi`: UEFI without secure boot. `uefi-secure`: UEFI with secure boot, with the
 * vendor's keys or with keys from the fleet file.
 */
export type FirmwareKind = 'uefi' | 'uefi-secure' | 'bios';
export type UefiKind = Exclude<FirmwareKind, 'bios'>;

/**
 * UEFI from files that the fleet file names; both are paths on the host. `.qcow2` is qcow2, all
 * else raw.
 */
export interface OwnFirmware {
  loader: string;
  nvramTemplate: string;
  /**
   * The loader needs SMM, which protects the variables of secure boot from the system. The keys in
   * the template decide whether secure boot is on.
   */
  secureBoot: boolean;
}

/** A kind of firmware, whose files the host provides; or the files. */
export type ResolvedFirmware = FirmwareKind | OwnFirmware;

export interface FirmwareFile {
  path: string;
  format: 'raw' | 'qcow2';
}

/** The firmware that a host provides for a VM. `secure`: the loader runs with SMM. */
export type HostFirmware =
  | { by: 'files'; loader: FirmwareFile; nvramTemplate: FirmwareFile; secure: boolean }
  /** libvirt chooses when the VM starts; the files can't be known before. */
  | { by: 'libvirt'; secure: boolean };

/**
 * `template`: the NVRAM template will be read. It must be a raw file on this machine, and the
 * answer is `by: 'files'`.
 * `ownKeys`: for `uefi-secure`, a template without the vendor's keys.
 */
export interface FirmwareNeed {
  template: boolean;
  ownKeys?: boolean;
}

/** The certificates of secure boot: DER in base64, under the names of UEFI's variables. */
export interface SecureBootKeys {
  PK: string;
  KEK: string[];
  db: string[];
}

export function isUefi(firmware: ResolvedFirmware): boolean {
  return firmware !== 'bios';
}

/** The kind of any firmware, also of one that the fleet file names. */
export function firmwareKind(firmware: ResolvedFirmware): FirmwareKind {
  if (typeof firmware === 'string') return firmware;
  return firmware.secureBoot ? 'uefi-secure' : 'uefi';
}

/** Whether its loader runs with SMM, as secure boot needs. */
export function usesSecureBoot(firmware: ResolvedFirmware): boolean {
  return firmwareKind(firmware) === 'uefi-secure';
}

/**
 * The part of its firmware that a VM can't change without being recreated, as its mark records it:
 * the kind, and the template of its variables where the fleet file names one. The loader may
 * change: another one reads the same variables.
 */
export function firmwareMark(firmware: ResolvedFirmware): string {
  return typeof firmware === 'string'
    ? firmware
    : `${firmwareKind(firmware)}:${firmware.nvramTemplate}`;
}
