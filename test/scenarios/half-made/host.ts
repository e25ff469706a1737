import type { Lab } from '../../fake-host/index.js';

export default function byHand(lab: Lab): void {
  lab.host.edit(lab.domain('lab_edge-2'), (xml) => xml.replace('ready="yes"', 'ready="no"'));
}
