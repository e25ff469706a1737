import { stderr } from './output.js';

/** Says what libvirt has not answered for some seconds, on a line of its own. */
export function tellWaiting(what: string): void {
  stderr(`Waiting for libvirt: ${what}\n`);
}
