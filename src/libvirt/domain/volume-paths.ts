/**
 * Volumes by path. virt-aa-helper does not look up pools in the libvirt versions of today's
 * distributions, and AppArmor would keep QEMU from its own disk; so what ven defines names the
 * file, where the pool is a folder. (The Vagrantfile does the same for new VMs.) Pure.
 */
import { join } from 'node:path';
import {
  attribute,
  child,
  childrenNamed,
  parseXml,
  serializeXml,
  type XmlElement,
} from '../../xml/index.js';
import { domainMark } from '../marks.js';

/** The pools of the volumes that `volumesByPath` would name by path. */
export function poolsByVolume(xml: string): string[] {
  const domain = parseXml(xml);
  return [...new Set([...disksByVolume(domain), ...nvramByVolume(domain)].map(({ pool }) => pool))];
}

/**
 * The definition with the volumes that its mark lists named by path. `folderOf`: null for a pool
 * that is no folder. Disks that are not in the mark stay as they are.
 */
export function volumesByPath(xml: string, folderOf: (pool: string) => string | null): string {
  const domain = parseXml(xml);
  for (const { disk, source, pool, volume } of disksByVolume(domain)) {
    const folder = folderOf(pool);
    if (folder === null) continue;
    disk.attrs['type'] = 'file';
    for (const name of ['pool', 'volume', 'mode']) delete source.attrs[name];
    source.attrs['file'] = join(folder, volume);
  }
  for (const { nvram, pool, volume } of nvramByVolume(domain)) {
    const folder = folderOf(pool);
    if (folder === null) continue;
    delete nvram.attrs['type'];
    nvram.children = [join(folder, volume)];
  }
  return serializeXml(domain);
}

/**
 * ven's own way to write it, which libvirt does not know: it takes the path as text in every
 * version.
 */
function nvramByVolume(domain: XmlElement): { nvram: XmlElement; pool: string; volume: string }[] {
  return childrenNamed(child(domain, 'os'), 'nvram').flatMap((nvram) => {
    const source = child(nvram, 'source');
    const pool = attribute(source, 'pool');
    const volume = attribute(source, 'volume');
    const ours =
      attribute(nvram, 'type') === 'volume' &&
      pool !== null &&
      volume !== null &&
      !volume.includes('/');
    return ours ? [{ nvram, pool, volume }] : [];
  });
}

interface DiskByVolume {
  disk: XmlElement;
  source: XmlElement;
  pool: string;
  volume: string;
}

function disksByVolume(domain: XmlElement): DiskByVolume[] {
  const made = new Set(domainMark(domain)?.volumes.map(({ pool, volume }) => `${pool}/${volume}`));
  return childrenNamed(child(domain, 'devices'), 'disk').flatMap((disk) => {
    const source = child(disk, 'source');
    const pool = attribute(source, 'pool');
    const volume = attribute(source, 'volume');
    if (attribute(disk, 'type') !== 'volume' || !source || pool === null || volume === null)
      return [];
    return made.has(`${pool}/${volume}`) && !volume.includes('/')
      ? [{ disk, source, pool, volume }]
      : [];
  });
}
