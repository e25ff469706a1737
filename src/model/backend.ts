/** What brings VMs up. The rest that is done to a host is `Host`'s. */
import type { NewVolume } from './host.js';

/** A VM to bring up: all that is needed, rendered. */
export interface BringUp {
  /** The VM's name in the fleet. */
  name: string;
  domain: string;
  uuid: string;
  /** The complete definition, with ven's mark in it, so that it is ven's from its first moment. */
  domainXml: string;
  volumes: NewVolume[];
  /** false: define it and make its disks, but leave it off. */
  start: boolean;
  memoryMiB: number;
  cpus: number;
}

/** One VM to bring up, and who wants to know how it goes. */
export interface BringUpOrder {
  /** The VM's name in the fleet. */
  name: string;
  /** Of those who wait, the lowest comes first. */
  rank: number;
  /**
   * Called at once when the VM's turn comes; gives the VM, or rejects when it can't be made.
   * `movedAt`: when the work that this VM shares with others last settled one of them
   * (`performance.now()`). As long as that moves, no VM of it has been waiting too long.
   */
  begin: (movedAt: () => number) => Promise<BringUp>;
  /**
   * The work on this very VM begins: a program may have begun several, and makes them one after
   * another. At most once, after `begin` is called; missing before `settled`, it is implied.
   */
  started: () => void;
  output: (line: string) => void;
  /** Exactly once after `begin`, at the moment it is known. null: the VM is up. */
  settled: (error: unknown) => void;
  /**
   * Aborted before `begin`: the VM is forgotten, and nothing is called. Later: it need not be
   * finished, and fails with the signal's reason, unless something else is known of it.
   */
  signal: AbortSignal;
}

/** The VMs of one run. */
export interface BringUps {
  /**
   * Takes VMs, which may be none. One VM's failure does not stop the others.
   * `more`: others may follow within a moment, so that waiting for them may be worth it. Said again
   * when that has changed. Never throws.
   */
  bringUp(orders: readonly BringUpOrder[], more: boolean): void;
  /** Resolves when nothing runs any more that was begun for the VMs; all of them have settled. */
  idle(): Promise<void>;
}

export interface Backend {
  /** For one run. `atOnce`: the most programs of its own that it may run at once, at least 1. */
  open(atOnce: number): BringUps;
}
