import { didYouMean } from '../config/index.js';
import { createRender } from '../libvirt/index.js';
import {
  EXIT,
  isOwnedBy,
  VenError,
  type Address,
  type EventError,
  type Host,
  type ObservedDomain,
  type Owned,
  type ResolvedFleet,
  type ResolvedVm,
} from '../model/index.js';
import type { Interrupt } from './apply.js';
import { vmNamed } from './find-vm.js';
import { checkSource, checkTarget } from './hosts/movable.js';
import type { OpenHost } from './hosts/open.js';
import { discard, finish, transfer, type TransferEnd } from './hosts/transfer.js';
import { seeHosts, type SeenFleet } from './hosts/whole.js';
import { loadOnHosts, wordsOf, type Request } from './load.js';
import { eachHost, lockFleet, openFleet } from './planned.js';

export interface MoveRequest extends Request {
  /** Names or addresses; at least one. */
  vms: readonly string[];
  /** The name of a host of the fleet file. */
  to: string;
  lockTimeoutSeconds: number;
  interrupt: Interrupt;
  /** Is told what is under way with a VM. */
  progress: (address: Address, line: string) => void;
  /** Is told each VM when it has ended. */
  tell: (vm: MovedVm) => void;
}

export interface MovedVm {
  name: string;
  address: Address;
  /** Where it was; null: it is not known, or nowhere. */
  from: string | null;
  to: string;
  /**
   * `done`; `already`: it was there; `failed`; `refused`: it was left as it is; `skipped`: ven was
   * interrupted before.
   */
  outcome: 'done' | 'already' | 'failed' | 'refused' | 'skipped';
  /** What was copied. */
  bytes: number;
  durationSeconds: number;
  error?: EventError;
}

export interface MoveResult {
  fleet: string;
  to: string;
  outcome: 'done' | 'failed' | 'interrupted';
  exitCode: number;
  vms: MovedVm[];
  durationSeconds: number;
}

/**
 * Moves VMs that are off to another host of their fleet, one after another, under the fleet's lock
 * on all hosts. One VM's failure stops no other.
 * @throws VenError `usage` for a fleet on one host, `not-found` for a name that the file lacks,
 * `host-not-ready` when the target is away
 */
export async function move(request: MoveRequest): Promise<MoveResult> {
  const fleet = loadOnHosts(request);
  const target = hostNamed(fleet, request.to);
  const vms = new Map(
    request.vms.map((word) => {
      const vm = vmNamed(fleet, word, request.file);
      return [vm.address, vm] as const;
    }),
  );
  const lock = await lockFleet(openFleet(fleet, request), {
    command: 'move',
    waitSeconds: request.lockTimeoutSeconds,
    signal: request.interrupt.graceful,
    stop: request.interrupt.hard,
  });
  try {
    const began = performance.now();
    await Promise.all(eachHost(lock.opened).map((host) => host.endLeftovers()));
    const moved: MovedVm[] = [];
    for (const vm of vms.values()) {
      const ended = await moveOne(vm, { request, fleet, hosts: lock.opened.hosts, target });
      moved.push(ended);
      request.tell(ended);
    }
    return {
      ...{ fleet: fleet.name, to: target, ...outcomeOf(moved), vms: moved },
      durationSeconds: secondsSince(began),
    };
  } finally {
    lock.release();
  }
}

interface Work {
  request: MoveRequest;
  fleet: ResolvedFleet;
  hosts: readonly OpenHost[];
  target: string;
}

async function moveOne(vm: ResolvedVm, work: Work): Promise<MovedVm> {
  const { name, address } = vm;
  const { request, target } = work;
  const began = performance.now();
  const about = { name, address, from: null as string | null, to: target, bytes: 0 };
  if (request.interrupt.graceful.aborted)
    return { ...about, outcome: 'skipped', durationSeconds: 0 };
  try {
    const ended = await toTarget(vm, work, (from) => (about.from = from));
    return { ...about, ...ended, durationSeconds: secondsSince(began) };
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    const { code, summary, detail, hint, exitCode } = error;
    return {
      ...{ ...about, outcome: exitCode === EXIT.refused ? 'refused' : 'failed' },
      ...{ durationSeconds: secondsSince(began), error: { code, summary, detail, hint } },
    };
  }
}

