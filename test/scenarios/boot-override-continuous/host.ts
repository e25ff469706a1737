import type { Lab } from '../../fake-host/index.js';

/** One waits for its start, one runs with it, one was started and had it taken back. */
export default async function byTheirBmcs(lab: Lab): Promise<void> {
  const { bmc } = lab.host;
  for (const name of ['edge-1', 'edge-2', 'edge-3']) {
    const uuid = lab.domain(`lab_${name}`);
    await bmc.setBootOverride(uuid, () => ({ target: 'pxe', enabled: 'continuous', uri: null }));
    if (name !== 'edge-1') await bmc.powerOn(uuid);
    if (name === 'edge-3') await bmc.setBootOverride(uuid, () => null);
  }
}
