import {
  changedLink,
  EXIT,
  GOOD_LINK,
  impairmentOf,
  isOwnedBy,
  isSameImpairment,
  linkText,
  jitterFault,
  VenError,
  type Host,
  type HostState,
  type Link,
  type LinkChange,
  type ObservedDomain,
  type ObservedNic,
  type ResolvedFleet,
  type ResolvedVm,
} from '../model/index.js';
import type { Interrupt } from './apply.js';
import { findVm, type VmRequest } from './find-vm.js';
import { wordsOf } from './load.js';
import { openHost } from './open.js';
import { PORTS } from './ports.js';
import { openRender } from './templates.js';

/** A drill: a running VM's links change, and nothing of its definition. */
export interface LinkRequest extends VmRequest {
  /** A NIC's place in the fleet file's list, from 0, or its MAC; absent: all that ven made. */
  nic?: string | undefined;
  /** `reset`: as the definition says, which is what was applied last. null: only look. */
  change: LinkChange | 'reset' | null;
  /** Afterwards the links are put back as they were; null: they stay. */
  forSeconds: number | null;
  lockTimeoutSeconds: number;
  interrupt: Interrupt;
  /** Is told when the links are changed, and for a time. */
  tell: (links: VmLinks) => void;
}

export interface LinkOfNic {
  /** The place in the fleet file's list; null: the file does not have it any more. */
  place: number | null;
  mac: string;
  network: string | null;
  /** As its packets feel it; null: what becomes of them can't be seen from here. */
  before: Link;
  now: Link;
  /** As the definition says. */
  applied: Link;
}

export interface VmLinks {
  fleet: string;
  host: string;
  name: string;
  domain: string;
  nics: LinkOfNic[];
  /** Whether they are put back by themselves. */
  forSeconds: number | null;
  outcome: 'shown' | 'changed' | 'put-back' | 'interrupted';
  exitCode: number;
}

/**
 * Changes the links of a running VM, perhaps for a time; or says how they are.
 * @throws VenError `not-found`, `not-running`, `host-not-ready`, `locked`
 */
export async function link(request: LinkRequest): Promise<VmLinks> {
  const { change, forSeconds, interrupt, ports = PORTS } = request;
  const { fleet, vm } = findVm(request);
  if (change === null)
    return shown(request, fleet, vm, await look(openHost(fleet, request), fleet, vm, request));
  const before = await locked(request, fleet, async (host) => {
    const found = await look(host, fleet, vm, request);
    const wanted = found.nics.map((nic) => ({ nic, link: wantedLink(nic, change) }));
    for (const { link } of wanted) checkLink(link);
    checkPossible(
      found.state,
      wanted.map(({ nic, link }) => [nic.now, link]),
    );
    await setLinks(host, vm, wanted);
    return { ...found, nics: wanted.map(({ nic, link }) => ({ ...nic, now: link })) };
  });
  const changed = shown(request, fleet, vm, before, 'changed');
  if (forSeconds === null) return changed;
  request.tell(changed);
  await ports.clock.sleep(forSeconds * 1000, interrupt.graceful);
  // Whoever is at work on the fleet meanwhile: what was made bad for a time ends with it.
  await setLinks(
    openHost(fleet, request),
    vm,
    before.nics.map((nic) => ({ nic, link: nic.before })),
  );
  const isInterrupted = interrupt.graceful.aborted;
  return {
    ...changed,
    nics: changed.nics.map((nic) => ({ ...nic, before: nic.now, now: nic.before })),
    outcome: isInterrupted ? 'interrupted' : 'put-back',
    exitCode: isInterrupted ? EXIT.interrupted : EXIT.done,
  };
}

interface Found {
  state: HostState;
  nics: LinkOfNic[];
}

function shown(
  { forSeconds }: LinkRequest,
  fleet: ResolvedFleet,
  { name, domain }: ResolvedVm,
  { nics }: Found,
  outcome: VmLinks['outcome'] = 'shown',
): VmLinks {
  const about = { fleet: fleet.name, host: fleet.host.uri, name, domain };
  return { ...about, nics, forSeconds, outcome, exitCode: EXIT.done };
}

async function locked<T>(
  request: LinkRequest,
  fleet: ResolvedFleet,
  work: (host: Host) => Promise<T>,
): Promise<T> {
  const { graceful, hard } = request.interrupt;
  const lock = await openHost(fleet, request).lock({
    command: 'link',
    waitSeconds: request.lockTimeoutSeconds,
    signal: graceful,
    stop: hard,
  });
  try {
    return await work(lock.host);
  } finally {
    lock.release();
  }
}

