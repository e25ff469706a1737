import type { BringUp } from '../model/index.js';

/**
 * The text of `machines.json`, which the Vagrantfile reads from the folder it stands in: all that differs from one run
 * to the next. The keys are `uri` and `machines`, each of these as `BringUp`. A machine's name there is the VM's.
 */
export function machinesJson(uri: string, batch: readonly BringUp[]): string {
  const machines = batch.map(({ name, domain, uuid, domainXml, volumes, start, memoryMiB, cpus }) => ({
    name,
    domain,
    uuid,
    domainXml,
    volumes: volumes.map(({ pool, volume, xml }) => ({ pool, volume, xml })),
    start,
    memoryMiB,
    cpus,
  }));
  return `${JSON.stringify({ uri, machines }, null, 2)}\n`;
}
