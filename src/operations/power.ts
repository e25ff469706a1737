import {
  EXIT,
  isOwnedBy,
  VenError,
  type Address,
  type AnyDomain,
  type EventError,
  type Host,
  type ObservedDomain,
  type ResolvedFleet,
  type ResolvedVm,
  venCommand,
} from '../model/index.js';
import { commandLine } from '../host/index.js';
import type { Interrupt } from './apply.js';
import { needsConsent, type Consent } from './consent.js';
import { leftDomains, vmNamed } from './find-vm.js';
import { lookAt, type FleetLook, type LookPart } from './hosts/look.js';
import { loadOnHosts, wordsOf, type Request } from './load.js';
import { eachHost, lockFleet, openFleet } from './planned.js';

/**
 * `reboot` is a shutdown and a start: so it is known whether the guest obeyed, and a changed
 * definition counts from then on. `reset` is the reset button.
 */
export type PowerAction = 'on' | 'off' | 'reset' | 'reboot';

export interface PowerRequest extends Request, Consent {
  action: PowerAction;
  /** Names or addresses; empty: all VMs of the fleet that exist. */
  vms: readonly string[];
  /** `off`: cut the power without asking the guest. */
  force: boolean;
  parallelism?: number | undefined;
  lockTimeoutSeconds: number;
  interrupt: Interrupt;
  /** Is told what it is about, before anything is done. Ends it where it rejects. */
  confirm: (about: PowerAbout) => Promise<void>;
  /** Is told each VM when it has ended. */
  tell: (vm: PoweredVm) => void;
}

export interface PowerAbout {
  host: string;
  /** The VMs that would be switched. */
  vms: readonly Address[];
  /** Those whose places are taken by what is not ven's. */
  refused: readonly Address[];
}

export interface PoweredVm {
  name: string;
  address: Address;
  /** libvirt's name of it. */
  domain: string;
  /** `saved`: off, with its memory saved; `missing`: it does not exist. */
  before: ObservedDomain['power'] | 'saved' | 'missing';
  /**
   * `done`; `already`: it was so; `failed`; `refused`: the domain there is not ven's; `skipped`:
   * ven was interrupted before.
   */
  outcome: 'done' | 'already' | 'failed' | 'refused' | 'skipped';
  /** What the fleet file wants; null: it does not name the VM. */
  wanted: ResolvedVm['power'] | null;
  durationSeconds: number;
  error?: EventError;
}

export interface PowerResult {
  fleet: string;
  host: string;
  action: PowerAction;
  outcome: 'done' | 'failed' | 'interrupted';
  exitCode: number;
  vms: PoweredVm[];
  durationSeconds: number;
}

/** A VM of the fleet file, of the host, or of both. */
interface Target extends Pick<PoweredVm, 'name' | 'address' | 'domain' | 'before' | 'wanted'> {
  /** null: it does not exist. */
  owned: ObservedDomain | null;
  /** What stands in its place and is not ven's. */
  foreign: AnyDomain | null;
  /** null: none that answers has it. */
  on: Host | null;
  /** Hosts that are away and may have it. */
  away: readonly string[];
  shutdownTimeoutSeconds: number;
}

/** Of a VM that the fleet file does not name. */
const SHUTDOWN_SECONDS = 60;
const AT_ONCE = 16;

/**
 * Switches VMs on and off, under the fleet's lock. One VM's failure stops no other.
 * @throws VenError `not-found` for a name that neither the fleet file nor the host knows, before
 * anything is done
 */
export async function power(request: PowerRequest): Promise<PowerResult> {
  const { action, interrupt, parallelism = AT_ONCE } = request;
  const fleet = loadOnHosts(request);
  if (request.consent === 'impossible') throw needsConsent(request);
  const lock = await lockFleet(openFleet(fleet, request), {
    command: 'power',
    waitSeconds: request.lockTimeoutSeconds,
    signal: interrupt.graceful,
    stop: interrupt.hard,
  });
  try {
    const { opened } = lock;
    await Promise.all(eachHost(opened).map((host) => host.endLeftovers()));
    const look = async (): Promise<Target[]> =>
      chosen(request, fleet, await lookAt(opened, interrupt.graceful));
    const shown = await look();
    await request.confirm({ host: fleet.host.uri, ...groupsOf(shown) });
    // A question may stay open for hours: what counts is how they are then.
    const targets = request.consent === 'ask' ? agreedTo(shown, await look()) : shown;
    const began = performance.now();
    const ended = new Map<Address, PoweredVm>();
    const queue = targets.values();
    const work = async (): Promise<void> => {
      for (const target of queue) {
        const vm = await powered(target, request);
        ended.set(vm.address, vm);
        request.tell(vm);
      }
    };
    const workers = Array.from({ length: Math.min(parallelism, targets.length) }, work);
    // Even if one has met a bug: the lock is held as long as any of them is at work.
    await Promise.allSettled(workers);
    await Promise.all(workers);
    const vms = targets.flatMap(({ address }) => ended.get(address) ?? []);
    return {
      ...{ fleet: fleet.name, host: fleet.host.uri, action, ...outcomeOf(vms, interrupt), vms },
      durationSeconds: secondsSince(began),
    };
  } finally {
    lock.release();
  }
}

