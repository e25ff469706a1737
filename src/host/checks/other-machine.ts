/** Another machine, as libvirt there tells: its files (`HostFiles`) and its interfaces. */
import { VenError } from '../../model/index.js';
import { attribute, parseXml } from '../../xml/index.js';
import { hostNameOf } from '../libvirt/away.js';
import type { HostFiles } from '../libvirt/host-files.js';
import type { Virsh } from '../libvirt/virsh.js';
import { writesItself, type Machine } from './machine.js';
import { QEMU_SETTINGS } from './this-machine.js';

/** Where dnsmasq is; of two, the second is looked at where the first does not have it. */
const PROGRAMS = [['/usr/sbin', '/usr/local/sbin'], ['/usr/bin']];
/** All sockets of the host's network, with their paths. */
const SOCKETS = '/proc/net/unix';
/** A socket of the kernel's table that accepts connections: its flag 0x10000. */
const LISTENS = /^\S+: \S+ \S+ 00010000 .*\/libvirt\/virtlogd-sock$/m;

export function otherMachine(virsh: Virsh, files: HostFiles): Machine {
  const textThere = async (path: string): Promise<string | null> =>
    (await files.read([{ path }]))[0]?.toString('latin1') ?? null;
  return {
    place: `On ${hostNameOf(virsh.uri)}: `,
    hasLogs: () =>
      known(async () => {
        const table = await textThere(SOCKETS);
        if (table === null || LISTENS.test(table)) return table === null ? null : true;
        return writesItself((await textThere(QEMU_SETTINGS)) ?? '');
      }),
    hasDnsmasq: () =>
      known(async () => {
        for (const folders of PROGRAMS) {
          const names = await files.list(folders);
          if (names.some((each) => each?.includes('dnsmasq'))) return true;
        }
        return false;
      }),
    async areBridges(names) {
      const replies = await virsh.ask(names.map((name) => ['iface-dumpxml', name]));
      return replies.map(({ ok, text, answer }) => {
        if (!ok) return answer === 'not-found' ? false : null;
        return attribute(parseXml(text), 'type') === 'bridge';
      });
    },
    // libvirt offers KVM where it could open it.
    async isKvmClosed() {
      const [kvm] = await virsh.ask([['domcapabilities', '--virttype', 'kvm']]);
      return kvm?.ok === true ? false : null;
    },
  };
}

async function known(ask: () => Promise<boolean | null>): Promise<boolean | null> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof VenError) || error.code === 'interrupted') throw error;
    return null;
  }
}
