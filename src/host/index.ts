/**
 * The only room that touches the machine: programs, libvirt through virsh, vagrant, files, the
 * lock. `openHost` is its one door to a libvirt host; beside it are the files that belong to no
 * host. It says what it saw and does single acts, each idempotent; it never decides what should be.
 * Nothing else runs a program, and one module here (`libvirt/answers.ts`) knows the wording of
 * those programs.
 */
export { openHost, type HostOptions } from './open-host.js';
export { firmwareHere, ownFirmware } from './checks/firmware.js';
export { commandLine } from './exec.js';
export { wantedPassword } from './libvirt/graphics-password.js';
export { openArchive, type Archive } from './state/archive.js';
export {
  readFleetFile,
  readPackageFile,
  readTextFile,
  writeNewFile,
  writePrivateFile,
  writePublicFile,
} from './state/files.js';
export { readSecret, type SecretsOf } from './state/secret.js';
export { machinesJson } from './vagrant/machines.js';
