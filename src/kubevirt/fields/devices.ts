/** Disks, NICs, and the order in which the firmware tries them. */
import { formatBytes } from '../../libvirt/index.js';
import type { FieldChange, KubeObject, ResolvedDisk, ResolvedNic } from '../../model/index.js';
import { at, mapsAt, namedIn, textAt, type JsonObject } from '../json.js';
import { bridgeKey, diskName, macOf, networkName, nicName, type Mark } from '../names.js';
import { bytesOf } from '../quantity.js';
import {
  different,
  DOMAIN,
  joined,
  same,
  SPEC,
  valueField,
  type Comparison,
  type Difference,
  type Field,
  type VmObjects,
  type Writing,
} from './field.js';

const DEVICES = [...DOMAIN, 'devices'];
/** libvirt's own network; here, that of the pods. */
const POD_NETWORK = 'default';

/** Each device has a number of its own, from 1. */
function bootOrders({ vm }: Writing): ReadonlyMap<string, number> {
  const kinds = {
    disk: vm.disks.map(({ target }) => target),
    network: vm.nics.map(({ mac }) => nicName(mac)),
  };
  const names = vm.boot.flatMap((kind) => kinds[kind]);
  return new Map(names.map((name, index) => [name, index + 1]));
}

function ordered(name: string, orders: ReadonlyMap<string, number>): JsonObject {
  const order = orders.get(name);
  return order === undefined ? {} : { bootOrder: order };
}

export const boot = valueField({
  path: 'boot',
  write: () => ({}),
  read({ vm }) {
    const kinds = { disks: 'disk', interfaces: 'network' } as const;
    const tried = (['disks', 'interfaces'] as const).flatMap((list) =>
      mapsAt(vm, ...DEVICES, list).flatMap((device) => {
        const order = at(device, 'bootOrder');
        return typeof order === 'number' ? [{ order, kind: kinds[list] }] : [];
      }),
    );
    const kindsInOrder = tried.sort((a, b) => a.order - b.order).map(({ kind }) => kind);
    return kindsInOrder.filter((kind, index) => kind !== kindsInOrder[index - 1]).join(', ');
  },
  effect: 'restart',
  covers: [/\.bootOrder$/],
});

