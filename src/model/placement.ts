/** What is asked of several hosts before VMs are placed on them, and where each VM goes. */
import type { Address } from './fleet.js';
import type { Refusal } from './refusal.js';

/** What a host has, and what is on it. Pure JSON. */
export interface HostSurvey {
  /** libvirt's version; null: it did not say. */
  libvirt: string | null;
  cpus: number;
  memoryKiB: number;
  /** Its QEMU runs VMs with KVM; null: not known. */
  kvm: boolean | null;
  /** All domains, whoever's they are. */
  domains: SurveyedDomain[];
  pools: { name: string; active: boolean; availableBytes: number; capacityBytes: number }[];
}

export interface SurveyedDomain {
  uuid: string;
  name: string;
  running: boolean;
  cpus: number;
  /** The most that it can be given. */
  memoryKiB: number;
}

/** Why a host can't be asked. */
export interface Away {
  summary: string;
  hint?: string;
}

/** One of a fleet's hosts, as far as it is known. */
export interface SeenHost {
  name: string;
  survey: HostSurvey | null;
  /** Absent: it answers. With a survey: it was lost after it had told that. */
  away?: Away;
  /**
   * Why it has no firmware for a VM, by what the VM needs (`firmwareKey`); absent: it has one, or
   * nobody asked.
   */
  lacks?: Readonly<Record<string, string>>;
}

export interface PlacedVm {
  address: Address;
  host: string;
  /** For people: `the most left of 2 hosts`. */
  why: string;
  /** It is there already. */
  isThere: boolean;
  /** The host that has it, or may have it, and that is taken for dead: it is made anew here. */
  evacuatedFrom?: string;
}

/** What a move that did not end left of a VM that is somewhere else. */
export interface LeftCopy {
  address: Address;
  uuid: string;
  host: string;
}

/** Where each VM of a fleet is, or is to be. Each VM is in one of the first three. */
export interface Placements {
  placed: PlacedVm[];
  /** What fits nowhere, or is on two hosts; with each host that has it. */
  refused: (Refusal & { on: string[] })[];
  /**
   * Of hosts that are away, or perhaps: nothing is done about them. `there`: the host that has a
   * copy, and answers.
   */
  unknown: { address: Address; hosts: string[]; there?: string }[];
  /** Copies that do not count, beside those that do, which a move left: they are to go. */
  left: LeftCopy[];
  warnings: string[];
}
