/** The acts on networks. All by UUID, all idempotent. */
import { VenError, type Host, type NetworkEntryChange } from '../../model/index.js';
import { parseXml } from '../../xml/index.js';
import { entryXml, hasEntry, ipIndex, networkFacts } from '../../libvirt/index.js';
import { readNetwork, redefineNetwork, settleNetwork, type OtherRuns } from './network-redefine.js';
import { limiter } from './limiter.js';
import { isLocal } from './local.js';
import { localAddresses } from './network-faults.js';
import type { Command, Virsh, VirshReply } from './virsh.js';

export type NetworkActs = Pick<
  Host,
  | 'createNetwork'
  | 'startNetwork'
  | 'stopNetwork'
  | 'updateNetwork'
  | 'defineNetwork'
  | 'deleteNetwork'
  | 'readNetwork'
  | 'redefineNetwork'
  | 'settleNetwork'
>;

/**
 * Networks that start or stop at the same time. Own ones have subnets of their own, so they don't
 * race for addresses. libvirt changes the firewall for one at a time; more than a few only wait.
 */
const AT_ONCE = 4;

export function networkActs(virsh: Virsh, runs: OtherRuns): NetworkActs {
  // A redefinition stops a network that VMs of others are on.
  const alone = limiter(1);
  const sideBySide = limiter(AT_ONCE);
  const start = async (uuid: string, before: readonly Command[] = []): Promise<void> => {
    const replies = await virsh.ask([...before, ['net-autostart', uuid], ['net-start', uuid]]);
    const started = replies.pop();
    for (const { error } of replies) if (error !== null) throw error;
    if (started && started.error !== null && started.answer !== 'active')
      throw isSubnetTaken(started, virsh.uri)
        ? new VenError('subnet-taken', started.error)
        : started.error;
  };

  return {
    async createNetwork(uuid, xml) {
      await sideBySide(() => start(uuid, [['net-define', { file: xml }]]));
    },

    async startNetwork(uuid) {
      await sideBySide(() => start(uuid));
    },

    async stopNetwork(uuid) {
      await sideBySide(async () => {
        await virsh.must([['net-destroy', uuid]], ['inactive']);
      });
    },

    async updateNetwork(uuid, changes) {
      const readLive: Command = ['net-dumpxml', uuid];
      const [before = ''] = await virsh.must([readLive]);
      const parentIndex = String(ipIndex(parseXml(before)));
      const acts = changes.map((change): Command => [
        'net-update',
        ...[uuid, change.operation, change.section, entryXml(change), '--live'],
        ...(change.section === 'dns-host' ? [] : ['--parent-index', parentIndex]),
      ]);
      const replies = await virsh.ask([...acts, readLive]);
      const running = replies.at(-1);
      if (running?.error) throw running.error;
      const facts = networkFacts(parseXml(running?.text ?? ''));
      // The resulting state counts, not the replies: an entry may have existed already, or been
      // deleted. A later change may also undo what an earlier one did.
      const last = new Map(changes.map((change, index) => [keyOf(change), { change, index }]));
      for (const { change, index } of last.values())
        if (hasEntry(facts, change) !== (change.operation === 'add-last'))
          throw replies[index]?.error ?? notTaken(uuid, change);
    },

    async defineNetwork(xml) {
      await virsh.must([['net-define', { file: xml }]]);
    },

    async deleteNetwork(uuid) {
      await sideBySide(async () => {
        await virsh.must(
          [
            ['net-destroy', uuid],
            ['net-undefine', uuid],
          ],
          ['not-found', 'inactive'],
        );
      });
    },

    readNetwork: (uuid) => readNetwork(virsh, uuid),

    async redefineNetwork(uuid, change) {
      await redefineNetwork(virsh, { ...runs, alone }, uuid, change);
    },

    async settleNetwork(uuid, request) {
      await settleNetwork(virsh, { ...runs, alone }, uuid, request);
    },
  };
}

/**
 * libvirt says so of a subnet that is exactly the one of an interface or a route. Of two networks
 * that start at the same moment it does not notice; then the second dnsmasq finds its address in
 * use, which this network, as it has stopped, has no more.
 */
function isSubnetTaken({ answer, error }: VirshReply, uri: string): boolean {
  if (answer === 'subnet-taken') return true;
  const words = `${error?.summary}\n${error?.detail}`;
  const [, address] = /listening socket for (\S+): Address already in use/.exec(words) ?? [];
  return address !== undefined && isLocal(uri) && localAddresses().has(address);
}

function keyOf({ section, entry }: NetworkEntryChange): string {
  return JSON.stringify([section, entry]);
}

function notTaken(uuid: string, change: NetworkEntryChange): VenError {
  return new VenError('tool-failed', {
    summary: `libvirt did not take an entry of network ${uuid}`,
    detail: `${change.operation} ${entryXml(change)}`,
  });
}
