/**
 * Keys and values of a fleet file that ven may support later. They are refused by name, never
 * ignored. This is the only list of them.
 */
import type { Path } from '../source/source.js';

export interface LaterWork {
  message: string;
  hint: string;
}

interface Entry {
  /** `*`: any one step; `vm`: a VM of the list, or `defaults`. */
  path: string;
  /** Only for these values; every value when left out. */
  when?: (value: unknown) => boolean;
  what: string;
  instead: string;
}

const is =
  (...values: unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);

const LATER: readonly Entry[] = [
  {
    path: 'networks.*.mode',
    when: is('bridge'),
    what: 'ven does not make networks from host bridges yet',
    instead: 'Delete this network, and put the VMs on the bridge: `nics: [{ bridge: br0 }]`.',
  },
  {
    path: 'networks.*.mode',
    when: is('open', 'private', 'vepa', 'passthrough', 'hostdev'),
    what: 'ven does not make networks of this mode yet',
    instead:
      'Use nat, isolated or route; or make the network with virsh and name it: `existing: NAME`.',
  },
  {
    path: 'networks.*.subnet',
    when: is(null, false, 'none'),
    what: 'ven does not make networks without addresses yet',
    instead: 'Write `subnet: auto`; with `dhcp: false` nobody is given an address.',
  },
  {
    path: 'networks.*.bridge',
    what: 'ven does not let a bridge name be chosen yet',
    instead: 'Delete `bridge`; to use a bridge of the host write `nics: [{ bridge: br0 }]`.',
  },
  {
    path: 'networks.*.ipv6',
    what: 'ven does not do IPv6 networks yet',
    instead: 'Delete `ipv6`; or make the network with virsh and name it: `existing: NAME`.',
  },
  {
    path: 'vm.secureBoot',
    what: 'ven does not have secure boot as a key of its own',
    instead: 'Write `firmware: uefi-secure`.',
  },
  {
    path: 'vm.graphics',
    when: is('spice', 'sdl', 'egl-headless'),
    what: 'ven does not do graphics of this kind yet',
    instead: 'Write `graphics: vnc`.',
  },
  {
    path: 'vm.graphics.type',
    when: is('spice', 'sdl', 'egl-headless'),
    what: 'ven does not do graphics of this kind yet',
    instead: 'Write `type: vnc`.',
  },
  {
    path: 'vm.accelerator',
    what: 'ven does not choose the accelerator for a single VM yet',
    instead: 'Write it once, under `host`.',
  },
  ...['image', 'images', 'box', 'iso', 'cdrom'].map((key) => ({
    path: `vm.${key}`,
    what: 'ven installs no image',
    instead:
      `Delete \`${key}\`: the disks are empty, and the VM installs itself from the network ` +
      '(`boot`), or from an image that its BMC inserts.',
  })),
  {
    path: 'vm.disks.*.image',
    what: 'ven does not make disks from images yet',
    instead: 'Delete `image`; the disk is empty, and the node installs itself from the network.',
  },
  {
    path: 'vm.disks.*.bus',
    when: is('nvme', 'ide', 'usb'),
    what: 'ven does not do disks on this bus yet',
    instead: 'Write sata, virtio or scsi.',
  },
];

/** The entry for this place and value, or null. */
export function laterWork(path: Path, value: unknown): LaterWork | null {
  let steps = path;
  if (path[0] === 'defaults') steps = ['vm', ...path.slice(1)];
  else if (path[0] === 'vms' && path.length > 1) steps = ['vm', ...path.slice(2)];
  for (const entry of LATER) {
    const pattern = entry.path.split('.');
    if (
      pattern.length !== steps.length ||
      !pattern.every((part, index) => part === '*' || part === steps[index])
    )
      continue;
    if (!entry.when || entry.when(value))
      return { message: `\`${String(path.at(-1))}\`: ${entry.what}`, hint: entry.instead };
  }
  return null;
}
