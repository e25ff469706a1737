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

export function networkActs(virsh: Virsh, runs: OtherRuns): NetworkActs {
  // Two networks that start at the same time race for addresses and firewall rules.
  const oneByOne = limiter(1);
  const start = async (uuid: string): Promise<void> => {
    const [autostart, started] = await virsh.ask([
      ['net-autostart', uuid],
      ['net-start', uuid],
    ]);
    if (autostart?.error) throw autostart.error;
    if (started && started.error !== null && started.answer !== 'active')
      throw isSubnetTaken(started, virsh.uri)
        ? new VenError('subnet-taken', started.error)
        : started.error;
  };

  return {
    async createNetwork(uuid, xml) {
      await oneByOne(async () => {
        await virsh.must([['net-define', { file: xml }]]);
        await start(uuid);
      });
    },

    async startNetwork(uuid) {
      await oneByOne(() => start(uuid));
    },

    async stopNetwork(uuid) {
      await oneByOne(async () => {
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
      await oneByOne(async () => {
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
      await redefineNetwork(virsh, { ...runs, oneByOne }, uuid, change);
    },

    async settleNetwork(uuid, request) {
      await settleNetwork(virsh, { ...runs, oneByOne }, uuid, request);
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
