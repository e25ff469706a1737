/**
 * From the output of a node's console and its status in the orchestrator to its stage, its
 * timeline, the class of its failure, and the answers to type; by a profile. Pure: the caller reads
 * the console, stores the memory, types, and gives the time.
 */
export { NodeWatcher, type NodeWatcherOptions } from './watcher.js';
