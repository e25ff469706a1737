/** What a pool's and a volume's XML say. Pure. */
import { VenError, type ObservedPool } from '../../model/index.js';
import { attribute, child, textAt, type XmlElement } from '../../xml/index.js';
import { bytesIn } from '../units.js';

export type PoolFacts = Pick<ObservedPool, 'name' | 'uuid' | 'type' | 'path' | 'availableBytes'>;

/** Pools of these kinds are a folder. */
const FOLDER_TYPES = new Set(['dir', 'fs', 'netfs']);

export function poolFacts(pool: XmlElement): PoolFacts {
  const type = attribute(pool, 'type') ?? '';
  return {
    name: textAt(pool, 'name') ?? '',
    uuid: (textAt(pool, 'uuid') ?? '').trim().toLowerCase(),
    type,
    path: FOLDER_TYPES.has(type) ? textAt(pool, 'target', 'path') : null,
    availableBytes: Math.round(bytesIn(child(pool, 'available'), 'bytes')),
  };
}

export function volumeFacts(volume: XmlElement): {
  volume: string;
  path: string;
  capacityBytes: number;
} {
  return {
    volume: textAt(volume, 'name') ?? '',
    path: textAt(volume, 'target', 'path') ?? '',
    capacityBytes: Math.round(bytesIn(child(volume, 'capacity'), 'bytes')),
  };
}

/** The path of the image that a volume stands on; null: none. */
export function backingOfVolume(volume: XmlElement): string | null {
  return textAt(volume, 'backingStore', 'path');
}

/** A name with a slash would be taken for the path of any volume at all. */
export function safeVolume(volume: string): string {
  if (volume.includes('/'))
    throw new VenError('tool-failed', {
      summary: `The volume name ${volume} has a slash in it; it is not touched`,
    });
  return volume;
}

/** The file of a volume. `stamp`: another one after it was written to, or its owner changed. */
export function volumeStat(volume: XmlElement): { bytes: number; stamp: string } {
  const times = ['mtime', 'ctime'].map((name) => textAt(volume, 'target', 'timestamps', name));
  const size = child(volume, 'physical') ?? child(volume, 'capacity');
  return { bytes: Math.round(bytesIn(size, 'bytes')), stamp: times.join(' ') };
}
