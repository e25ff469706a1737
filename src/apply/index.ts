/**
 * apply: runs a plan's steps through the `Host` interface, as parallel tasks. It decides what
 * starts when, how long a step may take, what a failure skips and what an interruption leaves, and
 * it tells all of that as one stream of events. It does not decide what is to be done (the plan
 * says so), does not touch the machine or run a program itself (the host does), renders nothing
 * itself, and draws nothing.
 */
export { bringUpOf, needsFirmware } from './execute.js';
export type { ApplyPorts } from './ports.js';

/** Loads listr2. */
export const loadRunPlan = async () => (await import('./run.js')).runPlan;
