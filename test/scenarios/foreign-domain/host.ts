import type { Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  lab.host.addForeignDomain({ name: 'lab_edge-1', uuid: '00000000-0000-4000-8000-000000000001' });
  lab.host.addForeignDomain({ name: 'someone-else', uuid: '00000000-0000-4000-8000-000000000002' });
}
