import { readFileSync } from 'node:fs';
import { VenError } from '../../model/index.js';

/** Rejects with `host-not-ready`. */
export async function readNvramTemplate(path: string): Promise<Uint8Array> {
  await Promise.resolve();
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new VenError('host-not-ready', {
      summary: `The template of the firmware's variables can't be read: ${path}`,
      hint: 'Install the firmware on this machine as well: sudo apt-get install ovmf',
      cause,
    });
  }
}
