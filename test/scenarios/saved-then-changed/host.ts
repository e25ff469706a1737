import type { Lab } from '../../fake-host/index.js';

/** As libvirt-guests does when the host shuts down. */
export default function byHand(lab: Lab): void {
  lab.host.save(lab.domain('lab_edge-1'));
}
