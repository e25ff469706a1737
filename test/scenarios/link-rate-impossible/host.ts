import type { Lab } from '../../fake-host/index.js';

/** A kernel that has netem, and not what libvirt limits rates with. */
export default function withoutRates(lab: Lab): void {
  lab.host.noRate = {
    summary: "The rate of links needs act_police, not loaded in the host's kernel",
    hint: 'Load it: sudo modprobe -a act_police',
  };
}
