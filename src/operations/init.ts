import { writeNewFile } from '../host/index.js';
import { readTemplate } from './templates.js';

/**
 * Writes a commented fleet file. Rejects with `usage` when the file is there already: it is never
 * overwritten.
 */
export function init(file: string): void {
  writeNewFile(file, readTemplate('init.fleet.yaml'));
}
