import type { Lab } from '../../fake-host/index.js';

/** Another pool has the folder, as some installers make it. */
export default function byHand(lab: Lab): void {
  lab.host.storage.forget('default');
  lab.host.storage.addPool('images', { path: '/var/lib/libvirt/images' });
}
