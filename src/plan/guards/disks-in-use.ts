import { beneath, fileOf, volumeKey, type Address, type Refusal } from '../../model/index.js';
import type { FleetOnHost, OwnedDomain } from '../fleet-on-host.js';
import { formatList } from '../format.js';
import { doomedVolumes } from '../vm/doomed.js';

/** A VM whose disks are deleted. */
export interface Doomable {
  address: Address;
  domain: OwnedDomain;
  keepDisks: boolean;
}

/**
 * VMs whose volumes another domain uses, as a disk of its own or beneath one; and those with
 * snapshots that libvirt can't delete.
 */
export function disksInUse(vms: readonly Doomable[], onHost: FleetOnHost, uri: string): Refusal[] {
  const doomed = vms.map((vm) => ({ ...vm, ...doomedVolumes(vm.domain, vm.keepDisks, onHost) }));
  if (!doomed.some(({ paths }) => paths.length > 0)) return [];
  const going = new Set(vms.map(({ domain }) => domain.uuid));
  const users = usersOfImages(going, onHost);
  return doomed.flatMap(({ address, volumes, paths, stranded }): Refusal[] => {
    const found = [...volumes.map(volumeKey), ...paths].flatMap((image) => users.get(image) ?? []);
    const by = [...new Map(found.map((user) => [`${user.uuid} ${user.disk}`, user])).values()];
    const inUse = by.length === 0 ? [] : [usedBy(address, by, uri)];
    const outside: Refusal[] = stranded.map((path) => ({
      address,
      code: 'foreign-object',
      summary: `Snapshot ${path} stands on its disk, and is in no active pool of libvirt's`,
      hint:
        'Move it to the folder of a pool (and tell the VM: virsh edit), or merge it into the ' +
        'disk (virsh blockcommit).',
    }));
    return [...inUse, ...outside];
  });
}

function usedBy(address: Address, by: readonly User[], uri: string): Refusal {
  return {
    address,
    code: 'foreign-object',
    summary: `Its disks are in use by ${formatList([...new Set(by.map(({ who }) => who))])}`,
    detail: by
      .map(
        ({ who, uuid, disk }) =>
          `${who} has ${disk}\n  look at it: virsh -c ${uri} domblklist --details ${uuid}`,
      )
      .join('\n'),
    hint:
      'Delete that domain first, or give it disks of its own (qemu-img convert makes one that ' +
      'stands alone).',
  };
}

interface User {
  uuid: string;
  /** `domain x`, or `vm.x`. */
  who: string;
  /** What it uses: `/images/clone.qcow2 on sda, which stands on /images/lab_a-sda.qcow2`. */
  disk: string;
}

/** By path and by `volumeKey`: the domains that use an image and stay. */
function usersOfImages(
  going: ReadonlySet<string>,
  { state, owned, backing, pools }: FleetOnHost,
): ReadonlyMap<string, readonly User[]> {
  const uses = state.domains
    .filter(({ uuid }) => !going.has(uuid))
    .flatMap(({ uuid, name, config, live }) => {
      const mark = owned.get(uuid)?.mark;
      const who = mark === undefined ? `domain ${name}` : `vm.${mark.vm}`;
      return [config, ...(live === null ? [] : [live])].flatMap(({ disks, nvram }) => [
        ...(nvram === null ? [] : [{ image: nvram, user: { uuid, who, disk: nvram } }]),
        ...disks.flatMap(({ target, path, volume, beneath: said = [] }) => {
          const file = path ?? (volume === null ? null : fileOf(volume, pools));
          const own = file ?? (volume === null ? null : volumeKey(volume));
          if (own === null) return [];
          const under = file === null ? said : [...said, ...beneath(file, backing)];
          const key = volume === null ? [] : [volumeKey(volume)];
          return [...new Set([own, ...key, ...under])].map((image) => {
            const on = image === own || key.includes(image) ? '' : `, which stands on ${image}`;
            return { image, user: { uuid, who, disk: `${own} on ${target}${on}` } };
          });
        }),
      ]);
    });
  const byImage = Map.groupBy(uses, ({ image }) => image);
  return new Map([...byImage].map(([image, all]) => [image, all.map(({ user }) => user)]));
}
