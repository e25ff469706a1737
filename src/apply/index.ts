/**
 * apply: runs a plan's steps through the `Host` interface. It decides what starts when, what goes together into one
 * vagrant process, how long a step may take, what a failure skips and what an interruption leaves, and it tells all of
 * that as one stream of events. It does not decide what is to be done (the plan says so), does not touch the machine or
 * run a program itself (the host does), renders nothing itself, and draws nothing.
 */
export { bringUpOf, needsFirmware } from './execute.js';
export { runPlan } from './run.js';
export type { ApplyPorts } from './ports.js';
