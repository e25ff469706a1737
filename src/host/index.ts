/**
 * The only room that touches the machine: programs, libvirt through virsh, vagrant, files, the
 * lock. `openHost` is the one door to a libvirt host; the other exports are files that belong to no
 * host. It observes, and does single idempotent acts; it never decides what should be. No other
 * room runs a program, and one module here (`libvirt/answers.ts`) knows the wording of those
 * programs.
 */
export type { BmcActs } from './bmc/acts.js';
export { bmcMachines } from './bmc/machines.js';
export { openHost, type HostOptions } from './open-host.js';
export { openCluster } from './kubevirt/open.js';
export { attachTerminal, serveLocally } from './kubevirt/local-ends.js';
export type { ClusterOptions } from './kubevirt/open-cluster.js';
export { firmwareHere, ownFirmware } from './checks/firmware.js';
export { commandLine } from './exec.js';
export { wantedPassword } from './libvirt/graphics-password.js';
export { openArchive, type Archive } from './state/archive.js';
export {
  findFleetFile,
  folderOf,
  isFolder,
  isFoundHere,
  readFleetFile,
  readStandardInput,
} from './state/fleet-file.js';
export {
  packagePath,
  readNamedFile,
  readPackageFile,
  readSecretFile,
  readTextFile,
  writeNewFile,
} from './state/files.js';
export { originOf } from './state/origin.js';
export { makeFolder, outputKind, writeOutput, type OutputKind } from './state/output.js';
export { checkSecret, readSecret, type SecretsOf } from './state/secret.js';
export { installUnit, notifyReady, removeUnit, unitsOf, type Units } from './state/systemd.js';
export { machinesJson } from './vagrant/machines.js';
