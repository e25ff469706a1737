import { readFileSync } from 'node:fs';
import { VenError } from '../../model/index.js';
import type { HostFiles } from './host-files.js';

/** `files`: of a host that is another machine. @throws VenError `host-not-ready`, or libvirt's */
export async function readNvramTemplate(
  path: string,
  files: HostFiles | null,
): Promise<Uint8Array> {
  if (files === null) {
    try {
      return readFileSync(path);
    } catch (cause) {
      throw unreadable(path, cause);
    }
  }
  const [there = null] = await files.read([{ path }]);
  if (there === null) throw unreadable(path);
  return there;
}

function unreadable(path: string, cause?: unknown): VenError {
  return new VenError('host-not-ready', {
    summary: `The template of the firmware's variables can't be read: ${path}`,
    hint: 'Install the firmware on the host: sudo apt-get install ovmf',
    cause,
  });
}
