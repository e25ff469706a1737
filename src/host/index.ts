/**
 * The only room that touches the machine: programs, libvirt through virsh, vagrant, files, the lock. It says what it
 * saw (`observe`) and does single acts, each idempotent; it never decides what should be. Nothing else runs a program,
 * and one module here (`libvirt/answers.ts`) knows the wording of those programs.
 */
export { openArchive, type Archive } from './kept/archive.js';
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
export { createHost, type HostOptions } from './create-host.js';
export { commandLine } from './exec.js';
export { domainFacts, domainName, domainUuid } from './libvirt/domain-facts.js';
export { removeDomainLogs } from './consoles/domain-logs.js';
export { hostFindings, type FindingsOptions } from './readiness/findings.js';
export { findFirmware, firmwareSearch, ownFirmware } from './readiness/firmware.js';
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
} from './kept/files.js';
export { acquireLock, fleetKey, type Lock, type LockRequest } from './kept/lock.js';
export { domainMark, networkMark } from './libvirt/marks.js';
export { networkFacts } from './libvirt/network-facts.js';
export { nicsIn } from './libvirt/network-redefine.js';
export {
  hangsOn,
  heldFor,
  heldNics,
  movedAside,
  standInOf,
  standInXml,
  type HeldNic,
} from './libvirt/stand-in.js';
export { keptFiles, readEnd, type KeptFile } from './kept/kept-files.js';
export {
  openNodeRecords,
  readNodeRecords,
  removeNodeRecord,
  writeNodeRecord,
  type KeptRecord,
  type NodeRecords,
} from './kept/node-records.js';
export { withFirstNvram } from './libvirt/first-nvram.js';
export { graphicsPassword, wantedPassword } from './libvirt/graphics-password.js';
export { disksToFiles } from './libvirt/pool-paths.js';
export { readSecret, type SecretsOf } from './kept/secret.js';
export { volumeMaking } from './libvirt/making.js';
export { lastStart, readPowers, type PowerState } from './libvirt/power.js';
export { poolFacts, volumeFacts } from './libvirt/storage-facts.js';
export { startViewer, type Screen } from './consoles/viewer.js';
