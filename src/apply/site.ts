import { VenError, type BringUps, type Step } from '../model/index.js';
import type { ExecutePorts } from './execute.js';
import { HostAnswers } from './host-answers.js';
import { Limiter } from './limiter.js';
import type { ApplyPorts, HostPorts } from './ports.js';

/** What a run has of each host: no host waits for another's room. */
export interface Site {
  ports: ExecutePorts;
  answers: HostAnswers;
  /** All steps but `vm-up`. */
  calls: Limiter;
  bringUps: BringUps;
  /** `vm-up` steps that are ready, and not handed to the backend yet. */
  ups: number[];
  /** Steps ready or running that some `vm-up` waits for. */
  leading: number;
}

/** `siteOf` throws `stale-plan` for a step of a host that the run does not have. */
export function openSites(ports: ApplyPorts): {
  sites: Site[];
  siteOf: (step: Step) => Site;
} {
  const byName = new Map(
    [...(ports.hosts ?? [])].map(([name, each]) => [name, siteAt(each, ports)] as const),
  );
  const [first] = byName.values();
  const other = first ?? siteAt(ports, ports);
  return {
    sites: byName.size > 0 ? [...byName.values()] : [other],
    siteOf: ({ id, onHost }) => {
      const site = onHost === undefined ? other : byName.get(onHost);
      if (site) return site;
      throw new VenError('stale-plan', {
        summary: `This plan can't be run: there is no host ${onHost} for ${id}`,
        hint: 'Make the plan again with `ven plan --out FILE`.',
      });
    },
  };
}

function siteAt(
  { host, fleet }: HostPorts,
  {
    render,
    orchestrator,
    parallelism,
  }: Pick<ApplyPorts, 'render' | 'orchestrator' | 'parallelism'>,
): Site {
  const answers = new HostAnswers(host);
  return {
    ports: {
      ...{ host, render, fleet, orchestrator },
      firmware: (vm, template) => answers.firmware(vm, template),
    },
    answers,
    calls: new Limiter(parallelism.calls),
    bringUps: host.backend.open(Math.max(1, parallelism.bringUps)),
    ups: [],
    leading: 0,
  };
}
