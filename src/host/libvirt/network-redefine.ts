/** Redefines a foreign network at once, and keeps every VM on it connected. */
import { setTimeout as pause } from 'node:timers/promises';
import { VenError, type NetworkRedefinition } from '../../model/index.js';
import { elementsOf, parseXml, serializeXml } from '../../xml/index.js';
import type { Answer } from './answers.js';
import {
  attachedTo,
  movedAside,
  networkFacts,
  runningNics,
  temporaryMark,
  temporaryNetworkOf,
  temporaryNetworkXml,
  type MovedNic,
  type TemporaryMark,
  type TemporaryNetwork,
} from '../../libvirt/index.js';
import type { Virsh } from './virsh.js';

/** A VM that is deleted, or off, has no NIC to move. */
const GONE: readonly Answer[] = ['not-found', 'inactive'];

/**
 * A network's persistent definition, spelled as ven renders it; see `Host.readNetwork`.
 */
export async function readNetwork(virsh: Virsh, uuid: string): Promise<string> {
  const [xml = ''] = await virsh.must([['net-dumpxml', uuid, '--inactive']]);
  const network = parseXml(xml);
  if (networkFacts(network).uuid !== uuid)
    throw new VenError('not-found', {
      summary: `There is no network with the UUID ${uuid} (any more)`,
    });
  return serializeXml(network);
}

/** Other runs of ven, and how long to wait for them. */
export interface OtherRuns {
  /** Locks a fleet of this host; null: a run of it is at work. */
  lock(fleet: string): Promise<{ release(): void } | null>;
  /** A run on another machine may be at work there, and no lock of this machine tells of it. */
  remote: boolean;
  /** Ends the wait. */
  signal?: AbortSignal | undefined;
}

/** Below the time limit of the steps that wait here. A redefinition takes some seconds. */
const PATIENCE_SECONDS = 240;
/** For a run that this machine has no lock of: longer than a redefinition takes. */
const REMOTE_SECONDS = 30;
const RETRY_MS = 500;

/** `alone`: for what changes networks. A wait is no such thing: other acts go on meanwhile. */
type Runs = OtherRuns & { alone: <T>(work: () => Promise<T>) => Promise<T> };

/** See `Host.redefineNetwork`. */
export async function redefineNetwork(
  virsh: Virsh,
  runs: Runs,
  uuid: string,
  change: NetworkRedefinition,
): Promise<void> {
  const began = performance.now();
  do await settle(virsh, runs, uuid, change, began);
  while (!(await runs.alone(() => redefineOnce(virsh, uuid, change))));
}

/** See `Host.settleNetwork`. */
export async function settleNetwork(
  virsh: Virsh,
  runs: Runs,
  uuid: string,
  { fleet, tell }: { fleet: string; tell: (line: string) => void },
): Promise<void> {
  await settle(virsh, runs, uuid, { user: { fleet }, tell }, performance.now());
}

/** false: another run was faster, and nothing was changed. */
async function redefineOnce(
  virsh: Virsh,
  uuid: string,
  { user, patch, start }: NetworkRedefinition,
): Promise<boolean> {
  const temporary = temporaryNetworkOf(uuid);
  const before = await readNetwork(virsh, uuid);
  const after = patch(before);
  const active = await isActive(virsh, uuid);
  if (before === after && (active || !start)) return true;

  const restart = active && needsRestart(before, after);
  const facts = networkFacts(parseXml(before));
  // VMs that were on the network when it was stopped are disconnected: attach them again too.
  const nics =
    restart || (!active && start)
      ? await nicsOn(virsh, [`network ${facts.name}`, `bridge ${facts.bridge ?? ''}`])
      : [];
  const [created] = await virsh.ask([
    ['net-create', { file: temporaryNetworkXml({ network: uuid, user, nics }) }],
  ]);
  if (created?.error) {
    if ((await readTemporary(virsh, uuid)) !== null) return false;
    throw created.error;
  }
  try {
    // Another run may have been at work until the temporary network was created.
    const now = await readNetwork(virsh, uuid);
    if (now !== before || (await isActive(virsh, uuid)) !== active) return false;
    // All NICs, before the network stops: if libvirt can't move one, the network stays untouched.
    await moveAside(virsh, nics, temporary, facts.name);
    if (restart) await virsh.must([['net-destroy', uuid]], ['inactive']);
    try {
      if (now !== after) await virsh.must([['net-define', { file: after }]]);
      if (active || start) await virsh.must([['net-start', uuid]], ['active']);
    } catch (error) {
      await virsh.must([['net-define', { file: now }]]);
      if (active) await virsh.must([['net-start', uuid]], ['active']);
      throw error;
    }
    return true;
  } finally {
    // Also after a failure: the network runs then, with the new or the old definition.
    await moveBack(virsh, nics, temporary);
    await virsh.must([['net-destroy', temporary.uuid]], ['not-found', 'inactive']);
  }
}

/** libvirt takes over nothing but metadata without a restart. */
function needsRestart(before: string, after: string): boolean {
  const rest = (text: string): string => {
    const network = parseXml(text);
    const children = elementsOf(network).filter(({ name }) => name !== 'metadata');
    return [...children.map(serializeXml)].join('\n');
  };
  return rest(before) !== rest(after);
}

/**
 * Waits until no other run changes the network, and completes what killed runs left of it.
 * @throws VenError `locked` when it takes too long, `interrupted`
 */
