/**
 * What onboards nodes: it watches each VM from power-on to ready and answers its prompts. It
 * reaches the machine, the orchestrator and the clock through `OnboardingPorts` alone.
 */
export { driveNodes, type DrivenNode, type DriveOptions } from './drive.js';
export { type LostNode, type OnboardingPorts } from './ports.js';
export { recordUpdater } from './records.js';
export { finishedEvent } from './result.js';
export { StatusPoll } from './status-poll.js';
