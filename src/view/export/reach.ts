import type { ExportedVm } from '../../model/index.js';

export function isReachable({ addresses }: ExportedVm): boolean {
  return addresses.length > 0;
}

/** Why a VM has no address, after its name. */
export function whyUnreachable({ power }: ExportedVm): string {
  switch (power) {
    case null:
      return 'no fixed address in the fleet file, and the host was not asked';
    case 'missing':
      return 'not on the host';
    case 'off':
    case 'crashed':
      return 'off, and no fixed address in the fleet file';
    case 'running':
    case 'paused':
      return "no lease of libvirt's DHCP (yet)";
  }
}
