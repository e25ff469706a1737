/** VMs whose links would have to be impaired or limited, on a host that can't. */
import {
  isIgnored,
  isImpaired,
  isLimited,
  type Impairment,
  type Refusal,
  type ResolvedVm,
} from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';
import type { VmDiff } from '../vm/diff.js';
import type { VmIntent } from '../vm/intents.js';

export function impossibleLinks(vms: readonly VmIntent[], onHost: FleetOnHost): Refusal[] {
  const { noImpairment, noRate } = onHost.state;
  return vms.flatMap((intent): Refusal[] => {
    const { address } = intent.vm;
    const faults = [
      ...(noImpairment && isAboutImpairment(intent, onHost) ? [noImpairment] : []),
      ...(noRate && isAboutRate(intent) ? [noRate] : []),
    ];
    return faults.map(({ summary, hint }) => {
      const instead = 'Or take that out of the fleet file';
      return { address, code: 'host-not-ready', summary, hint: `${hint}. ${instead}` };
    });
  });
}

/** libvirt limits a NIC when its VM starts, and a running one when its link changes. */
function isAboutRate(intent: VmIntent): boolean {
  const { vm, action } = intent;
  if (action === null) return false;
  if (action !== 'update' || startsAnew(intent.diff))
    return vm.nics.some(({ mac, link }) => link && isLimited(link) && !isLinkIgnored(vm, mac));
  const { domain } = intent;
  return domain.live !== null && changedNics(intent).some(({ link }) => link && isLimited(link));
}

/** A tap that is made anew begins without; one that is there is changed. */
function isAboutImpairment(intent: VmIntent, { impairments }: FleetOnHost): boolean {
  const { vm, action } = intent;
  if (action === null) return false;
  if (action !== 'update' || startsAnew(intent.diff)) return wantsImpairment(vm);
  const { domain } = intent;
  // A limit that libvirt changes takes the impairment away, too.
  return changedNics(intent).some(({ mac, link }) => {
    const running = domain.live?.nics.find((nic) => nic.mac === mac);
    if (running === undefined) return false;
    const onTap = running.tap === null ? undefined : impairments.get(running.tap);
    return [link, onTap].some(isBad);
  });
}

function wantsImpairment(vm: ResolvedVm): boolean {
  return vm.nics.some(({ mac, link }) => isBad(link) && !isLinkIgnored(vm, mac));
}

function changedNics({ vm, diff }: VmIntent & { action: 'update' }): ResolvedVm['nics'] {
  return vm.nics.filter(({ mac }) => diff.fields.some(({ path }) => path === linkPath(mac)));
}

function isLinkIgnored(vm: ResolvedVm, mac: string): boolean {
  return isIgnored(vm, linkPath(mac));
}

function linkPath(mac: string): string {
  return `nics.${mac}.link`;
}

function isBad(link: Impairment | undefined): boolean {
  return link !== undefined && isImpaired(link);
}

function startsAnew({ restart, power }: VmDiff): boolean {
  return restart || power === 'start' || power === 'cut';
}
