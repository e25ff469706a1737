import { join } from 'node:path';
import { inState, makeStateFolder, replaceWith } from './files.js';

/** In the work folder. Beside `vagrant`, whose folders go with the processes that they are for. */
export const VAGRANT_FOLDER = 'vagrant-fleet';

/** See `FleetState.keepVagrantFolder`. vagrant adds `.vagrant`. */
export function keepVagrantFolder(workDir: string, files: Readonly<Record<string, string>>): void {
  const folder = join(workDir, VAGRANT_FOLDER);
  makeStateFolder(folder);
  inState(folder, () => {
    for (const [name, text] of Object.entries(files)) replaceWith(join(folder, name), text, 0o600);
  });
}
