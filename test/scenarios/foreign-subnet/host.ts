import type { Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  lab.host.addForeignNetwork({
    name: 'other',
    uuid: '00000000-0000-4000-8000-000000000004',
    bridge: 'virbr9',
    gateway: '192.168.150.1/24',
  });
}
