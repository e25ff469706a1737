import { writePrivateFile } from '../host/index.js';

/** Writes what somebody asked to have in a file: whole or not at all, over what is there, mode 0600. Rejects with `usage`. */
export function saveText(file: string, text: string): void {
  writePrivateFile(file, text);
}
