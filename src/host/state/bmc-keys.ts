/** The certificate of a fleet's BMCs and its key: `bmc/` in the fleet's work folder. */
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BmcKeys } from '../../model/index.js';
import { inState, makeStateFolder, replaceWith } from './files.js';
import { checkWorkFolder } from './work-folder.js';

const MODE = 0o600;

export function openBmcKeys(workDir: string): BmcKeys {
  const folder = join(workDir, 'bmc');
  // Both in one file, so that they always fit; and the certificate again, for clients.
  const [both, certificatePath] = [join(folder, 'keys.pem'), join(folder, 'certificate.pem')];
  return {
    certificatePath,
    read() {
      try {
        const [key = '', certificate = ''] = readFileSync(both, 'utf8').split(/^(?=-----BEGIN C)/m);
        return { key, certificate };
      } catch {
        return null; // there is none, or none that can be used
      }
    },
    write({ key, certificate }) {
      checkWorkFolder(workDir);
      inState(both, () => {
        makeStateFolder(folder);
        chmodSync(folder, 0o700);
        replaceWith(both, `${key}${certificate}`, MODE);
        replaceWith(certificatePath, certificate, MODE);
      });
    },
  };
}
