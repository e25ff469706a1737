import type { Lab } from '../../fake-host/index.js';

export default async function byOthers(lab: Lab): Promise<void> {
  await lab.host.startDomain(lab.domain('lab_edge-1'));
  await lab.host.startDomain(lab.domain('lab_edge-2'));
  lab.host.pause(lab.domain('lab_edge-2'));
}
