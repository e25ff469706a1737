import { makeNvram, StoreError } from '../../efi/index.js';
import {
  VenError,
  type NvramContents,
  type ResolvedDisk,
  type NewVolume,
  type VolumeRef,
} from '../../model/index.js';
import { serializeXml } from '../../xml/index.js';
import { element } from '../edit.js';
import type { Templates } from '../templates.js';

/** A sparse qcow2 volume. */
export function renderVolume(templates: Templates, { volume, sizeBytes }: ResolvedDisk): string {
  return templates.volume({ volume, bytes: sizeBytes, format: 'qcow2' });
}

const der = (base64: string): Uint8Array => Buffer.from(base64, 'base64');

/** A raw volume of exactly the template's size: it is a flash chip. */
export function renderNvram(
  templates: Templates,
  { pool, volume }: VolumeRef,
  template: Uint8Array,
  { caCertificates, keys }: NvramContents,
): NewVolume & { content: Uint8Array } {
  let content: Uint8Array;
  try {
    content = makeNvram(template, {
      caCertificates: caCertificates.map(der),
      secureBoot: keys && { PK: der(keys.PK), KEK: keys.KEK.map(der), db: keys.db.map(der) },
    });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new VenError('host-not-ready', {
      summary: `The firmware's template ${error.message}`,
      hint: "Install the distribution's OVMF again; ven needs its 4 MiB variant",
      cause: error,
    });
  }
  return {
    pool,
    volume,
    xml: templates.volume({ volume, bytes: content.length, format: 'raw' }),
    content,
  };
}

/** A raw, sparse volume for an image. */
export function imageVolumeXml(volume: string, bytes: number): string {
  return serializeXml(
    element('volume', {}, [
      element('name', {}, [volume]),
      element('allocation', {}, ['0']),
      element('capacity', { unit: 'bytes' }, [String(bytes)]),
      element('target', {}, [element('format', { type: 'raw' })]),
    ]),
  );
}
