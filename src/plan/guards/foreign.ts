import {
  volumeKey,
  isMediaVolume,
  volumesOf,
  type Address,
  type Refusal,
  type ResolvedFleet,
  type ResolvedVm,
  type VolumeRef,
} from '../../model/index.js';
import { variablesFile } from '../../libvirt/index.js';
import type { FleetOnHost } from '../fleet-on-host.js';

/** Something that is not ven's and stands where ven wants to build. */
export interface InTheWay {
  /** Who wants the place. */
  address: Address;
  /** What stands there, and why that is a clash. */
  what: string;
  /**
   * The virsh arguments that show it, without `-c URI`; or another command, said as it is typed.
   */
  shownBy: { virsh: string } | { command: string };
  /** What else may be done with it, and virsh's arguments for that, without `-c URI`. */
  ways?: readonly (readonly [string, string])[];
  /** What to do about it, where renaming or removing it would not do. */
  hint?: string;
  /** One line; absent: that it is not ven's, and in the way. */
  summary?: string;
}

/**
 * A domain with the VM's name or UUID that isn't the VM, and volumes with its volumes' names that
 * it did not make.
 */
export function inTheWayOfVm(vm: ResolvedVm, onHost: FleetOnHost): InTheWay[] {
  const { address, uuid } = vm;
  const same = onHost.owned.has(uuid) ? undefined : onHost.domains.get(uuid);
  const namesake = onHost.domainsByName.get(vm.domain);
  const volumes = volumesInTheWay(vm, onHost);
  const found: Omit<InTheWay, 'address'>[] = [];
  if (same !== undefined)
    found.push({
      what: `domain ${same.name} has the UUID that is ${address}'s (${uuid}), but not its mark`,
      shownBy: { virsh: `dumpxml ${uuid}` },
    });
  if (namesake !== undefined && namesake.uuid !== uuid)
    found.push({
      what: `domain ${vm.domain} (${namesake.uuid}) has the name of ${address}`,
      shownBy: { virsh: `dumpxml ${namesake.uuid}` },
    });
  for (const ref of volumes) {
    const { pool, volume } = ref;
    const disk = vm.disks.find((each) => volumeKey(each) === volumeKey(ref));
    const use = disk?.target ?? (isMediaVolume(ref) ? 'virtual drive' : 'NVRAM');
    // A disk that was kept is not taken back: whose it is now, only a person knows (decision 20).
    found.push({
      what: `volume ${volume} in pool ${pool} has the name of ${address}'s ${use}`,
      shownBy: { virsh: `vol-info --pool ${pool} ${volume}` },
      ways: [
        ['copy it', `vol-clone --pool ${pool} ${volume} kept-${volume}`],
        ['delete it', `vol-delete --pool ${pool} ${volume}`],
      ],
      hint: NOBODYS_VOLUME,
    });
  }
  if (!onHost.owned.has(uuid))
    for (const path of (['fd', 'qcow2'] as const).map((format) => variablesFile(vm, format))) {
      const user = onHost.domainsByNvram.get(path);
      if (user === undefined) continue;
      found.push({
        what: `domain ${user.name} has the file for ${address}'s firmware variables: ${path}`,
        shownBy: { virsh: `dumpxml ${user.uuid}` },
        hint: 'Give that domain a file of its own (virsh edit, <nvram>).',
      });
    }
  for (const { kind, path } of onHost.leftovers.get(uuid) ?? [])
    if (kind === 'saved')
      found.push({
        what: `a saved state lies where libvirt would start ${address} from it: ${path}`,
        shownBy: { command: `sudo file ${path}` },
      });
  return found.map((each) => ({ address, ...each }));
}

/** Volumes that have the names of the VM's, and are no owned VM's. */
export function volumesInTheWay(vm: ResolvedVm, onHost: FleetOnHost): VolumeRef[] {
  return volumesOf(vm).filter((ref) => {
    const key = volumeKey(ref);
    return onHost.volumes.has(key) && !onHost.ownedVolumes.has(key);
  });
}

/** Things of the fleet that a plan acts on by UUID. */
interface ActedOn {
  uuid: string;
  address: Address;
}

/**
 * Things whose *name* is a UUID that ven would hand to virsh: should ours be gone by then, virsh
 * would take the other by its name.
 */
export function inTheWayOfUuids(
  vms: readonly ActedOn[],
  networks: readonly ActedOn[],
  onHost: FleetOnHost,
): InTheWay[] {
  const { state } = onHost;
  return [
    ...namedAs(vms, state.domains, 'domain', 'dumpxml'),
    ...namedAs(networks, state.networks, 'network', 'net-dumpxml'),
  ];
}

function namedAs(
  ours: readonly ActedOn[],
  things: readonly { name: string; uuid: string }[],
  kind: string,
  dumpxml: string,
): InTheWay[] {
  const byUuid = new Map(ours.map(({ uuid, address }) => [uuid, address]));
  return things.flatMap(({ name, uuid }) => {
    const address = byUuid.get(name.toLowerCase());
    if (address === undefined) return [];
    const what = `${kind} ${uuid} has as its name the UUID of ${address} (${name})`;
    return [{ address, what, shownBy: { virsh: `${dumpxml} ${uuid}` } }];
  });
}

/** One for each address, naming everything in its way. */
export function foreignRefusals(found: readonly InTheWay[], fleet: ResolvedFleet): Refusal[] {
  return [...Map.groupBy(found, ({ address }) => address)].map(([address, things]) => {
    return {
      address,
      code: 'foreign-object',
      summary: summaryOf(address, things),
      detail: things.map((thing) => shown(thing, fleet)).join('\n'),
      hint: [...new Set(things.map(({ hint = RENAME }) => hint))].join(' '),
    };
  });
}

function summaryOf(address: Address, things: readonly InTheWay[]): string {
  const [first, ...more] = things;
  if (more.length > 0)
    return `${things.length} things that are not this fleet's stand in the way of ${address}`;
  return first?.summary ?? `Something that is not this fleet's stands in the way of ${address}`;
}

const NOBODYS_VOLUME =
  'No VM of this fleet lists such a volume: destroy --keep-disks left it, or a VM that was ' +
  "undefined by hand, or it is somebody's own. Delete what nobody needs; copy first what may be " +
  'needed.';

const RENAME =
  'Rename them or remove them by hand if nobody needs them, or give the fleet another name ' +
  '(fleet: …).';

/** A command a line, for pasting. */
function shown({ what, shownBy, ways = [] }: InTheWay, { host }: ResolvedFleet): string {
  const typed = (words: string): string => `virsh -c ${host.uri} ${words}`;
  const look = 'virsh' in shownBy ? typed(shownBy.virsh) : shownBy.command;
  const others = ways.map(([way, words]) => `${way}: ${typed(words)}`);
  return [what, ...[`look at it: ${look}`, ...others].map((line) => `  ${line}`)].join('\n');
}
