import type { Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  lab.host.addForeignNetwork({
    name: 'lab_lab',
    uuid: '00000000-0000-4000-8000-000000000004',
    bridge: 'virbr9',
    gateway: '192.168.199.1/24',
  });
}
