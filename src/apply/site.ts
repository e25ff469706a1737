import { VenError, type BringUps, type Step } from '../model/index.js';
import type { ExecutePorts } from './execute.js';
import { HostAnswers } from './host-answers.js';
import { Limiter } from './limiter.js';
import type { ApplyPorts } from './ports.js';

/** What a run has of each host: no host waits for another's room. */
export interface Site {
  /** null: nothing is done on a host. */
  onHost: { ports: ExecutePorts; answers: HostAnswers } | null;
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
  { host, fleet }: Pick<ApplyPorts, 'host' | 'fleet'>,
  {
    render,
    orchestrator,
    parallelism,
  }: Pick<ApplyPorts, 'render' | 'orchestrator' | 'parallelism'>,
): Site {
  const calls = new Limiter(parallelism.calls);
  const idle = { calls, ups: [], leading: 0 };
  if (host === null) return { ...idle, onHost: null, bringUps: NO_BRING_UPS };
  const answers = new HostAnswers(host);
  const ports: ExecutePorts = {
    ...{ host, render, fleet, orchestrator },
    firmware: (vm, template) => answers.firmware(vm, template),
  };
  return {
    ...idle,
    onHost: { ports, answers },
    bringUps: host.backend.open(Math.max(1, parallelism.bringUps)),
  };
}

const NO_BRING_UPS: BringUps = { bringUp: () => undefined, idle: () => Promise.resolve() };
