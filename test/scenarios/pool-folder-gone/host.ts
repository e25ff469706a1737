import type { Lab } from '../../fake-host/index.js';

/** libvirt goes on to call the pool active. */
export default function byHand(lab: Lab): void {
  lab.host.storage.deleteFolder('default');
}
