/**
 * The only room that touches the machine: programs, libvirt through virsh, vagrant, files, the lock. It says what it
 * saw (`observe`) and does single acts, each idempotent; it never decides what should be. Nothing else runs a program,
 * and one module here (`libvirt/answers.ts`) knows the wording of those programs.
 */
export { openArchive, type Archive } from './state/archive.js';
export { attachConsole, type Attach } from './consoles/console.js';
export {
  consoleEnd,
  ConsoleFollower,
  type ConsolePiece,
  type LogPlace,
} from './consoles/console-follower.js';
export { checkConsoleLogs } from './consoles/log-access.js';
export { readConsoleLog, type ReadLog } from './consoles/console-log.js';
export { typeOnConsole, type TypeOutcome, type TypeRequest } from './consoles/console-typing.js';
export { endLeftOvers } from './vagrant/container.js';
export { createHost, type HostOptions } from './open-host.js';
export { commandLine } from './exec.js';
export { removeDomainLogs } from './consoles/domain-logs.js';
export { hostFindings, type FindingsOptions } from './checks/findings.js';
export { findFirmware, firmwareSearch, ownFirmware } from './checks/firmware.js';
export {
  openJournal,
  readFleetFile,
  readPackageFile,
  readTextFile,
  removeWorkFolder,
  workFolder,
  writeNewFile,
  writePrivateFile,
  writePublicFile,
  type Journal,
} from './state/files.js';
export { acquireLock, fleetKey, type Lock, type LockRequest } from './state/lock.js';
export { keptFiles, readEnd, type KeptFile } from './state/work-files.js';
export {
  openNodeRecords,
  readNodeRecords,
  removeNodeRecord,
  writeNodeRecord,
  type KeptRecord,
  type NodeRecords,
} from './state/node-records.js';
export { wantedPassword } from './libvirt/graphics-password.js';
export { machinesJson } from './vagrant/machines.js';
export { readSecret, type SecretsOf } from './state/secret.js';
export { volumeMaking } from './libvirt/incarnation.js';
export { lastStart, readPowers, type PowerState } from './libvirt/power.js';
export { startViewer, type Screen } from './consoles/viewer.js';
