/** What a pool's and a volume's XML say. Pure. */
import { VenError, type ObservedPool } from '../../model/index.js';
import { attribute, child, textAt, type XmlElement } from '../../xml/index.js';

export type PoolFacts = Pick<ObservedPool, 'name' | 'uuid' | 'path' | 'availableBytes'>;

/** Pools of these kinds are a folder. */
const FOLDER_TYPES = new Set(['dir', 'fs', 'netfs']);

const BYTES: Record<string, number> = {
  B: 1,
  bytes: 1,
  KB: 1e3,
  K: 1024,
  KiB: 1024,
  MB: 1e6,
  M: 1024 ** 2,
  MiB: 1024 ** 2,
  GB: 1e9,
  G: 1024 ** 3,
  GiB: 1024 ** 3,
  TB: 1e12,
  T: 1024 ** 4,
  TiB: 1024 ** 4,
};

export function poolFacts(pool: XmlElement): PoolFacts {
  return {
    name: textAt(pool, 'name') ?? '',
    uuid: (textAt(pool, 'uuid') ?? '').trim().toLowerCase(),
    path: FOLDER_TYPES.has(attribute(pool, 'type') ?? '') ? textAt(pool, 'target', 'path') : null,
    availableBytes: bytes(child(pool, 'available')),
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
    capacityBytes: bytes(child(volume, 'capacity')),
  };
}

/** A name with a slash would be taken for the path of any volume at all. */
export function safeVolume(volume: string): string {
  if (volume.includes('/'))
    throw new VenError('tool-failed', {
      summary: `The volume name ${volume} has a slash in it; it is not touched`,
    });
  return volume;
}

function bytes(element: XmlElement | undefined): number {
  const amount = Number(
    element ? element.children.filter((node) => typeof node === 'string').join('') : '0',
  );
  return Number.isFinite(amount)
    ? Math.round(amount * (BYTES[attribute(element, 'unit') ?? 'bytes'] ?? 1))
    : 0;
}
