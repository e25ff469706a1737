/**
 * Turns plans, findings, errors, events and states into text for people, Markdown for a pull
 * request, and JSON for programs. It decides nothing, asks no host, and never exits.
 * Almost all of it is functions from data to a string. The exceptions are the progress views:
 * they write to a stream. Slow modules (listr2, diff) are loaded when they are first needed.
 */
export { styleOf, canRedraw, type Style } from './text/style.js';
export { printable } from './text/words.js';
export type { EventViews, ReportView, TextView, TextViews } from './tables.js';
export { PLAN_VIEWS } from './plan/views.js';
export { TIMELINE_VIEWS } from './timeline/views.js';
export { exportNotes } from './export/notes.js';
export { EXPORT_VIEWS, type ExportFlag, type ExportFormat } from './export/views.js';
export { GRAPH_VIEWS, type GraphFormat } from './graph/views.js';
export { RUN_VIEWS } from './apply/views.js';
export { PROVISION_REPORTS, PROVISION_VIEWS } from './provision/views.js';
export { planText } from './plan/text.js';
export { errorText, errorJson, bugText } from './text/errors.js';
export { validationJson, validText } from './text/findings.js';
export { fleetHostsJson, fleetHostsText } from './hosts.js';
export { evacuatedText } from './apply/evacuated.js';
export { gatherFailures, resultText, type Failed, type Outcome } from './apply/result.js';
export {
  defaultOsText,
  hostsJson,
  hostsText,
  registeredText,
  registeredTotal,
  unregisteredText,
  unregisteredTotal,
  type ShownHosts,
} from './status/hosts.js';
export {
  statusText,
  statusJson,
  statusWarning,
  type ShownStatus,
  type ShownVm,
} from './status/status.js';
export { bundleText, type ShownBundle } from './bundle.js';
export {
  attachingText,
  keyOf,
  leftText,
  readingText,
  RESET_TERMINAL,
  vncHint,
  vncText,
  logLines,
} from './text/console.js';
export { helpTexts } from './help/help.js';
export { manPages } from './help/man.js';
export type { CommandPage, FlagGroup, FlagPage, Term, VenPage } from './help/page.js';
export { guessesText, renderedCount, renderedText } from './rendered.js';
export { bmcEventJson, bmcEventText, bmcUnitText } from './bmc.js';
export { versionJson, versionText, type ShownVersion } from './version.js';
export { linksJson, linksText, type ShownLinks } from './link.js';
export { movedText, moveJson, moveText } from './move.js';
export { powerJson, powerQuestion, powerText, poweredText, type ShownPower } from './power.js';
export { doctorText, doctorJson } from './doctor.js';
export type { Progress } from './apply/progress.js';
export {
  gatherNodes,
  provisionText,
  type NodesTold,
  type ProvisionTextOptions,
} from './provision/result.js';

/** Unified diffs of rendered files. Loads diff. */
export const loadDiffs = async () => (await import('./plan/diffs.js')).diffsText;
