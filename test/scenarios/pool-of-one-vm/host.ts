import type { Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  lab.host.storage.addPool('vg', { type: 'logical', path: '/dev/vg' });
}
