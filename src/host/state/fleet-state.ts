import { join } from 'node:path';
import type { FleetState } from '../../model/index.js';
import { openJournal, removeWorkFolder } from './files.js';
import {
  openNodeRecords,
  readNodeRecords,
  removeNodeRecord,
  writeNodeRecord,
} from './node-records.js';
import { readEnd, stateFiles } from './work-files.js';

/** `workDir`: see `workFolder`. Creates nothing before the first write. */
export function openFleetState(workDir: string): FleetState {
  return {
    records: {
      read: (vms) => readNodeRecords(workDir, vms),
      write: (record) => {
        writeNodeRecord(workDir, record);
      },
      remove: (vm) => {
        removeNodeRecord(workDir, vm);
      },
      openRun: () => openNodeRecords(workDir),
    },
    openJournal: () => openJournal(workDir),
    files: (folders) => stateFiles(workDir, folders),
    readEnd: (path, limit) => readEnd(join(workDir, path), limit),
    clear: (options) => {
      removeWorkFolder(workDir, options);
    },
  };
}