function groupsOf(targets: readonly Target[]): Omit<PowerAbout, 'host'> {
  const [refused, vms] = [true, false].map((is) =>
    targets.filter(({ foreign }) => (foreign !== null) === is).map(({ address }) => address),
  ) as [Address[], Address[]];
  return { vms, refused };
}

/** Those of them that the question named. */
function agreedTo(shown: readonly Target[], now: readonly Target[]): Target[] {
  const named = new Set(shown.map(({ address }) => address));
  return now.filter(({ address }) => named.has(address));
}

function outcomeOf(
  vms: readonly PoweredVm[],
  { graceful }: Interrupt,
): Pick<PowerResult, 'outcome' | 'exitCode'> {
  const has = (outcome: PoweredVm['outcome']): boolean => vms.some((vm) => vm.outcome === outcome);
  if (graceful.aborted) return { outcome: 'interrupted', exitCode: EXIT.interrupted };
  if (has('failed')) return { outcome: 'failed', exitCode: EXIT.someVmsFailed };
  if (has('refused')) return { outcome: 'failed', exitCode: EXIT.refused };
  return { outcome: 'done', exitCode: EXIT.done };
}

function chosen(
  request: PowerRequest,
  fleet: ResolvedFleet,
  { parts, unknown }: FleetLook,
): Target[] {
  const partOf = new Map(parts.flatMap((part) => part.fleet.vms.map(({ uuid }) => [uuid, part])));
  const unnamed = parts.flatMap((part) =>
    leftDomains(part.fleet, part.state).map((domain) => targetOf(domain, domain.mark.vm, part)),
  );
  const named = fleet.vms.map((vm) =>
    targetOfVm(vm, partOf.get(vm.uuid), unknown.get(vm.address) ?? []),
  );
  const all = [...named, ...unnamed];
  if (request.vms.length === 0)
    return all.filter((target) => target.owned !== null || target.foreign !== null);
  const wanted = request.vms.map((word) => vmNamed({ vms: all }, word, request.file));
  return [...new Map(wanted.map((target) => [target.address, target])).values()];
}

function targetOfVm(vm: ResolvedVm, part: LookPart | undefined, away: readonly string[]): Target {
  const { name, address, domain, uuid, power: wanted, shutdownTimeoutSeconds } = vm;
  const domains = part?.state.domains ?? [];
  const own =
    part && domains.filter((one) => isOwnedBy(part.fleet, one)).find((one) => one.uuid === uuid);
  const about = { name, address, domain, wanted, shutdownTimeoutSeconds };
  if (own) return { ...targetOf(own, name, part), ...about };
  const foreign = domains.find((one) => one.uuid === uuid || one.name === domain) ?? null;
  const on = part?.host ?? null;
  return { ...about, before: 'missing', owned: null, foreign, on, away };
}

function targetOf(owned: ObservedDomain, name: string, { host }: LookPart): Target {
  const before = owned.saved === undefined ? owned.power : 'saved';
  return {
    ...{ name, address: `vm.${name}`, domain: owned.name, before, wanted: null, owned },
    ...{ foreign: null, shutdownTimeoutSeconds: SHUTDOWN_SECONDS, on: host, away: [] },
  };
}

async function powered(target: Target, request: PowerRequest): Promise<PoweredVm> {
  const { name, address, domain, before, wanted } = target;
  const began = performance.now();
  const about = { name, address, domain, before, wanted };
  if (request.interrupt.graceful.aborted)
    return { ...about, outcome: 'skipped', durationSeconds: 0 };
  try {
    const host = hostOf(target, request);
    const now = await asItIs(target, host);
    about.before = now.before;
    const vm = { ...now, owned: existing(now, host, request), host, request };
    const outcome = await ACTS[request.action](vm);
    return { ...about, outcome, durationSeconds: secondsSince(began) };
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    const { code, summary, detail, hint } = error;
    return {
      ...{ ...about, outcome: code === 'foreign-object' ? 'refused' : 'failed' },
      ...{ durationSeconds: secondsSince(began), error: { code, summary, detail, hint } },
    };
  }
}

/** @throws VenError `host-not-ready`, `not-found` */
function hostOf({ on, away }: Target, request: PowerRequest): Host {
  if (on !== null) return on;
  if (away.length > 0)
    throw new VenError('host-not-ready', {
      summary: `it may be on ${away.join(' or ')}, which is away`,
      hint: `See the hosts: ${venCommand('hosts', wordsOf(request))}`,
    });
  throw new VenError('not-found', {
    summary: 'the VM is on no host of the fleet',
    hint: `Create it: ${venCommand('apply', wordsOf(request))}`,
  });
}

