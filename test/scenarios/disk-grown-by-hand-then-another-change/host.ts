import type { Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  lab.host.storage.add('default', 'lab_edge-sda.qcow2', 40 * 1024 ** 3);
}
