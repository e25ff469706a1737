import type { Lab } from '../../fake-host/index.js';

export default async function byOthers(lab: Lab): Promise<void> {
  await lab.host.startDomain(lab.domain('lab_other'));
}
