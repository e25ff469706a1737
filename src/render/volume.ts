import type { ResolvedDisk } from '../model/index.js';
import type { Templates } from './templates.js';

/** A sparse qcow2 volume. */
export function renderVolume(templates: Templates, disk: ResolvedDisk): string {
  return templates.volume({ disk });
}
