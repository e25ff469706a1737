import type { Lab } from '../../fake-host/index.js';

export default function ({ host }: Lab): void {
  host.addForeignVolume('default', 'lab_edge-1-nvram.fd');
}
