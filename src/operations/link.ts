import { createRender } from '../libvirt/index.js';
import {
  changedLink,
  EXIT,
  GOOD_LINK,
  impairmentOf,
  isImpaired,
  isOwnedBy,
  isSameImpairment,
  LINK_PARTS,
  linkText,
  jitterFault,
  VenError,
  type Host,
  type HostState,
  type Link,
  type LinkChange,
  type LinkPart,
  type ObservedDomain,
  type ObservedNic,
  type ResolvedFleet,
  type ResolvedVm,
  venCommand,
} from '../model/index.js';
import type { Interrupt } from './apply.js';
import { findVm, type VmRequest } from './find-vm.js';
import { wordsOf } from './load.js';
import { openHost } from './open.js';
import { PORTS } from './ports.js';

/** A drill: a running VM's links change, and nothing of its definition. */
export interface LinkRequest extends VmRequest {
  /** A NIC's place in the fleet file's list, from 0, or its MAC; absent: all that ven made. */
  nic?: string | undefined;
  /** `reset`: as the definition says, which is what was applied last. null: only look. */
  change: LinkChange | 'reset' | null;
  /** Afterwards what was changed is put back as it was applied; null: it stays. */
  forSeconds: number | null;
  lockTimeoutSeconds: number;
  interrupt: Interrupt;
  /** Is called before the first link changes. */
  runStarted: () => void;
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
 * @throws VenError `not-found`, `not-running`, `host-not-ready`, `locked`. A change that fails is
 * undone.
 */
export async function link(request: LinkRequest): Promise<VmLinks> {
  const { change, forSeconds, interrupt, ports = PORTS } = request;
  const { fleet, vm } = await findVm(request);
  const { graceful } = interrupt;
  if (change === null)
    return shown(request, fleet, vm, await look(openHost(fleet, request), fleet, vm, request));
  const before = await locked(request, fleet, async (host) => {
    const found = await look(host, fleet, vm, request);
    const wanted = found.nics.map((nic) => ({ nic, link: wantedLink(nic, change) }));
    for (const { link } of wanted) checkLink(link);
    await checkPossible(
      host,
      wanted.map(({ nic, link }) => [nic.now, link]),
    );
    request.runStarted();
    await setOrUndo(host, vm, wanted, request);
    return { ...found, nics: wanted.map(({ nic, link }) => ({ ...nic, now: link })) };
  });
  const changed = shown(request, fleet, vm, before, 'changed');
  if (forSeconds === null) return changed;
  request.tell(changed);
  await ports.clock.sleep(forSeconds * 1000, graceful);
  const nics = await putBack(request, fleet, vm, before.nics);
  const outcome = graceful.aborted ? 'interrupted' : 'put-back';
  const exitCode = graceful.aborted ? EXIT.interrupted : EXIT.done;
  return { ...changed, nics, outcome, exitCode };
}

/**
 * Whoever is at work on the fleet meanwhile, this waits for no lock: what was made bad for a time
 * ends with it. What others have changed since is theirs, and stays. A VM that is off by then has
 * its links as applied once it starts.
 */
async function putBack(
  request: LinkRequest,
  fleet: ResolvedFleet,
  vm: ResolvedVm,
  drilled: readonly LinkOfNic[],
): Promise<LinkOfNic[]> {
  const parts = partsOf(request.change);
  const host = openHost(fleet, request);
  try {
    const state = await host.observe(fleet, request.interrupt.hard);
    const domain = domainOf(fleet, vm, state);
    const running = domain?.live ? linksOf(vm, domain, state) : [];
    const ends = drilled.map((nic) => {
      const found = running.find(({ mac }) => mac === nic.mac);
      const link = found === undefined ? nic.applied : endedLink(found, nic.now, parts);
      return { nic: found, shown: { ...nic, before: nic.now, now: link }, link };
    });
    const wanted = ends.flatMap(({ nic, link }) => (nic === undefined ? [] : [{ nic, link }]));
    const [fault] = await setLinks(host, vm, wanted);
    if (fault !== undefined) throw fault;
    return ends.map(({ shown }) => shown);
  } catch (error) {
    throw error instanceof VenError ? leftBad(error, request, vm) : error;
  }
}

function partsOf(change: LinkRequest['change']): LinkPart[] {
  return LINK_PARTS.filter((part) => change === 'reset' || change?.[part] !== undefined);
}

/** As applied, in the parts that are still as the drill made them. */
function endedLink({ now, applied }: LinkOfNic, drilled: Link, parts: readonly LinkPart[]): Link {
  const own = parts.filter((part) => linkText(now, part) === linkText(drilled, part));
  return { ...now, ...Object.fromEntries(own.map((part) => [part, applied[part]])) };
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
  const domain = domainOf(fleet, vm, state);
  if (!domain)
    throw new VenError('not-found', {
      where: vm.address,
      summary: `the VM does not exist on ${fleet.host.uri}`,
      hint: `Create it: ${venCommand('apply', wordsOf(request))}`,
    });
  if (!domain.live)
    throw new VenError('not-running', {
      where: vm.address,
      summary: 'the VM is off: it has no links',
      hint: `Start it: ${venCommand('power on', vm.name, wordsOf(request))}`,
    });
  return { state, nics: chosenNics(vm, linksOf(vm, domain, state), request) };
}

function domainOf(
  fleet: ResolvedFleet,
  { uuid }: ResolvedVm,
  { domains }: HostState,
): ObservedDomain | undefined {
  return domains.filter((each) => isOwnedBy(fleet, each)).find((each) => each.uuid === uuid);
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
async function checkPossible(host: Host, links: readonly [Link, Link][]): Promise<void> {
  const hasOther = ([now, wanted]: readonly [Link, Link]): boolean =>
    linkText(now, 'rate') !== linkText(wanted, 'rate');
  // libvirt makes a tap's queues anew when its rate changes: what else is there has to be put back.
  const impairs = links.some(
    (each) => !isSameImpairment(...each) || (hasOther(each) && isImpaired(each[1])),
  );
  const limits = links.some(hasOther);
  if (!impairs && !limits) return;
  const { noImpairment, noRate } = await host.linkFaults();
  const faults = [
    ...(impairs && noImpairment ? [noImpairment] : []),
    ...(limits && noRate ? [noRate] : []),
  ];
  if (faults.length === 0) return;
  const [summary, ...more] = faults.map((fault) => fault.summary);
  throw new VenError('host-not-ready', {
    summary: `${summary ?? ''}. The link was left as it is`,
    ...(more.length > 0 && { detail: more.join('\n') }),
    hint: `${faults.map(({ hint }) => hint).join('. ')}. Then type the same ven link again`,
    where: host.uri,
  });
}

type Wanted = readonly { nic: LinkOfNic; link: Link }[];

/** All of it or, when some of it fails, nothing. @throws VenError of the first that failed */
async function setOrUndo(
  host: Host,
  vm: ResolvedVm,
  wanted: Wanted,
  request: LinkRequest,
): Promise<void> {
  const [fault] = await setLinks(host, vm, wanted);
  if (fault === undefined) return;
  const undone = await setLinks(
    host,
    vm,
    wanted.map(({ nic }) => ({ nic, link: nic.now })),
  );
  throw undone.length > 0 ? leftBad(fault, request, vm) : fault;
}

/** Goes on over all of them, and returns what failed. */
async function setLinks(host: Host, vm: ResolvedVm, wanted: Wanted): Promise<VenError[]> {
  const render = createRender();
  const faults: VenError[] = [];
  for (const { nic, link } of wanted) {
    // Only the link is taken from it.
    const written: ResolvedVm['nics'][number] = {
      ...{ mac: nic.mac, model: 'virtio', ip: null, link },
      source: { kind: 'bridge', bridge: nic.network ?? 'none' },
    };
    const xml = render.nic({ ...vm, nics: [written] }, nic.mac);
    try {
      await host.updateNic(vm.uuid, xml, { place: false, impairment: impairmentOf(link) });
    } catch (error) {
      if (!(error instanceof VenError)) throw error;
      faults.push(error);
    }
  }
  return faults;
}

/** Links stay bad since this failed. */
function leftBad(fault: VenError, request: LinkRequest, { name, address }: ResolvedVm): VenError {
  const { code, summary, detail, hint, where = address } = fault;
  const reset = venCommand('link', name, wordsOf(request), '--reset');
  return new VenError(code, {
    ...{ summary, detail, where, cause: fault },
    hint: `${hint === undefined ? '' : `${hint}. `}The link may be bad still. Then: ${reset}`,
  });
}
