import type { Lab } from '../../fake-host/index.js';

/** A kernel that has nothing of what bad links need: all of it is said at once. */
export default function withoutLinks(lab: Lab): void {
  lab.host.noImpairment = {
    summary: "The latency, jitter and loss of links need netem, not loaded in the host's kernel",
    hint: 'Load it: sudo modprobe sch_netem',
  };
  lab.host.noRate = {
    summary: "The rate of links needs act_police, not loaded in the host's kernel",
    hint: 'Load it: sudo modprobe -a act_police',
  };
}
