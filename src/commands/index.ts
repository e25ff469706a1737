/**
 * The command line: one file here is one command of the same name. A command parses its flags, calls one function of `flow`,
 * and writes what a function of `view` makes of the answer; it decides nothing about hosts and formats nothing itself.
 * `base/` is what they stand on: consent, interruption, output that survives a closed pipe, and how an error ends a command.
 */
export { run } from './base/run.js';
