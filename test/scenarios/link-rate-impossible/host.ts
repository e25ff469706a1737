import type { Lab } from '../../fake-host/index.js';

/** A kernel that has netem, and not what libvirt limits rates with. */
export default function withoutRates(lab: Lab): void {
  lab.host.noRate = {
    summary: "The rate of links needs act_police, which this host's kernel lacks",
    hint: 'Load it: sudo modprobe -a act_police; or take the rates out of the fleet file',
  };
}
