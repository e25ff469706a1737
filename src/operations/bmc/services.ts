/** Which services a fleet's BMCs are, and who may log in to each. */
import {
  bmcUrl,
  VenError,
  type ReadSecret,
  type ResolvedBmc,
  type ResolvedFleet,
  type ResolvedVm,
} from '../../model/index.js';
import type { Account, KnownVm } from '../../bmc/index.js';

export interface WantedService {
  url: string;
  listen: string;
  port: number;
  tls: boolean;
  vms: string[];
  accounts: Account[];
}

export type VmWithBmc = ResolvedVm & { bmc: ResolvedBmc };

export function withBmc({ vms }: ResolvedFleet): VmWithBmc[] {
  return vms.filter((vm): vm is VmWithBmc => vm.bmc !== undefined);
}

/** In the order of the file. @throws VenError of a secret that can't be read */
export function servicesOf(fleet: ResolvedFleet, readSecret: ReadSecret): WantedService[] {
  const services = new Map<string, { service: WantedService; accounts: Map<string, Account> }>();
  for (const { name, address, bmc } of withBmc(fleet)) {
    const { listen, port, tls, credentials } = bmc;
    const url = bmcUrl(bmc);
    const { service, accounts } = services.get(url) ?? {
      service: { url, listen, port, tls, vms: [], accounts: [] },
      accounts: new Map<string, Account>(),
    };
    services.set(url, { service, accounts });
    service.vms.push(name);
    const [username, password] = [credentials.username, credentials.password].map(readSecret);
    if (username === undefined || password === undefined) continue;
    if (username.includes(':')) {
      throw new VenError('usage', {
        where: address,
        summary: 'the user name of its BMC has a colon, which HTTP takes for its end',
        hint: 'Take another: change bmc.credentials.username',
      });
    }
    const key = JSON.stringify([username, password]);
    const account = accounts.get(key) ?? { username, password, vms: [] };
    accounts.set(key, { ...account, vms: [...account.vms, name] });
  }
  return [...services.values()].map(({ service, accounts }) => ({
    ...service,
    accounts: [...accounts.values()],
  }));
}

export function knownVms(fleet: ResolvedFleet): KnownVm[] {
  return withBmc(fleet).map(
    ({ name, uuid, title, description, shutdownTimeoutSeconds, disks }) => ({
      name,
      uuid,
      title,
      description,
      shutdownTimeoutSeconds,
      disks,
    }),
  );
}
