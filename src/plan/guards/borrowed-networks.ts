import type { Address, Refusal, ResolvedFleet } from '../../model/index.js';
import { otherFleets } from '../fleet-on-host.js';
import { formatList } from '../format.js';
import type { BorrowedIntent } from '../network/borrowed/intents.js';

interface Fault {
  code: 'foreign-object' | 'host-not-ready';
  what: string;
  hint: string;
}

/** Foreign networks that can't get the boot options that they are to get. */
export function unborrowable(intents: readonly BorrowedIntent[], fleet: ResolvedFleet): Refusal[] {
  return intents.flatMap((intent) => {
    const fault = faultOf(intent, fleet);
    if (fault === null) return [];
    const { code, what, hint } = fault;
    const summary = `Network ${intent.network.name} ${what}`;
    return [{ address: intent.address, code, summary, hint: `${hint}.` }];
  });
}

function faultOf(
  { address, network, bootUrl }: BorrowedIntent,
  fleet: ResolvedFleet,
): Fault | null {
  if (bootUrl === null) return null;
  const { name, mark, boot, otherBoot, persistent, ranges } = network;
  const virsh = `virsh -c ${fleet.host.uri}`;
  if (mark !== null)
    return {
      code: 'foreign-object',
      what: `is the fleet ${mark.fleet}'s own`,
      hint: 'Say httpBoot in the file of that fleet, and not here',
    };
  if (otherBoot.length > 0)
    return {
      code: 'foreign-object',
      what: `has boot options of its owner's: ${otherBoot.join(' · ')}`,
      hint:
        network.bootUrl === bootUrl
          ? 'It offers this boot file already: delete httpBoot'
          : `Delete httpBoot, or take those options out: ${virsh} net-edit ${name}`,
    };
  const others = otherFleets(fleet, network);
  if (boot !== null && boot.url !== bootUrl && others.length > 0)
    return anotherBootFile(address, boot.url, bootUrl, others);
  if (!persistent)
    return {
      code: 'host-not-ready',
      what: 'is transient, and would be gone when it is started anew',
      hint: `${virsh} net-dumpxml ${name} > FILE && ${virsh} net-define FILE`,
    };
  if (ranges.length === 0)
    return {
      code: 'host-not-ready',
      what: "has no DHCP of libvirt's, and only that can tell firmware where to boot from",
      hint: 'Delete httpBoot, and let the DHCP server of that network offer the boot file',
    };
  return null;
}

function anotherBootFile(
  address: Address,
  url: string,
  wanted: string,
  others: readonly string[],
): Fault {
  const fleets = formatList(others.map((name) => `fleet ${name}`));
  return {
    code: 'foreign-object',
    what: `boots ${url} for ${fleets}, and ${address} wants ${wanted}`,
    hint:
      "One network can offer one boot file: put the VMs on a network of this fleet's own, " +
      `or destroy ${fleets} first`,
  };
}
