import type { Lab } from '../../fake-host/index.js';
import { savedImage } from '../../../src/libvirt/index.js';
import { vmUuid } from '../../../src/model/index.js';

export default function byHand(lab: Lab): void {
  const path = savedImage({ domain: 'lab_edge-1' });
  lab.host.leftovers = [{ uuid: vmUuid('lab', 'edge-1'), kind: 'saved', path }];
}
