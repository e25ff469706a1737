import { deflateSync } from 'node:zlib';
import type { BringUp, NewVolume } from '../../model/index.js';

/**
 * The text of `machines.json`, which the Vagrantfile reads from the folder it stands in: all that
 * differs from one run to the next. The keys are `uri` and `machines`, each of these as `BringUp`.
 * A machine's name there is the VM's. What is in a volume from the start is `content`, deflated and
 * in base64.
 */
export function machinesJson(uri: string, batch: readonly BringUp[]): string {
  const machines = batch.map(
    ({ name, domain, uuid, domainXml, volumes, start, memoryMiB, cpus }) => ({
      name,
      domain,
      uuid,
      domainXml,
      volumes: volumes.map(volumeOf),
      start,
      memoryMiB,
      cpus,
    }),
  );
  return `${JSON.stringify({ uri, machines }, null, 2)}\n`;
}

function volumeOf({ pool, volume, xml, content }: NewVolume): object {
  return {
    pool,
    volume,
    xml,
    ...(content && { content: deflateSync(content).toString('base64') }),
  };
}
