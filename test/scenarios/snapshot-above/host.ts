import type { Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  const overlay = '/var/lib/libvirt/images/lab_edge-1-sda.before-upgrade';
  lab.host.snapshot(lab.domain('lab_edge-1'), 'sda', overlay);
}
