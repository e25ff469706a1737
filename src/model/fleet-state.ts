/**
 * What ven keeps of one fleet on one host, in the fleet's work folder. Its loss costs times,
 * nothing else.
 */
import type { RunEvent } from './events.js';
import type { NodeRecord, ProvisionEvent } from './provision.js';

export interface FleetState {
  readonly records: NodeRecords;
  readonly bmcKeys: BmcKeys;
  /**
   * Keeps a folder with these files, by name, in which vagrant knows the fleet's VMs.
   * @throws VenError `usage`
   */
  keepVagrantFolder(files: Readonly<Record<string, string>>): void;
  /** Begins a run's journal. @throws VenError `usage` when the state folder can't be written */
  openJournal(): Journal;
  /** The plain files in these folders of the work folder, and in theirs; newest first. */
  files(folders: readonly string[]): StateFile[];
  /**
   * The last `limit` bytes of such a file, as text. `cut`: there were more. Throws what the file
   * system says.
   */
  readEnd(path: string, limit: number): { text: string; cut: boolean };
  /** With the logs (`keepLogs`) stay the folders `logs` and `runs`. */
  clear(options: { keepLogs: boolean }): void;
}

/** The certificate of the fleet's BMCs with its key, which only this user may read. */
export interface BmcKeys {
  /** Where the certificate is without its key, for clients that are to trust it. */
  certificatePath: string;
  /** PEM; null: there is none that can be read. Never throws. */
  read(): { certificate: string; key: string } | null;
  /** @throws VenError `usage` when the state folder can't be written */
  write(keys: { certificate: string; key: string }): void;
}

/** One event a line, written through at once. A disk that is full does not end the run. */
export interface Journal {
  /** The run's id: when it began. */
  run: string;
  write(event: RunEvent | ProvisionEvent): void;
  close(): void;
}

export interface StateFile {
  /** From the work folder. */
  path: string;
  modifiedAt: Date;
}

/** The record of each node, by its VM's name. */
export interface NodeRecords {
  /**
   * In the order of `vms`. Needs no lock: a record is written whole or not at all. Never throws.
   */
  read(vms: readonly string[]): StoredRecord[];
  /** Under the fleet's lock. @throws VenError `usage` */
  write(record: NodeRecord): void;
  /**
   * Under the fleet's lock; its node starts again from the first stage. Idempotent.
   * @throws VenError `usage`
   */
  remove(vm: string): void;
  /**
   * For a run over nodes, without the fleet's lock: what is removed meanwhile, after this run wrote
   * it, stays removed.
   * @throws VenError `usage`
   */
  openRun(): Pick<NodeRecords, 'write'>;
}

/**
 * `damage`: one line for people, when there is a file and it is no record of this node; it then
 * counts as none.
 */
export interface StoredRecord {
  vm: string;
  /** In a fleet on several hosts: the name of the one that has the record. */
  host?: string;
  record: NodeRecord | null;
  /** When it was written; null without a record. */
  writtenAt: Date | null;
  damage: string | null;
}
