import { join } from 'node:path';
import type { FleetState } from '../../model/index.js';
import { openBmcKeys } from './bmc-keys.js';
import { openJournal } from './journal.js';
import {
  openNodeRecords,
  readNodeRecords,
  removeNodeRecord,
  writeNodeRecord,
} from './node-records.js';
import { checkWorkFolder, removeWorkFolder } from './work-folder.js';
import { readEnd, stateFiles } from './work-files.js';
import { keepVagrantFolder } from './vagrant-folder.js';

/** `workDir`: see `workFolder`. Creates nothing before the first write. */
export function openFleetState(workDir: string): FleetState {
  return {
    bmcKeys: openBmcKeys(workDir),
    records: {
      read: (vms) => readNodeRecords(workDir, vms),
      write: (record) => {
        checkWorkFolder(workDir);
        writeNodeRecord(workDir, record);
      },
      remove: (vm) => {
        checkWorkFolder(workDir);
        removeNodeRecord(workDir, vm);
      },
      openRun: () => {
        checkWorkFolder(workDir);
        return openNodeRecords(workDir);
      },
    },
    keepVagrantFolder: (files) => {
      checkWorkFolder(workDir);
      keepVagrantFolder(workDir, files);
    },
    openJournal: () => {
      checkWorkFolder(workDir);
      return openJournal(workDir);
    },
    files: (folders) => stateFiles(workDir, folders),
    readEnd: (path, limit) => readEnd(join(workDir, path), limit),
    clear: (options) => {
      removeWorkFolder(workDir, options);
    },
  };
}
