/**
 * What a node says on its console, and the orchestrator of it, → its stage, its timeline, its failure's class, and what to
 * answer; by a profile. Pure: the caller reads the console, keeps the memory, types and tells the time.
 */
export { createRedactor, writtenForms, type Redact } from './redact.js';
export { NodeWatcher, type NodeWatcherOptions } from './watcher.js';
