/**
 * The lab as code: what a node needs to boot from when there is no real orchestrator. A boot file
 * that is a small Linux (`buildPayload`), and a server that hands it out over HTTPS under an
 * authority of its own (`startOrchestrator`), on an address of its own that nodes reach through
 * libvirt's networks. Used by e2e tests and by `main.ts`, which is the same as a program. Nothing
 * of ven is imported: it is a place that ven's nodes meet, and knows nothing of ven.
 */
export type { Fault, Operation, RunningFault } from './faults.ts';
export type { Account, Inventory, LabHost, Seen } from './inventory.ts';
export type { FaultKind, NodeFault, NodeInstructions, Phase } from './nodes.ts';
export { makeAuthority, type Authority } from './authority.ts';
export { addLink, freeAddress, removeLink } from './link.ts';
export { buildPayload, type Payload } from './payload.ts';
export { makeSigningKey, sign, type SigningKey } from './signing.ts';
export {
  startOrchestrator,
  type AccessEntry,
  type Orchestrator,
  type OrchestratorOptions,
} from './server.ts';
