/**
 * The runtime of commands: flags and arguments, consent, interruption, output that survives a
 * closed pipe, and errors. It composes an operation with its views; it decides nothing about
 * hosts.
 */
export type { About } from './about.js';
export { secretAsker } from './ask-secret.js';
export { commit, nodeKind } from './build.js';
export { carryOut } from './carry-out.js';
export { canType } from './consent.js';
export {
  controlKey,
  agreement,
  evacuation,
  execution,
  json,
  planOptions,
  replacement,
  selection,
  since,
  VenCommand,
} from './command.js';
export { checkTaken, exportFlags, exportFormats } from './export-flags.js';
export {
  fleetFile,
  fleetFlags,
  fleetsOf,
  fleetOf,
  fleetOrNone,
  hostFlags,
  logFlags,
  ONE_VM_USAGE,
  oneVm,
  SOME_VMS_USAGE,
  namedVms,
  someVms,
  someVmsOf,
} from './fleet.js';
export { graphFormatOf } from './graph-format.js';
export { showLogs } from './show-logs.js';
export { showStatus } from './show-status.js';
export { applyAndOnboard } from './apply-and-onboard.js';
export { onboard } from './onboard.js';
export { limitsOf, onboarding, retry, sessionOf, waiting } from './onboarding-flags.js';
export { readerIsGone, resetTerminal, stderr, stdout } from './output.js';
export { retryFailed } from './retry-failed.js';
export { run } from './run.js';
export { CommandLineError } from './usage-errors.js';
export { link, linkFlags } from './link.js';
export { move, moveFlags } from './move.js';
export { power, powerArgs, powerFlags } from './power.js';
export { askedViews, showText, viewFlags, viewNames } from './views.js';
export { stopOnSignals, whileNotStopped } from './stop.js';
export { tellWaiting } from './waiting.js';
