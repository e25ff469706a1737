/** The files of a VM that is off, and how they get from one host to another. */
import type { ObservedDomain, VolumeRef } from './host-state.js';

/**
 * A volume, or a file in one of libvirt's own folders. `owner`, `mode`: of a file that libvirt does
 * not give to its user by itself, and of its folder, which may not be there yet.
 */
export type FilePlace =
  | { kind: 'volume'; ref: VolumeRef }
  | { kind: 'file'; folder: string; name: string; isPrivate: boolean };

export interface DomainFile {
  place: FilePlace;
  /** For people: `edge-lab_edge-1-sda.qcow2`. */
  name: string;
  bytes: number;
  /** Another one when it was written to, or given to another user, as by a start. */
  stamp: string;
}

/** What was read of a file, on this machine, for the other host. */
export interface FileCopy {
  bytes: number;
  /** SHA-256, hex. */
  sha256: string;
  /** An open file without a name. */
  fd: number;
  close(): void;
}

export interface DomainFiles {
  /**
   * Its volumes, as its mark lists them and they exist; the firmware's variables and the TPM's
   * state, where they are in libvirt's own folders.
   */
  list(domain: Pick<ObservedDomain, 'uuid' | 'config' | 'mark'>): Promise<DomainFile[]>;
  /** Takes as much room here as the file has bytes that are not holes. */
  read(file: DomainFile): Promise<FileCopy>;
  /**
   * Writes it, and reads it again. A volume must not exist; another file is replaced.
   * @throws VenError `foreign-object` when the volume exists, `tool-failed` when other bytes came
   * back
   */
  write(place: FilePlace, copy: FileCopy): Promise<void>;
}
