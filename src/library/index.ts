/**
 * ven as a library, `import { … } from 'ven'`: what the commands do, as functions over data. It
 * prints nothing, asks nobody, sets no exit code and takes no signals; its caller does. What is
 * exported here is all that other programs may rely on (docs/library.md).
 */
export {
  apply,
  destroy,
  observe,
  parse,
  plan,
  resolve,
  type ApplyOptions,
  type Consent,
  type DestroyOptions,
  type FleetOptions,
  type ObserveOptions,
  type Outcome,
  type PlanOptions,
  type RunOptions,
} from './calls.js';
export { EXIT, VenError } from '../model/index.js';
export type {
  Address,
  Change,
  Effect,
  ErrorCode,
  EventError,
  FieldChange,
  Finding,
  Fleet,
  HostState,
  Plan,
  PlanSummary,
  Reason,
  Refusal,
  ResolvedFleet,
  RunEvent,
  RunResult,
  Step,
  VenErrorParts,
} from '../model/index.js';