async function look(
  host: Host,
  fleet: ResolvedFleet,
  vm: ResolvedVm,
  request: LinkRequest,
): Promise<Found> {
  const state = await host.observe(fleet, request.interrupt.graceful);
  const domain = state.domains.find((each) => each.uuid === vm.uuid && isOwnedBy(fleet, each));
  if (!domain)
    throw new VenError('not-found', {
      where: vm.address,
      summary: `the VM does not exist on ${fleet.host.uri}`,
      hint: `Create it: ven apply ${wordsOf(request)}`,
    });
  if (!domain.live)
    throw new VenError('not-running', {
      where: vm.address,
      summary: 'the VM is off: it has no links',
      hint: `Start it: ven power on ${vm.name} ${wordsOf(request)}`,
    });
  return { state, nics: chosenNics(vm, linksOf(vm, domain, state), request) };
}

function linksOf(
  vm: ResolvedVm,
  { mark, config, live }: ObservedDomain,
  { impairments = {} }: HostState,
): LinkOfNic[] {
  const made = new Set(mark?.nics.map((mac) => mac.toLowerCase()));
  const running = (live?.nics ?? []).filter(({ mac }) => made.has(mac));
  return running.map((nic) => {
    const place = vm.nics.findIndex(({ mac }) => mac === nic.mac);
    const defined = config.nics.find(({ mac }) => mac === nic.mac);
    const applied = defined?.link ?? GOOD_LINK;
    const onTap = nic.tap === null ? undefined : impairments[nic.tap];
    const now = { ...(nic.link ?? GOOD_LINK), ...(onTap ?? impairmentOf(applied)) };
    return {
      ...{ place: place < 0 ? null : place, mac: nic.mac, network: networkOf(nic) },
      ...{ before: now, now, applied },
    };
  });
}

function networkOf({ source }: ObservedNic): string | null {
  if (source.kind === 'network') return source.network;
  return source.kind === 'bridge' ? source.bridge : null;
}

function chosenNics(
  vm: ResolvedVm,
  nics: readonly LinkOfNic[],
  { nic: word }: LinkRequest,
): LinkOfNic[] {
  if (word === undefined) return [...nics];
  const found = nics.filter(
    ({ place, mac }) => String(place) === word || mac === word.toLowerCase(),
  );
  if (found.length > 0) return found;
  const known = nics.map(({ place, mac }) => `${place ?? 'no longer in the file'} (${mac})`);
  throw new VenError('not-found', {
    where: vm.address,
    summary: `the running VM has no NIC ${word}`,
    hint: `It has: ${known.join(', ') || 'none that ven made'}`,
  });
}

function wantedLink({ now, applied }: LinkOfNic, change: LinkChange | 'reset'): Link {
  return change === 'reset' ? applied : changedLink(now, change);
}

/** What fits by itself may not fit what the link is already. */
function checkLink(link: Link): void {
  const fault = jitterFault(link);
  if (fault !== null) throw new VenError('usage', { summary: fault.message, hint: fault.hint });
}

/** Before anything is changed. */
function checkPossible(
  { noImpairment, noRate, uri }: HostState,
  links: readonly [Link, Link][],
): void {
  const impairs = links.some(([now, wanted]) => !isSameImpairment(now, wanted));
  const limits = links.some(([now, wanted]) => linkText(now, 'rate') !== linkText(wanted, 'rate'));
  const why = (impairs ? noImpairment : undefined) ?? (limits ? noRate : undefined);
  if (why !== undefined) throw new VenError('host-not-ready', { ...why, where: uri });
}

async function setLinks(
  host: Host,
  vm: ResolvedVm,
  wanted: readonly { nic: LinkOfNic; link: Link }[],
): Promise<void> {
  const render = openRender();
  for (const { nic, link } of wanted) {
    // Only the link is taken from it.
    const written: ResolvedVm['nics'][number] = {
      ...{ mac: nic.mac, model: 'virtio', ip: null, link },
      source: { kind: 'bridge', bridge: nic.network ?? 'none' },
    };
    await host.updateNic(vm.uuid, render.nic({ ...vm, nics: [written] }, nic.mac), {
      place: false,
      impairment: impairmentOf(link),
    });
  }
}
