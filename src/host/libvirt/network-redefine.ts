/** Redefines a foreign network at once, and keeps every VM on it connected. */
import { VenError, type NetworkRedefinition } from '../../model/index.js';
import { parseXml, serializeXml } from '../../xml/index.js';
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

/** See `Host.redefineNetwork`. */
export async function redefineNetwork(
  virsh: Virsh,
  uuid: string,
  change: NetworkRedefinition,
): Promise<void> {
  const { user, before, after, restart, start } = change;
  const temporary = temporaryNetworkOf(uuid);
  await settle(virsh, uuid, user.fleet);
  const active = await isActive(virsh, uuid);
  if (before === after && (active || !start)) return;

  const facts = networkFacts(parseXml(before));
  // VMs that were on the network when it was stopped are disconnected: attach them again too.
  const nics = (active ? restart : start)
    ? await nicsOn(virsh, [`network ${facts.name}`, `bridge ${facts.bridge ?? ''}`])
    : [];
  const [created] = await virsh.ask([
    ['net-create', { file: temporaryNetworkXml({ network: uuid, user, nics }) }],
  ]);
  // Another run created it after the check in `settle`, which then reports whose it is.
  if (created?.error) {
    await refuseOthers(virsh, uuid, user.fleet);
    throw created.error;
  }
  try {
    const now = await readNetwork(virsh, uuid);
    if (now !== before && now !== after) throw moved(facts.name);
    // All NICs, before the network stops: if libvirt can't move one, the network stays untouched.
    await moveAside(virsh, nics, temporary, facts.name);
    if (restart && active) await virsh.must([['net-destroy', uuid]], ['inactive']);
    try {
      if (now !== after) await virsh.must([['net-define', { file: after }]]);
      if (active || start) await virsh.must([['net-start', uuid]], ['active']);
    } catch (error) {
      await virsh.must([['net-define', { file: now }]]);
      if (active) await virsh.must([['net-start', uuid]], ['active']);
      throw error;
    }
  } finally {
    // Also after a failure: the network runs then, with the new or the old definition.
    await moveBack(virsh, nics, temporary);
    await virsh.must([['net-destroy', temporary.uuid]], ['not-found', 'inactive']);
  }
}

/**
 * Completes what a killed run of this fleet left: starts the network, and moves the VMs that were
 * moved aside back.
 */
async function settle(virsh: Virsh, uuid: string, fleet: string): Promise<void> {
  const temporary = temporaryNetworkOf(uuid);
  const nics = await refuseOthers(virsh, uuid, fleet);
  if (nics === null) return;
  await virsh.must([['net-start', uuid]], ['active']);
  await moveBack(virsh, nics, temporary);
  await virsh.must([['net-destroy', temporary.uuid]], ['not-found', 'inactive']);
}

/**
 * The NICs on the temporary network of that network, or meant for it; null: there is no temporary
 * network. @throws VenError `locked` when it is another fleet's.
 */
async function refuseOthers(virsh: Virsh, uuid: string, fleet: string): Promise<MovedNic[] | null> {
  const [found] = await virsh.ask([['net-dumpxml', temporaryNetworkOf(uuid).uuid]]);
  if (!found?.ok) {
    if (found?.error && found.answer !== 'not-found') throw found.error;
    return null;
  }
  const mark = temporaryMark(parseXml(found.text));
  if (mark?.user.fleet === fleet) return mark.nics;
  const who = mark ? `The fleet ${mark.user.fleet}` : 'Another run';
  throw new VenError('locked', {
    summary: `${who} is changing the same network`,
    hint:
      'Try again in a moment. If no run of that fleet is going on, one was killed: ven ' +
      'apply (or destroy) of that fleet ends what it left.',
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

function moved(name: string): VenError {
  return new VenError('stale-plan', {
    summary: `The network ${name} was changed from outside this run just now`,
    hint: 'Nothing was changed. Check the new plan, and apply it.',
  });
}
