import type { Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  lab.host.nvrams.delete('/var/lib/libvirt/qemu/nvram/lab_edge-1_VARS.fd');
}
