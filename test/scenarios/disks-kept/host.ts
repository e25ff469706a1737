import type { Lab } from '../../fake-host/index.js';

/** `destroy --keep-disks` left them, or a VM that was undefined by hand. */
export default function byHand(lab: Lab): void {
  lab.host.addForeignVolume('default', 'lab_edge-1-sda.qcow2');
  lab.host.addForeignVolume('default', 'lab_edge-1-sdb.qcow2');
}
