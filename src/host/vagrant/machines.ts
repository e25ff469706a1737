import { deflateSync } from 'node:zlib';
import type { BringUp, NewVolume } from '../../model/index.js';

/**
 * The name of a machine for vagrant. vagrant looks a name up in its index first, as the beginning
 * of an id in hex, and takes the machine of another project that has it. So the name is not the
 * VM's, which may be `db`, but the domain's: that has a `_` in it, as no id has.
 */
export function vagrantName({ domain }: Pick<BringUp, 'domain'>): string {
  if (!domain.includes('_')) throw new Error(`vagrant could take ${domain} for an id`);
  return domain;
}

/**
 * The text of `machines.json`, which the Vagrantfile reads from the folder it stands in: all that
 * differs from one run to the next. The keys are `uri` and `machines`, each of these as `BringUp`,
 * but for `name`, which is vagrant's. What is in a volume from the start is `content`, deflated and
 * in base64.
 */
export function machinesJson(uri: string, batch: readonly BringUp[]): string {
  const machines = batch.map(({ domain, uuid, domainXml, volumes, start, memoryMiB, cpus }) => ({
    name: vagrantName({ domain }),
    domain,
    uuid,
    domainXml,
    volumes: volumes.map(volumeOf),
    start,
    memoryMiB,
    cpus,
  }));
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
