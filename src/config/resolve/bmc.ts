/** `bmc` as written → where each VM's BMC answers. */
import ipaddr from 'ipaddr.js';
import {
  bmcUrl,
  isLoopback,
  type Fleet,
  type FleetBmc,
  type ResolvedBmc,
  type ResolvedVm,
} from '../../model/index.js';
import type { ExpandedVm } from './expand.js';
import { bmcPort, Taken } from './identity.js';
import { secretReference } from './secrets.js';

/** The BMC that a VM is to have, as written; undefined: none. */
export function writtenBmc({ spec }: ExpandedVm): FleetBmc | undefined {
  return typeof spec.bmc === 'object' ? spec.bmc : undefined;
}

/** The shortest form, so that one address is always the same text. */
export function listenAddress({ listen = '127.0.0.1' }: FleetBmc): string {
  return ipaddr.isValid(listen) ? ipaddr.parse(listen).toString() : listen;
}

/**
 * The port of each VM that has a BMC, by the VM's name. Derived ones keep away from those that are
 * written, for BMCs or screens.
 */
export function bmcPorts(fleet: Fleet, vms: readonly ExpandedVm[]): ReadonlyMap<string, number> {
  const taken = new Taken(
    vms.flatMap(({ spec }) =>
      [spec.bmc, spec.graphics].flatMap((one) =>
        typeof one === 'object' && typeof one.port === 'number' ? one.port : [],
      ),
    ),
  );
  const shared = taken.claim((attempt) => bmcPort(fleet.fleet, null, attempt));
  return new Map(
    vms.flatMap((vm): [string, number][] => {
      const bmc = writtenBmc(vm);
      if (!bmc) return [];
      const { port = 'auto' } = bmc;
      if (port === 'per-vm')
        return [[vm.name, taken.claim((attempt) => bmcPort(fleet.fleet, vm.name, attempt))]];
      return [[vm.name, port === 'auto' ? shared : port]];
    }),
  );
}

export function resolveBmc(bmc: FleetBmc, port: number): ResolvedBmc {
  return {
    type: bmc.type,
    listen: listenAddress(bmc),
    port,
    tls: bmc.tls ?? true,
    credentials: {
      username: secretReference(bmc.credentials.username),
      password: secretReference(bmc.credentials.password),
    },
  };
}

/** Warns of credentials that go over a network in the clear, once for each service. */
export function bmcWarnings(vms: readonly ResolvedVm[]): string[] {
  const open = vms.flatMap(({ bmc }) =>
    bmc?.tls === false && !isLoopback(bmc.listen) ? [bmcUrl(bmc)] : [],
  );
  return [...new Set(open)].map(
    (url) =>
      `bmc: ${url} is plain HTTP: everyone on the way reads its credentials; ` +
      'delete `tls: false`, or listen on 127.0.0.1',
  );
}
