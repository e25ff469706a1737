/**
 * Turns what the other rooms return (plans, findings, errors, events, states) into what somebody reads: text for people,
 * Markdown for a pull request, JSON for programs. It decides nothing, asks no host, and never exits. Almost all of it is
 * functions from data to a string; the exceptions are the progress views, which write to the stream that they are given.
 * What costs time to load (listr2, diff) is loaded when it is first needed.
 */
export { styleOf, canRedraw, type Style } from './text/style.js';
export { printable } from './text/words.js';
export { planText, type PlanTextOptions } from './plan/text.js';
export { planMarkdown } from './plan/markdown.js';
export { planJson } from './plan/json.js';
export { errorText, errorJson, bugText } from './text/errors.js';
export { validationJson, validText } from './text/findings.js';
export { gatherFailures, resultText, type Failed, type Outcome } from './apply/result.js';
export {
  defaultOsText,
  hostsJson,
  hostsText,
  registeredText,
  unregisteredText,
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
  RESTORE_LOOKS,
  vncHint,
  vncText,
} from './text/console.js';
export { completionScript, type Completed, type Shell } from './completion.js';
export { guessesText, renderedText } from './rendered.js';
export { doctorText, doctorJson } from './doctor.js';
export { plainProgress, jsonProgress, type Progress, type Write } from './apply/progress.js';
export { provisionLines } from './provision/lines.js';
export {
  gatherNodes,
  provisionText,
  type NodesTold,
  type ProvisionTextOptions,
} from './provision/result.js';
export { timelineJson, timelineText } from './timeline/text.js';

/** The timeline as a page; large, and seldom wanted. */
export const loadTimelineHtml = async () => (await import('./timeline/html.js')).timelineHtml;

/** The terminal view: one line a VM, redrawn in place. Loads listr2. */
export const loadTerminal = async () => (await import('./apply/terminal.js')).terminalProgress;

/** The same for provisioning: one line a node. Loads listr2. */
export const loadProvisionTerminal = async () =>
  (await import('./provision/terminal.js')).provisionTerminal;

/** Unified diffs of rendered files. Loads diff. */
export const loadDiffs = async () => (await import('./plan/diffs.js')).diffsText;
