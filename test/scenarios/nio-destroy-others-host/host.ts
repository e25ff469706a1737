import type { Lab } from '../../fake-host/index.js';

/** Somebody else registers a machine with the serial number of a VM of ours. */
export default function (lab: Lab): void {
  lab.orchestrator.hosts.set('EDGE0002', { name: 'theirs', serialNumber: 'EDGE0002', uuid: '' });
}