/** @throws VenError why it was not moved */
async function toTarget(
  vm: ResolvedVm,
  { request, fleet, hosts, target }: Work,
  onHost: (from: string) => void,
): Promise<Pick<MovedVm, 'outcome' | 'bytes'>> {
  const { interrupt } = request;
  const tell = (line: string): void => {
    request.progress(vm.address, line);
  };
  const words = (...more: readonly string[]): string => wordsOf(request, ...more);
  const render = createRender();
  const whole = await seeHosts(hosts, fleet, { destroys: true, stop: interrupt.graceful });
  const at = whereItIs(vm, whole, words);
  const to = endOf(vm, target, hosts, whole);
  if (at !== target) onHost(at);
  const [left] = whole.placements.left.filter(({ address }) => address === vm.address);
  const copy = left && domainOn(vm, left.host, whole);
  if (left && copy) {
    const from = endOf(vm, left.host, hosts, whole);
    if (at === target) {
      onHost(left.host);
      const there = to.share.vms.find(({ uuid }) => uuid === vm.uuid) ?? vm;
      await finish({ from, to, domain: copy, vm: there, tell });
      return { outcome: 'done', bytes: 0 };
    }
    tell(`deleting the half-made copy on ${left.host}`);
    await discard(from.host, copy);
  }
  if (at === target) {
    await endMark(to.host, domainOn(vm, target, whole));
    return { outcome: 'already', bytes: 0 };
  }
  const from = endOf(vm, at, hosts, whole);
  const source = shareOn(at, whole);
  const seen = source && {
    ...source.state,
    backing: await from.host.readBacking(source.state, interrupt.graceful),
  };
  if (!source || !seen) throw away(vm, at);
  const domain = checkSource(vm, { ...source, share: source.fleet, state: seen }, render, words);
  const state = await to.host.observe(to.share, interrupt.graceful);
  const there = checkTarget(vm, { ...to, state }, { fleet, seen: whole.seen, render });
  const bytes = await transfer({
    ...{ from, to, domain, vm: { ...there, power: 'off' as const }, render, tell },
    stop: interrupt.graceful,
  });
  return { outcome: 'done', bytes };
}

/** All is done but what its mark says of it. */
async function endMark(host: Host, domain: Owned<ObservedDomain> | undefined): Promise<void> {
  if (domain?.mark.move === undefined) return;
  const mark = { ...domain.mark };
  delete mark.move;
  await host.markDomain(domain.uuid, mark);
}

/** The host that has it. @throws VenError when none has, or nobody knows */
function whereItIs(
  { address }: ResolvedVm,
  { placements }: SeenFleet,
  words: (...more: readonly string[]) => string,
): string {
  const placed = placements.placed.find((each) => each.address === address);
  if (placed) return placed.host;
  const unknown = placements.unknown.find((each) => each.address === address);
  if (unknown)
    throw new VenError('host-not-ready', {
      where: address,
      summary: `it is on ${unknown.hosts.join(' or ')}, or may be, and that is away`,
      hint: `See the hosts: ven hosts ${words()}`,
    });
  const refused = placements.refused.find((each) => each.address === address);
  if (refused) {
    const { code, summary, detail, hint } = refused;
    throw new VenError(code, { where: address, summary, detail, hint });
  }
  throw new VenError('not-found', {
    where: address,
    summary: 'it is on no host',
    hint: `Create it: ven apply ${words('--target', address)}`,
  });
}

/** With the VM in its share. @throws VenError `host-not-ready` when it is away */
function endOf(
  vm: ResolvedVm,
  name: string,
  hosts: readonly OpenHost[],
  { fleet, shares }: SeenFleet,
): TransferEnd {
  const open = hosts.find((each) => each.name === name);
  const share = shares.find((each) => each.name === name);
  if (!open || !share) throw away(vm, name);
  const there = new Set([vm.uuid, ...share.fleet.vms.map(({ uuid }) => uuid)]);
  return {
    ...{ name, host: open.host },
    share: open.share(fleet.vms.filter(({ uuid }) => there.has(uuid))),
  };
}

function shareOn(name: string, { shares }: SeenFleet): SeenFleet['shares'][number] | undefined {
  return shares.find((each) => each.name === name);
}

function domainOn(
  { uuid }: ResolvedVm,
  name: string,
  whole: SeenFleet,
): Owned<ObservedDomain> | undefined {
  const share = shareOn(name, whole);
  return share?.state.domains
    .filter((domain) => isOwnedBy(share.fleet, domain))
    .find((domain) => domain.uuid === uuid);
}

function away({ address }: ResolvedVm, host: string): VenError {
  return new VenError('host-not-ready', {
    where: address,
    summary: `host ${host} is away`,
    hint: 'See why: ven hosts',
  });
}

/** @throws VenError `usage`, `not-found` */
function hostNamed({ hosts }: ResolvedFleet, name: string): string {
  if (hosts === undefined)
    throw new VenError('usage', {
      summary: 'The fleet is on one host: there is none to move a VM to',
      hint: 'Name several with `hosts` in the fleet file.',
    });
  const names = hosts.map((host) => host.name);
  if (names.includes(name)) return name;
  throw new VenError('not-found', {
    summary: `There is no host ${JSON.stringify(name)} in the fleet file`,
    hint: didYouMean(name, names),
  });
}

function outcomeOf(vms: readonly MovedVm[]): Pick<MoveResult, 'outcome' | 'exitCode'> {
  const has = (outcome: MovedVm['outcome'], code?: EventError['code']): boolean =>
    vms.some((vm) => vm.outcome === outcome && (code === undefined || vm.error?.code === code));
  if (has('skipped') || has('failed', 'interrupted'))
    return { outcome: 'interrupted', exitCode: EXIT.interrupted };
  if (has('failed')) return { outcome: 'failed', exitCode: EXIT.someVmsFailed };
  if (has('refused')) return { outcome: 'failed', exitCode: EXIT.refused };
  return { outcome: 'done', exitCode: EXIT.done };
}

function secondsSince(began: number): number {
  return Math.round(performance.now() - began) / 1000;
}
