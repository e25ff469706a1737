/** What a BMC takes of a host. */
import type { BmcMark, Host, NewMedia, VolumeRef } from '../../model/index.js';
import type { BootIndex, SeenMachine } from '../../libvirt/index.js';

/** They wait for nobody: who calls them holds the domain. */
export type HostActs = Pick<
  Host,
  | 'readDomain'
  | 'defineDomain'
  | 'startDomain'
  | 'stopDomain'
  | 'shutDownDomain'
  | 'resetDomain'
  | 'fillVolume'
>;

export interface BmcActs extends HostActs {
  /** See `Host.holdDomain`. */
  hold<T>(uuid: string, work: () => Promise<T>): Promise<T>;
  /** Milliseconds. */
  now(): number;
  /** Those that are there. Waits for no VM. */
  definitions(uuids: readonly string[], signal?: AbortSignal): Promise<SeenMachine[]>;
  /** Into the persistent definition alone. */
  setMark(uuid: string, mark: BmcMark): Promise<void>;
  injectNmi(uuid: string): Promise<void>;
  /** Its next start is an ordinary one. */
  dropSaved(uuid: string): Promise<void>;
  /** Of the running machine, for its next reset. */
  setBootIndexes(uuid: string, indexes: readonly BootIndex[]): Promise<void>;
  /** null: it is not there. */
  readVolume(ref: VolumeRef): Promise<Uint8Array | null>;
  /** Another one for each time that a volume was written; null: not known. */
  stampsOf(refs: readonly VolumeRef[], signal?: AbortSignal): Promise<(string | null)[]>;
  /** What is in the drive from now on, whatever the guest says; null: nothing. */
  setDrive(uuid: string, path: string | null, isRunning: boolean): Promise<void>;
  /** Makes an empty volume for an image. Gives its path. */
  createImage(ref: VolumeRef, bytes: number): Promise<string>;
  fillImage(ref: VolumeRef, image: FetchedImage, signal?: AbortSignal): Promise<void>;
  /** Also one that is not there. */
  deleteVolume(ref: VolumeRef): Promise<void>;
  /** @throws VenError `media-unreachable` */
  fetchImage(media: NewMedia, signal?: AbortSignal): Promise<FetchedImage>;
}

/** A file without a name, whose content goes when it is closed. */
export interface FetchedImage {
  fd: number;
  bytes: number;
  close(): void;
}
