import { makeNvram, StoreError } from '../efi/index.js';
import { VenError, type ResolvedDisk, type VolumeMake, type VolumeRef } from '../model/index.js';
import type { Templates } from './templates.js';

/** A sparse qcow2 volume. */
export function renderVolume(templates: Templates, { volume, sizeBytes }: ResolvedDisk): string {
  return templates.volume({ volume, bytes: sizeBytes, format: 'qcow2' });
}

/** A raw volume of exactly the template's size: it is a flash chip. */
export function renderNvram(
  templates: Templates,
  { pool, volume }: VolumeRef,
  template: Uint8Array,
  caCertificates: readonly string[],
): VolumeMake & { content: Uint8Array } {
  let content: Uint8Array;
  try {
    content = makeNvram(template, { caCertificates: caCertificates.map((text) => Buffer.from(text, 'base64')) });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new VenError('host-not-ready', {
      summary: `The firmware's template ${error.message}`,
      hint: "Install the distribution's OVMF again; ven needs its 4 MiB variant",
      cause: error,
    });
  }
  return { pool, volume, xml: templates.volume({ volume, bytes: content.length, format: 'raw' }), content };
}