/** A VM waits for its turn: one that was crashed may run by then, and is not to be cut. */
async function asItIs(target: Target, host: Host): Promise<Target> {
  const { owned, before } = target;
  if (owned === null) return target;
  const power = (await host.readPowers([owned.uuid])).get(owned.uuid)?.power ?? 'missing';
  if (power === 'missing') return { ...target, before: power, owned: null };
  return { ...target, before: before === 'saved' && power === 'off' ? before : power };
}

/** @throws VenError `foreign-object`, `not-found` */
function existing(
  { owned, foreign, address }: Target,
  host: Host,
  request: PowerRequest,
): ObservedDomain {
  if (owned !== null) return owned;
  if (foreign !== null) {
    const look = commandLine('virsh', ['-c', host.uri, 'dumpxml', foreign.uuid]);
    throw new VenError('foreign-object', {
      summary: `domain ${foreign.name} is in the place of ${address}, and is not ven's`,
      hint: `It is left alone. Look at it: ${look}`,
    });
  }
  throw new VenError('not-found', {
    summary: `the VM does not exist on ${host.uri}`,
    hint: `Create it: ${venCommand('apply', wordsOf(request))}`,
  });
}

interface Existing extends Target {
  owned: ObservedDomain;
  host: Host;
  request: PowerRequest;
}

/** Each throws a VenError for what can't be done, or libvirt's. */
const ACTS: Record<PowerAction, (vm: Existing) => Promise<'done' | 'already'>> = {
  async on({ owned, before, host, request }) {
    if (before === 'running') return 'already';
    if (owned.mark?.ready !== true)
      throw new VenError('not-found', {
        summary: 'the VM is not complete: the apply that creates it was interrupted, or failed',
        hint: `Complete it: ${venCommand('apply', wordsOf(request))}`,
      });
    // Its QEMU is still there, and nothing in it runs.
    if (before === 'crashed') {
      await keep(owned, host);
      await host.stopDomain(owned.uuid, 0);
    }
    await host.startDomain(owned.uuid);
    return 'done';
  },

  async off(vm) {
    if (isOff(vm)) return 'already';
    await shutDown(vm);
    return 'done';
  },

  async reset(vm) {
    checkIsOn(vm);
    await vm.host.resetDomain(vm.owned.uuid);
    if (vm.before === 'paused') await vm.host.startDomain(vm.owned.uuid);
    return 'done';
  },

  async reboot(vm) {
    checkIsOn(vm);
    await shutDown(vm);
    await vm.host.startDomain(vm.owned.uuid);
    return 'done';
  },
};

function isOff({ before }: Existing): boolean {
  return before === 'off' || before === 'saved';
}

function checkIsOn(vm: Existing): void {
  if (!isOff(vm)) return;
  throw new VenError('not-running', {
    summary: vm.before === 'saved' ? 'the VM is off, with its memory saved' : 'the VM is off',
    hint: `Start it: ${typed('on', vm)}`,
  });
}

async function shutDown(vm: Existing): Promise<void> {
  const { name, before, owned, shutdownTimeoutSeconds, host, request } = vm;
  const { uuid } = owned;
  const cuts = request.force || before === 'crashed' || shutdownTimeoutSeconds === 0;
  const orCut =
    request.action === 'reboot'
      ? `restart it without asking: ${typed('reset', vm)}`
      : `cut its power: ${typed('off --force', vm)}`;
  if (before === 'paused' && !cuts)
    throw new VenError('not-running', {
      summary: 'the VM is paused, and hears no power button',
      hint: `Resume it: ${typed('on', vm)}; or ${orCut}`,
    });
  await keep(owned, host);
  if (cuts) await host.stopDomain(uuid, 0);
  else if (!(await host.shutDownDomain(uuid, shutdownTimeoutSeconds)))
    throw new VenError('tool-failed', {
      summary:
        `the guest did not power off within ${shutdownTimeoutSeconds}s (shutdownTimeout), ` +
        'and still runs',
      hint:
        'Does it listen to the power button (ACPI)? Its console: ' +
        `${venCommand('logs', name, wordsOf(request))}. Or ${orCut}`,
    });
}

/** One that is not defined would be gone with its power, and with it ven's mark. */
async function keep({ uuid, persistent }: ObservedDomain, host: Host): Promise<void> {
  if (persistent) return;
  await host.holdDomain(uuid, async (held) => held.defineDomain(await held.readDomain(uuid)));
}

function typed(action: string, { name, request }: Existing): string {
  return venCommand('power', action, name, wordsOf(request));
}

function secondsSince(began: number): number {
  return Math.round(performance.now() - began) / 1000;
}
