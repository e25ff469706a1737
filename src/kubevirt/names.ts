/** What objects of a fleet are called, and how they tell whose they are. */
import { createHash } from 'node:crypto';
import {
  KUBE,
  networkUuid,
  vmUuid,
  type Address,
  type KubeObject,
  type ResolvedFleet,
  type ResolvedVm,
} from '../model/index.js';

const LABELS = { fleet: 'ven/fleet', vm: 'ven/vm', disk: 'ven/disk', network: 'ven/network' };
const NOTES = {
  uuid: 'ven/uuid',
  digest: 'ven/digest',
  file: 'ven/file',
  protect: 'ven/protect',
  firmware: 'ven/firmware',
  disks: 'ven/disks',
  nics: 'ven/nics',
};

/** `_` of libvirt's names is not allowed here. Two fleets may so want one name (see `isOurs`). */
export function vmName(fleet: string, vm: string): string {
  return `${fleet}-${vm}`;
}

/** A disk's target has no hyphen, so no two disks have one name. */
export function diskName(fleet: string, vm: string, target: string): string {
  return `${fleet}-${vm}-${target}`;
}

/** `key`: of `networks` in the fleet file, or a bridge's `bridgeKey`. Multus takes no dots. */
export function networkName(fleet: string, key: string): string {
  return `${fleet}-${key}`;
}

/**
 * For the network that leads to a bridge of the nodes. No key of the fleet file begins with a
 * hyphen; what a name can't have is told apart by a hash.
 */
export function bridgeKey(bridge: string): string {
  const plain = bridge.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  if (plain === bridge) return `-${bridge}`;
  const hash = createHash('sha256').update(bridge).digest('hex').slice(0, 6);
  return `-${plain.replace(/^-|-$/g, '').slice(0, 8)}-${hash}`;
}

export interface Mark {
  fleet: string;
  /** Of a VM and its disks. */
  vm: string | null;
  /** Of a disk: its target. */
  disk: string | null;
  /** The key of a network. */
  network: string | null;
  uuid: string;
  digest: string;
  /** The fleet file of the last apply. */
  file?: string;
  protect: boolean;
  firmware: string | null;
  /** What was asked for, by target. */
  disks: ReadonlyMap<string, AskedDisk>;
  /** The names of the NICs that ven made. */
  nics: readonly string[];
}

export interface AskedDisk {
  bus: string;
  sizeBytes: number;
  pool: string;
}

export function vmMark(
  { name, file }: Pick<ResolvedFleet, 'name' | 'file'>,
  vm: ResolvedVm,
): Pick<KubeObject['metadata'], 'labels' | 'annotations'> {
  const disks = vm.disks.map(({ target, bus, sizeBytes, pool }) =>
    [target, bus, sizeBytes, pool].join(' '),
  );
  return {
    labels: { ...managed(name), [LABELS.vm]: vm.name },
    annotations: {
      [NOTES.uuid]: vm.uuid,
      [NOTES.digest]: vm.digest,
      ...(file !== undefined && { [NOTES.file]: file }),
      [NOTES.protect]: vm.protect ? 'yes' : 'no',
      [NOTES.firmware]: typeof vm.firmware === 'string' ? vm.firmware : 'other',
      [NOTES.disks]: disks.join(', '),
      [NOTES.nics]: vm.nics.map(({ mac }) => nicName(mac)).join(', '),
    },
  };
}

export function diskMark(
  fleet: string,
  vm: ResolvedVm,
  target: string,
): Pick<KubeObject['metadata'], 'labels' | 'annotations'> {
  return {
    labels: { ...managed(fleet), [LABELS.vm]: vm.name, [LABELS.disk]: target },
    annotations: { [NOTES.uuid]: vm.uuid },
  };
}

export function networkMark(
  fleet: string,
  key: string,
  digest: string,
): Pick<KubeObject['metadata'], 'labels' | 'annotations'> {
  return {
    labels: { ...managed(fleet), [LABELS.network]: labelOf(key) },
    annotations: { [NOTES.uuid]: networkUuid(fleet, key), [NOTES.digest]: digest },
  };
}

/** For what runs a VM, so that `kubectl get vmi,pods -l ven/fleet=…` finds it. */
export function podLabels(fleet: string, vm: string): Record<string, string> {
  return { [LABELS.fleet]: fleet, [LABELS.vm]: vm };
}

function managed(fleet: string): Record<string, string> {
  return { 'app.kubernetes.io/managed-by': 'ven', [LABELS.fleet]: fleet };
}

/** A label's value begins and ends with a letter or digit. */
function labelOf(key: string): string {
  return key.startsWith('-') ? `bridge.${key.slice(1)}` : key;
}

function keyOf(label: string): string {
  return label.startsWith('bridge.') ? `-${label.slice('bridge.'.length)}` : label;
}

/** Identifies the NIC within the VM, as its MAC does. */
export function nicName(mac: string): string {
  return `nic-${mac.toLowerCase().replaceAll(':', '')}`;
}

export function macOf(nic: string): string {
  return (nic.replace('nic-', '').match(/../g) ?? []).join(':');
}

/** null: it has none. */
export function markOf({ metadata: { labels = {}, annotations = {} } }: KubeObject): Mark | null {
  const fleet = labels[LABELS.fleet];
  if (fleet === undefined) return null;
  const file = annotations[NOTES.file];
  const network = labels[LABELS.network];
  return {
    fleet,
    vm: labels[LABELS.vm] ?? null,
    disk: labels[LABELS.disk] ?? null,
    network: network === undefined ? null : keyOf(network),
    uuid: annotations[NOTES.uuid] ?? '',
    digest: annotations[NOTES.digest] ?? '',
    ...(file !== undefined && { file }),
    protect: annotations[NOTES.protect] === 'yes',
    firmware: annotations[NOTES.firmware] ?? null,
    disks: new Map(listOf(annotations[NOTES.disks]).flatMap(askedDisk)),
    nics: listOf(annotations[NOTES.nics]),
  };
}

function askedDisk(text: string): [string, AskedDisk][] {
  const [target = '', bus = '', size = '', pool = ''] = text.split(' ');
  return [[target, { bus, sizeBytes: Number(size), pool }]];
}

function listOf(text = ''): string[] {
  return text === '' ? [] : text.split(', ');
}

/**
 * Whether an object is the fleet's own: the mark, the UUID that follows from fleet and name, and
 * the name that follows from both. A copy under another name has the mark of the original, and is
 * nobody's; so is the object of a fleet `a` with a VM `b-c` for a fleet `a-b` with a VM `c`.
 */
export function isOurs(fleet: string, object: KubeObject): boolean {
  const mark = markOf(object);
  if (mark?.fleet !== fleet) return false;
  const { vm, disk, network, uuid } = mark;
  const { kind, metadata } = object;
  if (kind === KUBE.network.kind)
    return (
      network !== null &&
      uuid === networkUuid(fleet, network) &&
      metadata.name === networkName(fleet, network)
    );
  if (vm === null || uuid !== vmUuid(fleet, vm)) return false;
  if (kind === KUBE.disk.kind) return disk !== null && metadata.name === diskName(fleet, vm, disk);
  return metadata.name === vmName(fleet, vm);
}

/** `network.lab`; of a bridge `bridge.br0`, or what its name became. */
export function networkAddress(key: string): Address {
  return key.startsWith('-') ? `bridge.${key.slice(1)}` : `network.${key}`;
}
