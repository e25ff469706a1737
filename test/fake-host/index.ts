/**
 * A libvirt in memory that implements `Host`, for tests of plan, apply and flow without a machine.
 * It keeps XML texts, as libvirt does, and `observe` reads them with the real host's parse
 * functions. `test/contract` holds it to the real one.
 */
export { FakeOrchestrator } from './fake-orchestrator.js';
export { FakeHost } from './fake-host.js';
export {
  diskAt,
  editXml,
  mapChildren,
  mapDevices,
  withAttribute,
  withChild,
  withDevice,
} from './edit.js';
export { Faults, HostDied } from './faults.js';
export {
  element,
  foreignDomain,
  foreignNetwork,
  type ForeignDomain,
  type ForeignNetwork,
} from './foreign.js';
export { APPLY, DESTROY, Lab, type Run } from './lab.js';
export { parseXml } from './parse.js';
