/** Pools as they are on the host: what libvirt says of them, and where their folders are. */
import { realpathSync } from 'node:fs';
import type { ObservedPool } from '../../model/index.js';
import { poolFacts } from '../../libvirt/index.js';
import { parseXml } from '../../xml/index.js';
import { isLocal } from './local.js';

export const DEFAULT_FOLDER = '/var/lib/libvirt/images';

/** `xml`: what `pool-dumpxml` says. */
export function observedPool(
  xml: string,
  uri: string,
  state: Pick<ObservedPool, 'active' | 'autostart'>,
): ObservedPool {
  const facts = poolFacts(parseXml(xml));
  return { ...facts, realPath: facts.path === null ? null : realPath(facts.path, uri), ...state };
}

/** Where the pool `default` is made, as virt-manager and virt-install do; as `realPath`. */
export function defaultFolder(uri: string): string {
  return realPath(DEFAULT_FOLDER, uri) ?? DEFAULT_FOLDER;
}

/** Without symbolic links, where files of the host can be seen. null: it is missing. */
export function realPath(path: string, uri: string): string | null {
  if (!isLocal(uri)) return path;
  try {
    return realpathSync(path);
  } catch (error) {
    // A folder that this user may not see is there for libvirt.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : path;
  }
}