async function settle(
  virsh: Virsh,
  runs: Runs,
  uuid: string,
  { user: { fleet }, tell }: { user: { fleet: string }; tell: (line: string) => void },
  began: number,
): Promise<void> {
  const waited = (): number => (performance.now() - began) / 1000;
  let told = '';
  for (;;) {
    const mark = await readTemporary(virsh, uuid);
    if (mark === null) return;
    const other = mark.user.fleet;
    if (other === fleet) {
      await runs.alone(() => completeLeft(virsh, uuid, fleet));
      return;
    }
    if (!runs.remote || waited() > REMOTE_SECONDS) {
      const lock = await runs.lock(other);
      try {
        if (lock) {
          const said = `completing what a killed run of fleet ${other} left`;
          await runs.alone(() => completeLeft(virsh, uuid, other, () => tell(said)));
          continue;
        }
      } finally {
        lock?.release();
      }
    }
    if (waited() > PATIENCE_SECONDS) throw stillAtWork(other);
    if (told !== other) tell(`waiting for fleet ${other}, which is changing the same network`);
    told = other;
    await pause(RETRY_MS, undefined, runs.signal ? { signal: runs.signal } : {}).catch(() => {
      throw new VenError('interrupted', { summary: 'Stopped while waiting for another run' });
    });
  }
}

/** If it is still there: starts the network, and moves the VMs that were moved aside back. */
async function completeLeft(
  virsh: Virsh,
  uuid: string,
  fleet: string,
  tell?: () => void,
): Promise<void> {
  const left = await readTemporary(virsh, uuid);
  if (left?.user.fleet !== fleet) return;
  tell?.();
  const temporary = temporaryNetworkOf(uuid);
  await virsh.must([['net-start', uuid]], ['active']);
  await moveBack(virsh, left.nics, temporary);
  await virsh.must([['net-destroy', temporary.uuid]], ['not-found', 'inactive']);
}

/** What the temporary network of that network tells; null: there is none. */
async function readTemporary(virsh: Virsh, uuid: string): Promise<TemporaryMark | null> {
  const [found] = await virsh.ask([['net-dumpxml', temporaryNetworkOf(uuid).uuid]]);
  if (!found?.ok) {
    if (found?.error && found.answer !== 'not-found') throw found.error;
    return null;
  }
  const network = parseXml(found.text);
  const mark = temporaryMark(network);
  if (mark !== null) return mark;
  const { name } = networkFacts(network);
  throw new VenError('foreign-object', {
    summary: `The network ${name} has the UUID of a temporary network, and no mark of ven's`,
    hint: `See what it is: virsh -c ${virsh.uri} net-dumpxml ${name}`,
  });
}

function stillAtWork(fleet: string): VenError {
  return new VenError('locked', {
    summary: `Fleet ${fleet} is still changing the same network, after ${PATIENCE_SECONDS} s`,
    hint: 'Nothing was changed. Wait until its run ends, and try again',
  });
}

async function isActive(virsh: Virsh, uuid: string): Promise<boolean> {
  const [list = ''] = await virsh.must([['net-list', '--uuid']]);
  return list.split(/\s+/).includes(uuid);
}

/** The NICs of all running domains on one of these networks; see `attachedTo`. */
async function nicsOn(virsh: Virsh, places: readonly string[]): Promise<MovedNic[]> {
  const [list = ''] = await virsh.must([['list', '--uuid']]);
  const domains = list.split(/\s+/).filter((uuid) => uuid !== '');
  const replies = await virsh.ask(domains.map((uuid) => ['dumpxml', uuid]));
  return replies.flatMap(({ ok, text }, index) =>
    ok
      ? runningNics(parseXml(text), domains[index] ?? '').filter(({ xml }) =>
          places.includes(attachedTo(parseXml(xml)) ?? ''),
        )
      : [],
  );
}

async function moveAside(
  virsh: Virsh,
  nics: readonly MovedNic[],
  temporary: TemporaryNetwork,
  network: string,
): Promise<void> {
  const replies = await virsh.ask(
    nics.map(({ domain, xml }) => [
      'update-device',
      domain,
      { file: movedAside(xml, temporary) },
      '--live',
    ]),
  );
  for (const [index, { error, answer }] of replies.entries()) {
    if (error === null || GONE.includes(answer)) continue;
    throw new VenError('tool-failed', {
      summary:
        `NIC ${nics[index]?.mac} of domain ${nics[index]?.domain} can't be ` +
        'attached again, ' +
        `so the network ${network} is left as it is`,
      detail: error.detail ?? error.summary,
      hint: 'Shut that VM down, or detach its NIC, and try again.',
    });
  }
}

/**
 * Only NICs that are still on the temporary network: one that was moved meanwhile, or whose VM was
 * restarted, is where it should be.
 */
async function moveBack(
  virsh: Virsh,
  nics: readonly MovedNic[],
  temporary: TemporaryNetwork,
): Promise<void> {
  const byMac = new Map(nics.map((nic) => [`${nic.domain} ${nic.mac}`, nic]));
  const held = await nicsOn(virsh, [`network ${temporary.name}`, `bridge ${temporary.bridge}`]);
  const replies = await virsh.ask(
    held.flatMap(({ domain, mac }) => {
      const nic = byMac.get(`${domain} ${mac}`);
      return nic === undefined ? [] : [['update-device', domain, { file: nic.xml }, '--live']];
    }),
  );
  for (const { error, answer } of replies)
    if (error !== null && !GONE.includes(answer)) throw error;
}
