/**
 * What a BMC sees of its machine and does to it: the port `BmcMachines` (`Host.bmc`). The real host
 * (`src/host`) and the in-memory one of the tests implement it; one contract test covers both.
 *
 * What a BMC changes is kept in libvirt and in the VM's firmware variables, nowhere else: its
 * server may be killed at any moment. It is no drift.
 */
import type { FirmwareKind } from './firmware.js';
import type { Power } from './host-state.js';

/** `cd`: the drive for virtual media. */
export type BootTarget = 'pxe' | 'hdd' | 'cd' | 'uefi-http' | 'bios-setup';

/**
 * What a machine boots from in place of its boot order.
 *
 * `once` is over with its next start: a reboot by the guest is an ordinary one.
 */
export interface BootOverride {
  target: BootTarget;
  enabled: 'once' | 'continuous';
  /** The URL for `uefi-http`; null: the one that DHCP offers, and of all other targets. */
  uri: string | null;
}

/**
 * What a BMC has changed in one of a domain's definitions: ven's second mark there. A start copies
 * it from the persistent definition to the running one. Absent: nothing.
 */
export interface BmcMark {
  override?: MarkedOverride;
  /** The URL of what is in the drive, as `shownUrl` gives it. */
  image?: string;
  /** The guest was asked to power off, and is to be started again. */
  restart?: MarkedRestart;
  /** The firmware's variables have an override that was taken back while they were in use. */
  isStale?: true;
}

export interface MarkedRestart {
  /** Another one each time. */
  id: string;
  /** ISO 8601: until then the guest may take. */
  until: string;
}

export interface MarkedOverride extends BootOverride {
  /** Another one each time that an override is set. */
  id: string;
  /**
   * It is where the next start finds it: in the firmware's variables, or in this definition. Else
   * it waits until the machine is off.
   */
  isArmed: boolean;
  /**
   * The boot order that this definition had before (libvirt's words: `hd`, `network`); absent: it
   * has it still.
   */
  order?: string[];
}

/**
 * An image's URL as errors and logs show it, without what may be secret in it: a user, a password,
 * a token behind the path.
 */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return '(no URL)';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** An image in the virtual drive. */
export interface BmcMedia {
  /** The URL that it came from, as `shownUrl` gives it. */
  image: string;
}

export interface NewMedia {
  /** `http:` or `https:`. It is read to its end before it is inserted. */
  image: string;
  /** For the server that has it. */
  credentials?: { username: string; password: string };
}

export interface BmcNic {
  /** Lower case. */
  mac: string;
  /** Its cable is plugged in. */
  linkUp: boolean;
}

export interface BmcDisk {
  /** `sda` */
  target: string;
  /** libvirt's word: `sata`, `virtio`, … */
  bus: string;
  /** null: QEMU's own. */
  serial: string | null;
}

/** One machine as it is now. */
export interface BmcMachine {
  uuid: string;
  power: Power;
  /** It is being restarted, and its guest has not powered off yet. */
  isRestarting: boolean;
  /** What the next start boots from; null: its boot order says. One that was consumed is none. */
  override: BootOverride | null;
  /** What `setBootOverride` takes for it. Without a virtual drive there is no `cd`. */
  targets: BootTarget[];
  /** null: the drive is empty, or there is none (`hasDrive`). */
  media: BmcMedia | null;
  /** It has a drive for virtual media. It gets one when it is made, or by a restart in an apply. */
  hasDrive: boolean;
  cpus: number;
  memoryBytes: number;
  nics: BmcNic[];
  disks: BmcDisk[];
  firmware: FirmwareKind;
  tpm: boolean;
  serialNumber: string | null;
  /** null: libvirt's own. */
  manufacturer: string | null;
  product: string | null;
  assetTag: string | null;
  /** The UUID that the guest sees in SMBIOS. */
  smbiosUuid: string;
}

/**
 * All methods take UUIDs, act on domains of this host's fleet alone, and reject with a `VenError`;
 * `not-found` for a domain that is not there or not the fleet's. All but `reset` and `injectNmi`
 * are idempotent.
 */
export interface BmcMachines {
  /**
   * Those that are there and ready, in one or two virsh processes for all of them. Waits for no VM.
   * What is missing, not the fleet's, or can't be read is left out.
   */
  readMachines(
    uuids: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, BmcMachine>>;

  /**
   * Starts it, with its override; resumes it when it is paused. One whose memory is saved goes on
   * with that. @throws VenError `not-possible` when that would pass over an override
   */
  powerOn(uuid: string): Promise<void>;
  /** Cuts the power: saved memory is lost, too, and a restart is over. */
  powerOff(uuid: string): Promise<void>;
  /**
   * Asks the guest to power off, and ends a restart. Resolves to whether it is off in time; it is
   * left running if not. @throws VenError `interrupted` by the signal
   */
  shutDown(uuid: string, timeoutSeconds: number, signal?: AbortSignal): Promise<boolean>;
  /**
   * The same, and starts it when it is off. It is in the mark: when the signal, or the end of the
   * process, comes before, it still `isRestarting`. Without a time it goes on with such a one.
   * @throws VenError `not-running`, `interrupted` by the signal
   */
  restart(uuid: string, timeoutSeconds: number | null, signal?: AbortSignal): Promise<boolean>;
  /**
   * Presses the reset button. With an override that waits for a start, its power is cut and
   * switched on again. @throws VenError `not-running`
   */
  reset(uuid: string): Promise<void>;
  /** @throws VenError `not-running` */
  injectNmi(uuid: string): Promise<void>;

  /**
   * What it is to be is asked when nobody else can change it any more; null: none. What `wanted`
   * throws is thrown, and nothing is changed. While a UEFI machine runs, its override waits for the
   * next start by `powerOn` or `reset`; while it is off, for whoever starts it.
   * @throws VenError `not-possible` for a target that it does not have
   */
  setBootOverride(
    uuid: string,
    wanted: (machine: BmcMachine) => BootOverride | null,
  ): Promise<void>;

  /**
   * Fetches the image and inserts it, while it runs, too; what was in the drive goes. Takes as long
   * as the image, and holds up nothing else.
   * @throws VenError `media-unreachable` when the image can't be read, `not-possible` without a
   * drive
   */
  insertMedia(uuid: string, media: NewMedia, signal?: AbortSignal): Promise<void>;
  /** The image's volume is deleted. An empty drive stays empty. */
  ejectMedia(uuid: string): Promise<void>;

  /**
   * Ends what a killed server left undone, but for restarts whose guest has still time. Called when
   * a server starts, and by it again now and then (once a minute): quick where there is nothing to
   * do. Rejects with the first fault when all machines have had their turn.
   */
  settle(uuids: readonly string[]): Promise<void>;
}
