/** The acts on networks. All by UUID, all idempotent. */
import { VenError, type Host, type NetworkEntryChange } from '../../model/index.js';
import { parseXml } from '../../xml/index.js';
import { entryXml, hasEntry, networkFacts } from '../../libvirt/index.js';
import { readNetwork, redefineNetwork } from './network-redefine.js';
import { limiter } from './limiter.js';
import type { Command, Virsh } from './virsh.js';

export type NetworkActs = Pick<
  Host,
  | 'createNetwork'
  | 'startNetwork'
  | 'updateNetwork'
  | 'defineNetwork'
  | 'deleteNetwork'
  | 'readNetwork'
  | 'redefineNetwork'
>;

export function networkActs(virsh: Virsh): NetworkActs {
  // Two networks that start at the same time race for addresses and firewall rules.
  const oneByOne = limiter(1);

  return {
    async createNetwork(uuid, xml) {
      await oneByOne(async () => {
        await virsh.must([['net-define', { file: xml }]]);
        await virsh.must(
          [
            ['net-autostart', uuid],
            ['net-start', uuid],
          ],
          ['active'],
        );
      });
    },

    async startNetwork(uuid) {
      await oneByOne(async () => {
        await virsh.must(
          [
            ['net-start', uuid],
            ['net-autostart', uuid],
          ],
          ['active'],
        );
      });
    },

    async updateNetwork(uuid, change) {
      const act = (where: string): Command => [
        'net-update',
        uuid,
        change.operation,
        change.section,
        entryXml(change),
        where,
      ];
      const [live, , running, config] = await virsh.ask([
        act('--live'),
        act('--config'),
        ['net-dumpxml', uuid],
        ['net-dumpxml', uuid, '--inactive'],
      ]);
      // The resulting state counts, not the replies: the entry may have existed already, or been
      // deleted.
      for (const [state, needed] of [
        [config, true],
        [running, live?.answer !== 'inactive'],
      ] as const) {
        if (!needed || !state) continue;
        if (state.error) throw state.error;
        if (
          hasEntry(networkFacts(parseXml(state.text)), change) !==
          (change.operation === 'add-last')
        )
          throw live?.error ?? notTaken(uuid, change);
      }
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
      await oneByOne(() => redefineNetwork(virsh, uuid, change));
    },
  };
}

function notTaken(uuid: string, change: NetworkEntryChange): VenError {
  return new VenError('tool-failed', {
    summary: `libvirt did not take an entry of network ${uuid}`,
    detail: `${change.operation} ${entryXml(change)}`,
  });
}
