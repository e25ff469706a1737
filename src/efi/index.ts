/**
 * The bytes that UEFI firmware reads: certificates from PEM text, signature lists, and the variable
 * store of an NVRAM file. Pure: bytes in, bytes out; the time is an argument. It knows neither
 * fleets nor libvirt, opens no files, and does not decide which certificates a VM gets.
 */
export {
  checkCaCertificates,
  checkSigners,
  type CaCertificate,
  type CertificateProblem,
  type CheckedCertificates,
  type CheckedSigners,
} from './certificates.js';
export { hasNextBoot, withNextBoot, type NextBoot } from './boot-options.js';
export { devicePath, type PathNode, type PciAddress } from './device-path.js';
export { guidBytes, guidText } from './guid.js';
export { makeNvram, OWNER, tooLargeForFirmware, type NvramCertificates } from './nvram.js';
export { signatureLists } from './signature-list.js';
export {
  ATTRIBUTES,
  readVariables,
  StoreError,
  writeVariables,
  type EfiVariable,
} from './variable-store.js';
