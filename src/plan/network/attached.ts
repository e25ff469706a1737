import type { FleetOnHost } from '../fleet-on-host.js';

export interface NetworkUser {
  uuid: string;
  address: string;
}

/** What is said of a network that was to go, and stays for those who are not. */
export function staysFor(address: string, staying: readonly NetworkUser[]): string {
  return `${address} stays: ${staying.map((user) => user.address).join(', ')} ${staying.length === 1 ? 'is' : 'are'} still on it`;
}

/** The fleet's VMs on each network, by its libvirt name, through NICs that ven made; as defined or as they run. */
export function usersOf(onHost: FleetOnHost): Map<string, NetworkUser[]> {
  const users = new Map<string, NetworkUser[]>();
  for (const domain of onHost.owned.values()) {
    const made = new Set(domain.mark.nics.map((mac) => mac.toLowerCase()));
    const names = new Set<string>();
    for (const { mac, source } of [...domain.config.nics, ...(domain.live?.nics ?? [])]) {
      if (source.kind === 'network' && made.has(mac.toLowerCase())) names.add(source.network);
    }
    for (const name of names) {
      const list = users.get(name);
      const user = { uuid: domain.uuid, address: `vm.${domain.mark.vm}` };
      if (list === undefined) users.set(name, [user]);
      else list.push(user);
    }
  }
  return users;
}
