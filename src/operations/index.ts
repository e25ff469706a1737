/**
 * What each command does, as one function. It uses the rooms in the order of the pipeline (fleet
 * file → config → host → plan → apply) and returns data. It prints nothing, parses no flags, and
 * knows no terminal: that is `commands` and `view`.
 */
export { type ApplyRequest, type ApplyResult, type Interrupt } from './apply.js';
export type { ConsoleRequest } from './console.js';
export {
  apply,
  attach,
  doctor,
  openStatus,
  plan,
  power,
  readAlong,
  render,
  vnc,
} from './engines/by-engine.js';
export { installBmcs, uninstallBmcs, type BmcUnit } from './bmc/install.js';
export { serveBmcs, type BmcEvent } from './bmc/serve.js';
export { bundle, type Bundle, type BundleRequest } from './bundle/bundle.js';
export type { AskSecret } from './provision/credentials.js';
export { exportFleet, type ExportRequest } from './export.js';
export { graph, type GraphRequest } from './graph.js';
export { completionScript, SHELLS } from './completion-script.js';
export { hosts } from './hosts/list.js';
export { init } from './init.js';
export { link, type LinkOfNic, type VmLinks } from './link.js';
export {
  loadOnHost,
  loadOnHosts,
  openFleetFile,
  parseFleetFile,
  wordsOf,
  type Request,
} from './load.js';
export { logs, severalLogs, type LogsRequest } from './logs.js';
export { move, type MovedVm, type MoveResult } from './move.js';
export { observe } from './observe.js';
export type { OrchestratorRequest } from './orchestrator/connect.js';
export { orchestratorAuthority, type AuthorityRequest } from './orchestrator/authority.js';
export { setDefaultOs } from './orchestrator/default-os.js';
export { orchestratorHosts, type FleetHosts } from './orchestrator/list-hosts.js';
export {
  registerVms,
  unregisterVms,
  type Registration,
  type VmsRequest,
} from './orchestrator/register-vms.js';
export type { Ports } from './ports.js';
export { type PowerAction, type PoweredVm, type PowerResult } from './power.js';
export { savePlan, type PlanRequest, type PlanResult, type RenderedDiff } from './plan.js';
export {
  provision,
  provisionCreated,
  type Provisioned,
  type ProvisionRequest,
  type Watch,
} from './provision/provision.js';
export { type Guess, type RenderedFile } from './render.js';
export type { ReportRequest } from './provision/report.js';
export { schema, SCHEMAS } from './schema.js';
export { saveFiles, saveText } from './save.js';
export { withSession, type Session, type SessionRequest } from './provision/session.js';
export { type FleetStatus, type VmStatus } from './status/status.js';
export { addresses, stages } from './addresses.js';
export { timeline, type TimelineRequest } from './timeline.js';
export { validate, validateAll, type Validated } from './validate.js';
export { type VncAddress } from './vnc.js';
