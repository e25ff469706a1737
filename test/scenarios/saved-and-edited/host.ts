import type { Lab } from '../../fake-host/index.js';

/** The definition is right; the memory was saved of a VM that had been started from another. */
export default function byHand(lab: Lab): void {
  const uuid = lab.domain('lab_edge-1');
  lab.host.editLive(uuid, (xml) => xml.replace('<on_reboot>restart', '<on_reboot>destroy'));
  lab.host.save(uuid);
}
