/**
 * The only room that touches the machine: programs, libvirt through virsh, vagrant, files, the lock. It says what it
 * saw (`observe`) and does single acts, each idempotent; it never decides what should be. Nothing else runs a program,
 * and one module here (`answers.ts`) knows the wording of those programs.
 */
export { openArchive, type Archive } from './archive.js';
export { attachConsole, type Attach } from './console.js';
export { consoleEnd, ConsoleFollower, type ConsolePiece, type LogPlace } from './console-follower.js';
export { readConsoleLog, type ReadLog } from './console-log.js';
export { typeOnConsole, type TypeOutcome, type TypeRequest } from './console-typing.js';
export { endLeftOvers } from './container.js';
export { createHost, type HostOptions } from './create-host.js';
export { domainFacts, domainName, domainUuid } from './domain-facts.js';
export { removeDomainLogs } from './domain-logs.js';
export { hostFindings, type FindingsOptions } from './findings.js';
export { findFirmware, firmwareSearch, ownFirmware } from './firmware.js';
export {
  openJournal,
  readFleetFile,
  readPackageFile,
  readTextFile,
  removeWorkFolder,
  workFolder,
  writeNewFile,
  writePrivateFile,
  type Journal,
} from './files.js';
export { acquireLock, fleetKey, type Lock, type LockRequest } from './lock.js';
export { domainMark, networkMark } from './marks.js';
export { networkFacts } from './network-facts.js';
export { nicsIn } from './network-redefine.js';
export { hangsOn, heldFor, heldNics, movedAside, standInOf, standInXml, type HeldNic } from './stand-in.js';
export { keptFiles, readEnd, type KeptFile } from './kept-files.js';
export { openNodeRecords, readNodeRecords, removeNodeRecord, writeNodeRecord, type KeptRecord, type NodeRecords } from './node-records.js';
export { withFirstNvram } from './first-nvram.js';
export { graphicsPassword, wantedPassword } from './graphics-password.js';
export { disksToFiles } from './pool-paths.js';
export { readSecret, type SecretsOf } from './secret.js';
export { lastStart, readPowers, type PowerState } from './power.js';
export { poolFacts, volumeFacts } from './storage-facts.js';
export { startViewer, type Screen } from './viewer.js';
