/** Pools as they are on the host: what libvirt says of them, and where their folders are. */
import { realpathSync } from 'node:fs';
import { OWN_POOL, type HostState, type ObservedPool } from '../../model/index.js';
import { poolFacts } from '../../libvirt/index.js';
import { parseXml } from '../../xml/index.js';
import { isLocal } from './local.js';

export const DEFAULT_FOLDER = '/var/lib/libvirt/images';

/** As libvirt says it. */
export type ListedPool = Omit<ObservedPool, 'realPath'>;

/** `xml`: what `pool-dumpxml` says. */
export function listedPool(
  xml: string,
  state: Pick<ObservedPool, 'active' | 'autostart'>,
): ListedPool {
  return { ...poolFacts(parseXml(xml)), ...state };
}

/**
 * The pools, and where the pool `default` is made, as virt-manager and virt-install do. A look at a
 * network drive that does not answer would last for ever: only the folders of the pools that the
 * fleet uses are looked at, and the others when `default` would be made and may be one of them.
 * `used`: names.
 */
export function observedPools(
  pools: readonly ListedPool[],
  used: readonly string[],
  uri: string,
): Pick<HostState, 'pools' | 'defaultFolder'> {
  const isMade = used.includes(OWN_POOL) && !pools.some(({ name }) => name === OWN_POOL);
  const realPathOf = ({ name, type, path }: ListedPool): string | null =>
    path === null || type === 'netfs' || !(isMade || used.includes(name))
      ? path
      : realPath(path, uri);
  return {
    pools: pools.map((pool) => ({ ...pool, realPath: realPathOf(pool) })),
    defaultFolder: (isMade ? realPath(DEFAULT_FOLDER, uri) : null) ?? DEFAULT_FOLDER,
  };
}

/** Without symbolic links, where files of the host can be seen. null: it is missing. */
function realPath(path: string, uri: string): string | null {
  if (!isLocal(uri)) return path;
  try {
    return realpathSync(path);
  } catch (error) {
    // A folder that this user may not see is there for libvirt.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : path;
  }
}
