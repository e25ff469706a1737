/**
 * bmc: BMCs of virtual machines, as servers have them: a Redfish service over HTTP for the machines
 * that its port names. It keeps nothing: what a client sets is in the machine.
 */
export type { Account } from './credentials.js';
export { fingerprintOf, isUsable, makeCertificate, type KeyPair } from './certificate.js';
export type { KnownVm } from './machines.js';
export { openBmcs, type BmcService, type Bmcs, type BmcsOptions } from './bmcs.js';
export type { ServiceEntry } from './service.js';
