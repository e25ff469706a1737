/** What ven does to networks. All by UUID, all idempotent. */
import { createHash } from 'node:crypto';
import { VenError, type Host, type NetworkEntryChange } from '../../model/index.js';
import { parseXml, serializeXml } from '../../xml/index.js';
import { networkFacts, type NetworkFacts } from '../../libvirt/index.js';
import { readNetwork, redefineNetwork } from './network-redefine.js';
import { oneAtATime } from './limiter.js';
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
  // Two networks that start at once race for addresses and firewall rules.
  const inTurn = oneAtATime();

  return {
    async createNetwork(uuid, xml) {
      await inTurn(async () => {
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
      await inTurn(async () => {
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
      // What counts is how it stands now, not what was said on the way: the entry may have been there, or gone.
      for (const [state, needed] of [
        [config, true],
        [running, live?.answer !== 'inactive'],
      ] as const) {
        if (!needed || !state) continue;
        if (state.error) throw state.error;
        if (has(networkFacts(parseXml(state.text)), change) !== (change.operation === 'add-last'))
          throw live?.error ?? notTaken(uuid, change);
      }
    },

    async defineNetwork(xml) {
      await virsh.must([['net-define', { file: xml }]]);
    },

    async deleteNetwork(uuid) {
      await inTurn(async () => {
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
      await inTurn(() => redefineNetwork(virsh, uuid, change));
    },
  };
}

/** The element as `net-update` takes it, escaped. */
function entryXml(change: NetworkEntryChange): string {
  if (change.section === 'dns-host') {
    const { ip, names } = change.entry;
    return serializeXml({
      name: 'host',
      attrs: { ip },
      children: names.map((name) => ({ name: 'hostname', attrs: {}, children: [name] })),
    });
  }
  const { mac, ip, name } = change.entry;
  return serializeXml({
    name: 'host',
    attrs: { mac, ...(name === null ? {} : { name }), ip },
    children: [],
  });
}

function has(facts: NetworkFacts, change: NetworkEntryChange): boolean {
  if (change.section === 'dns-host') {
    const wanted = change.entry.names.toSorted().join(' ');
    return facts.dnsHosts.some(
      ({ ip, names }) => ip === change.entry.ip && names.toSorted().join(' ') === wanted,
    );
  }
  const { mac, ip, name } = change.entry;
  return facts.dhcpHosts.some(
    (host) => host.mac === mac.toLowerCase() && host.ip === ip && host.name === name,
  );
}

function notTaken(uuid: string, change: NetworkEntryChange): VenError {
  return new VenError('tool-failed', {
    summary: `libvirt did not take an entry of network ${uuid}`,
    detail: `${change.operation} ${entryXml(change)}`,
  });
}

/**
 * A network that hangs about for the moment in which a NIC is attached again. It is transient, so it is gone after a
 * restart of the host whatever happens, and its UUID follows from the domain's, so that it is found again.
 */
export function temporaryNetwork(domain: string): { uuid: string; name: string; xml: string } {
  const hash = createHash('sha256').update(`reattach/${domain}`).digest('hex');
  const uuid = hash.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5');
  const name = `ven-reattach-${hash.slice(0, 12)}`;
  const element = (
    tag: string,
    attrs: Record<string, string>,
    children: (string | ReturnType<typeof leaf>)[] = [],
  ) => ({
    name: tag,
    attrs,
    children,
  });
  const leaf = (tag: string, attrs: Record<string, string>, text?: string) => ({
    name: tag,
    attrs,
    children: text === undefined ? [] : [text],
  });
  const xml = serializeXml(
    element('network', {}, [
      leaf('name', {}, name),
      leaf('uuid', {}, uuid),
      leaf('bridge', { name: `vnr${hash.slice(0, 10)}`, stp: 'off', delay: '0' }),
    ]),
  );
  return { uuid, name, xml };
}