export const disks: Field = {
  write(writing) {
    const { fleet, vm } = writing;
    const orders = bootOrders(writing);
    return {
      spec: {
        template: {
          spec: {
            domain: {
              devices: {
                disks: vm.disks.map(({ target, bus, serial }) => ({
                  name: target,
                  disk: { bus },
                  ...(serial !== undefined && { serial }),
                  ...ordered(target, orders),
                })),
              },
            },
            volumes: vm.disks.map(({ target }) => ({
              name: target,
              persistentVolumeClaim: { claimName: diskName(fleet, vm.name, target) },
            })),
          },
        },
      },
    };
  },
  compare(comparison) {
    const { vm, mark } = comparison;
    const wanted = new Set(vm.disks.map(({ target }) => target));
    const taken = [...mark.disks.keys()].filter((target) => !wanted.has(target));
    return joined([
      ...vm.disks.map((disk) => compareDisk(comparison, disk)),
      ...taken.map((target) =>
        different({
          path: `disks.${target}`,
          before: shownDisk(comparison.found, target),
          after: null,
          effect: 'replace',
          why: 'a disk is taken away',
        }),
      ),
    ]);
  },
  shown: {
    name: 'disks',
    of: (objects) =>
      [...objects.disks.keys()]
        .sort()
        .map((target) => `${target} ${shownDisk(objects, target)}`)
        .join(', ') || 'none',
  },
  covers: [/\.devices\.disks\[/, /^spec\.template\.spec\.volumes\[/],
};

function compareDisk(comparison: Comparison, disk: ResolvedDisk): Difference {
  const { found, mark, runs } = comparison;
  const { target, bus, sizeBytes, pool, serial } = disk;
  const path = `disks.${target}`;
  const device = deviceOf(found.vm, target);
  const claim = found.disks.get(target);
  const asked = mark.disks.get(target);
  const effect = runs ? 'restart' : 'live';
  const wholly = (before: string | null): Difference =>
    different({ path, before, after: `${formatBytes(sizeBytes)} ${bus}`, effect });
  if (device === undefined) return wholly(null);
  if (claim === undefined) return wholly('missing');
  const size = sizeOf(claim);
  const fields: FieldChange[] = [];
  const warnings: string[] = [];
  const sizes = { before: formatBytes(size), after: formatBytes(sizeBytes) };
  if (size < sizeBytes) fields.push({ path: `${path}.size`, ...sizes, effect: 'live' });
  else if (size > sizeBytes && asked && asked.sizeBytes > sizeBytes) {
    const why = "a disk can't shrink";
    fields.push({ path: `${path}.size`, ...sizes, effect: 'replace', why });
  } else if (size > sizeBytes)
    warnings.push(
      `${comparison.vm.address}: ${target} has grown to ${sizes.before}, the fleet file says ` +
        `${sizes.after}; it stays as it is, since a disk can't shrink`,
    );
  const there = textAt(device, 'disk', 'bus') ?? 'none';
  if (there !== bus) {
    const isAsked = asked !== undefined && asked.bus !== bus;
    const why = 'another bus is another disk to the guest';
    const field = { path: `${path}.bus`, before: there, after: bus };
    fields.push(isAsked ? { ...field, effect: 'replace', why } : { ...field, effect });
  }
  if (asked && asked.pool !== pool) {
    const why = 'a disk is not moved between storage classes';
    const field = { path: `${path}.pool`, before: asked.pool, after: pool };
    fields.push({ ...field, effect: 'replace', why });
  }
  const serialThere = textAt(device, 'serial') ?? 'none';
  if (serial !== undefined && serialThere !== serial)
    fields.push({ path: `${path}.serial`, before: serialThere, after: serial, effect });
  const claimed = claimOf(found.vm, target);
  const own = claim.metadata.name;
  if (claimed !== own)
    fields.push({ path: `${path}.claim`, before: claimed ?? 'none', after: own, effect });
  return { fields, warnings };
}

function deviceOf(vm: KubeObject, target: string): JsonObject | undefined {
  return namedIn(mapsAt(vm, ...DEVICES, 'disks'), target);
}

function claimOf(vm: KubeObject, target: string): string | null {
  const volume = namedIn(mapsAt(vm, ...SPEC, 'volumes'), target);
  return textAt(volume, 'persistentVolumeClaim', 'claimName');
}

/** What is claimed, in bytes. */
export function sizeOf(claim: KubeObject): number {
  return bytesOf(textAt(claim, 'spec', 'resources', 'requests', 'storage')) ?? 0;
}

function shownDisk({ vm, disks }: VmObjects, target: string): string {
  const claim = disks.get(target);
  const bus = textAt(deviceOf(vm, target), 'disk', 'bus');
  return [claim ? formatBytes(sizeOf(claim)) : 'missing', ...(bus === null ? [] : [bus])].join(' ');
}

export const nics: Field = {
  write(writing) {
    const { fleet, vm } = writing;
    const orders = bootOrders(writing);
    return {
      spec: {
        template: {
          spec: {
            domain: {
              devices: {
                // Else a VM without NICs gets one.
                autoattachPodInterface: false,
                interfaces: vm.nics.map((nic) => {
                  const name = nicName(nic.mac);
                  return {
                    name,
                    macAddress: nic.mac,
                    model: nic.model,
                    ...(isOnPods(nic) ? { masquerade: {} } : { bridge: {} }),
                    ...(nic.link?.state === 'down' && { state: 'down' }),
                    ...ordered(name, orders),
                  };
                }),
              },
            },
            networks: vm.nics.map((nic) => ({
              name: nicName(nic.mac),
              ...(isOnPods(nic)
                ? { pod: {} }
                : { multus: { networkName: multusName(fleet, nic) } }),
            })),
          },
        },
      },
    };
  },
  compare({ vm, wanted, found, mark, runs }) {
    const effect = runs ? ('restart' as const) : ('live' as const);
    const names = vm.nics.map(({ mac }) => nicName(mac));
    const all = [...new Set([...names, ...mark.nics])];
    return joined(
      all.map((name) => {
        const path = `nics.${macOf(name)}`;
        const [before, after] = [nicOf(found.vm, name), nicOf(wanted.vm, name)];
        if (before === null && after === null) return same();
        if (before === null || after === null)
          return different({
            path,
            before: before && before.shown,
            after: after && after.shown,
            effect,
          });
        return joined(
          (['network', 'model', 'mac', 'link'] as const).map((part) =>
            before[part] === after[part]
              ? same()
              : different({
                  path: `${path}.${part}`,
                  before: before[part],
                  after: after[part],
                  effect: part === 'link' ? 'live' : effect,
                }),
          ),
        );
      }),
    );
  },
  shown: {
    name: 'nics',
    of: ({ vm }, mark) =>
      mapsAt(vm, ...DEVICES, 'interfaces')
        .map((each) => textAt(each, 'name') ?? '')
        .filter((name) => mark === null || mark.nics.includes(name))
        .flatMap((name) => nicOf(vm, name)?.shown ?? [])
        .join(', ') || 'none',
  },
  covers: [/\.devices\.interfaces\[/, /^spec\.template\.spec\.networks\[/],
};

function isOnPods({ source }: ResolvedNic): boolean {
  return source.kind === 'network' && source.own === null && source.network === POD_NETWORK;
}

/** Of one that is not on the network of the pods: the object of its network. */
export function multusName(fleet: string, { source }: ResolvedNic): string {
  if (source.kind === 'bridge') return networkName(fleet, bridgeKey(source.bridge));
  if (source.own === null) return source.network;
  return networkName(fleet, source.own.replace(/^network\./, ''));
}

interface Nic {
  network: string;
  model: string;
  mac: string;
  link: string;
  shown: string;
}

function nicOf(vm: KubeObject, name: string): Nic | null {
  const device = namedIn(mapsAt(vm, ...DEVICES, 'interfaces'), name);
  if (device === undefined) return null;
  const network = namedIn(mapsAt(vm, ...SPEC, 'networks'), name);
  const place = textAt(network, 'multus', 'networkName')?.replace(/^.*\//, '');
  const onPods = at(network, 'pod') === undefined ? 'none' : POD_NETWORK;
  const model = textAt(device, 'model') ?? 'virtio';
  const link = textAt(device, 'state') === 'down' ? 'down' : 'up';
  return {
    network: place ?? onPods,
    model,
    mac: textAt(device, 'macAddress')?.toLowerCase() ?? 'none',
    link,
    shown: `network ${place ?? onPods} ${model}${link === 'down' ? ' (down)' : ''}`,
  };
}

/** Names of entries that ven has made or will make; of others nothing is known here. */
export function ownEntries(mark: Mark, vm: KubeObject): ReadonlySet<string> {
  return new Set([
    ...mark.disks.keys(),
    ...mark.nics,
    ...(['disks', 'interfaces'] as const).flatMap((list) =>
      mapsAt(vm, ...DEVICES, list).flatMap((each) => textAt(each, 'name') ?? []),
    ),
  ]);
}
