import type { Lab } from '../../fake-host/index.js';

/** As a user who is not root sees it. */
export default function byHand(lab: Lab): void {
  lab.host.noImpairment = {
    summary: 'The latency, jitter and loss of links need root on the host',
    hint: 'Run ven as root (sudo)',
  };
}
