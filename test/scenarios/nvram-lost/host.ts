import type { Lab } from '../../fake-host/index.js';
import { variablesFile } from '../../../src/libvirt/index.js';

export default function byHand(lab: Lab): void {
  const domain = 'lab_edge-1';
  lab.host.nvrams.delete(variablesFile({ domain, uuid: lab.domain(domain) }, 'fd'));
}
