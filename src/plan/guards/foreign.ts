import {
  VenError,
  volumeKey,
  volumesOf,
  type Address,
  type ResolvedFleet,
  type ResolvedVm,
} from '../../model/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';

/** Something that is not ven's and stands where ven wants to build. */
export interface InTheWay {
  /** Who wants the place. */
  address: Address;
  /** What stands there, and why that is a clash. */
  what: string;
  /** The virsh arguments that show it, without `-c URI`; or another command, said as it is typed. */
  shownBy: { virsh: string } | { command: string };
  /** What to write in the fleet file to stay out of its way, where another name for the fleet would not do. */
  instead?: string;
}

/** A domain with the VM's name or UUID that isn't the VM, and volumes with its volumes' names that it did not make. */
export function inTheWayOfVm(vm: ResolvedVm, onHost: FleetOnHost): InTheWay[] {
  const { address } = vm;
  const found: InTheWay[] = [];
  const same = onHost.domains.get(vm.uuid);
  if (same !== undefined && !onHost.owned.has(vm.uuid)) {
    found.push({
      address,
      what: `domain ${same.name} has the UUID that is ${address}'s (${vm.uuid}), but not its mark`,
      shownBy: { virsh: `dumpxml ${vm.uuid}` },
    });
  }
  const namesake = onHost.domainsByName.get(vm.domain);
  if (namesake !== undefined && namesake.uuid !== vm.uuid) {
    found.push({
      address,
      what: `domain ${vm.domain} (${namesake.uuid}) has the name of ${address}`,
      shownBy: { virsh: `dumpxml ${namesake.uuid}` },
    });
  }
  for (const { pool, volume } of volumesOf(vm)) {
    const key = volumeKey({ pool, volume });
    if (!onHost.volumes.has(key) || onHost.ownedVolumes.has(key)) continue;
    const use = vm.disks.find((disk) => volumeKey(disk) === key)?.target ?? 'NVRAM';
    found.push({
      address,
      what: `volume ${volume} in pool ${pool} has the name of ${address}'s ${use}, and no VM of this fleet made it`,
      shownBy: { virsh: `vol-info --pool ${pool} ${volume}` },
    });
  }
  return found;
}

/** Things whose *name* is a UUID that ven would hand to virsh: should ours be gone by then, virsh would take the name. */
export function inTheWayOfUuids(
  vms: ReadonlyMap<string, Address>,
  networks: ReadonlyMap<string, Address>,
  onHost: FleetOnHost,
): InTheWay[] {
  const found: InTheWay[] = [];
  for (const { name, uuid } of onHost.state.domains) {
    const address = vms.get(name.toLowerCase());
    if (address === undefined) continue;
    found.push({
      address,
      what: `domain ${uuid} has as its name the UUID of ${address} (${name})`,
      shownBy: { virsh: `dumpxml ${uuid}` },
    });
  }
  for (const { name, uuid } of onHost.state.networks) {
    const address = networks.get(name.toLowerCase());
    if (address === undefined) continue;
    found.push({
      address,
      what: `network ${uuid} has as its name the UUID of ${address} (${name})`,
      shownBy: { virsh: `net-dumpxml ${uuid}` },
    });
  }
  return found;
}

/** Throws `foreign-object`, naming every one. */
export function refuseForeign(found: readonly InTheWay[], fleet: ResolvedFleet): void {
  const [first] = found;
  if (first === undefined) return;
  const lines = found.map(
    ({ what, shownBy }) =>
      `${what}\n  look at it: ${'virsh' in shownBy ? `virsh -c ${fleet.host.uri} ${shownBy.virsh}` : shownBy.command}`,
  );
  throw new VenError('foreign-object', {
    summary:
      found.length === 1
        ? `Something that is not ven's stands in the way of ${first.address}`
        : `${found.length} things that are not ven's stand in the way of fleet ${fleet.name}`,
    detail: lines.join('\n'),
    hint: `Nothing was changed. Rename them or remove them by hand if nobody needs them, or ${first.instead ?? 'give the fleet another name (fleet: …)'}.`,
    where: first.address,
  });
}
