/** VMs whose links would have to be impaired, on a host where ven can't. */
import {
  isIgnored,
  isImpaired,
  type Impairment,
  type Refusal,
  type ResolvedVm,
} from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';
import type { VmDiff } from '../vm/diff.js';
import type { VmIntent } from '../vm/intents.js';

export function impossibleLinks(vms: readonly VmIntent[], onHost: FleetOnHost): Refusal[] {
  const { noImpairment } = onHost.state;
  if (noImpairment === undefined) return [];
  return vms
    .filter((intent) => isAboutImpairment(intent, onHost))
    .map(({ vm: { address } }) => ({ address, code: 'host-not-ready', ...noImpairment }));
}

/** A tap that is made anew begins without; one that is there is changed. */
function isAboutImpairment(intent: VmIntent, { impairments }: FleetOnHost): boolean {
  const { vm, action } = intent;
  if (action === null) return false;
  if (action !== 'update' || startsAnew(intent.diff)) return wantsImpairment(vm);
  const { diff, domain } = intent;
  const changed = vm.nics.filter(({ mac }) =>
    diff.fields.some(({ path }) => path === `nics.${mac}.link`),
  );
  // A limit that libvirt changes takes the impairment away, too.
  return changed.some(({ mac, link }) => {
    const running = domain.live?.nics.find((nic) => nic.mac === mac);
    if (running === undefined) return false;
    const onTap = running.tap === null ? undefined : impairments.get(running.tap);
    return [link, onTap].some(isBad);
  });
}

function wantsImpairment(vm: ResolvedVm): boolean {
  return vm.nics.some(({ mac, link }) => isBad(link) && !isIgnored(vm, `nics.${mac}.link`));
}

function isBad(link: Impairment | undefined): boolean {
  return link !== undefined && isImpaired(link);
}

function startsAnew({ restart, power }: VmDiff): boolean {
  return restart || power === 'start' || power === 'cut';
}
