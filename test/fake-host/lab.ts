import { runPlan } from '../../src/apply/run.js';
import { domainMark, domainName, variablesFile } from '../../src/libvirt/index.js';
import {
  isNamedFor,
  networkUuid,
  vmUuid,
  type HostState,
  type Plan,
  type PlanOptions,
  type ResolvedFleet,
  type RunEvent,
  type RunResult,
  type SeenProvider,
} from '../../src/model/index.js';
import { observeAndPlan } from '../../src/operations/planned.js';
import { checkSomethingIsLeft } from '../../src/plan/index.js';
import { createRender } from '../../src/libvirt/index.js';
import { FakeHost } from './fake-host.js';
import { FakeOrchestrator } from './fake-orchestrator.js';
import { domainFacts, networkFacts, parseXml } from './parse.js';

export const APPLY: PlanOptions = {
  mode: 'apply',
  targets: [],
  excludes: [],
  replace: [],
  keepDisks: false,
  // The laws hold beyond that guard, which has tests of its own.
  allowDeleteAll: true,
};
export const DESTROY: PlanOptions = { ...APPLY, mode: 'destroy' };

export const render = createRender();

export interface Run {
  plan: Plan;
  result: RunResult;
  /** What became of each step, by id. */
  outcomes: Map<string, 'done' | 'failed' | 'skipped'>;
}

/**
 * ven as its commands run it, on a host in memory: observe, plan, and the plan's steps through the
 * real renderer.
 */
export class Lab {
  readonly host: FakeHost;
  readonly orchestrator: FakeOrchestrator;

  constructor(host: FakeHost, known?: FakeOrchestrator) {
    this.host = host;
    this.orchestrator = new FakeOrchestrator(host.faults, known?.hosts.values(), known?.project);
  }

  /** A host as a distribution leaves it: the pool and the network `default`. */
  static bare(): Lab {
    const host = new FakeHost({
      routes: [
        { cidr: '0.0.0.0/0', device: 'eth0' },
        { cidr: '10.0.2.0/24', device: 'eth0' },
      ],
    });
    const dhcp = { start: '192.168.122.2', end: '192.168.122.254' };
    host.addForeignNetwork({
      name: 'default',
      bridge: 'virbr0',
      gateway: '192.168.122.1/24',
      forward: 'nat',
      dhcp,
    });
    return new Lab(host);
  }

  copy(): Lab {
    return new Lab(this.host.copy(), this.orchestrator);
  }

  observe(fleet: ResolvedFleet): Promise<HostState> {
    return this.host.observe(fleet);
  }

  /** As an apply makes it. */
  async plan(fleet: ResolvedFleet, options: Partial<PlanOptions> = {}): Promise<Plan> {
    const asked = { ...APPLY, ...options };
    const provider = (): Promise<SeenProvider> =>
      Promise.resolve({ observed: this.orchestrator.project });
    const opened = { fleet, host: this.host, hosts: [] };
    const { plan } = await observeAndPlan(opened, asked, { render, provider });
    checkSomethingIsLeft(plan);
    return plan;
  }

  /** Runs a plan to its end. Throws what is nobody's known failure, unless the run was killed. */
  async run(fleet: ResolvedFleet, plan: Plan): Promise<Run> {
    const events: RunEvent[] = [];
    const never = new AbortController().signal;
    const result = await runPlan(plan, {
      host: this.host,
      orchestrator: this.orchestrator,
      render,
      fleet,
      emit: (event) => events.push(event),
      clock: { now: () => new Date(0) },
      parallelism: { bringUps: 2, calls: 16 },
      interrupt: { graceful: never, hard: never },
      runId: 'run',
      command: plan.options.mode,
    });
    const outcomes: Run['outcomes'] = new Map();
    for (const event of events) {
      if (event.type !== 'step-finished') continue;
      outcomes.set(event.step, event.outcome);
      if (event.outcome === 'failed' && event.error.code === 'bug' && !this.host.faults.dead)
        throw new Error(`${event.step}: ${event.error.detail ?? event.error.summary}`);
    }
    return { plan, result, outcomes };
  }

  async apply(fleet: ResolvedFleet, options: Partial<PlanOptions> = {}): Promise<Run> {
    return this.run(fleet, await this.plan(fleet, options));
  }

  /** As `apply`, by a ven that is killed just before its n-th change from now. */
  async applyKilled(
    n: number,
    fleet: ResolvedFleet,
    options: Partial<PlanOptions> = {},
  ): Promise<Run> {
    const plan = await this.plan(fleet, options);
    this.host.faults.dieAt(n);
    const run = await this.run(fleet, plan);
    this.host.faults.revive();
    return run;
  }

  /** The UUID of the domain of that name. */
  domain(name: string): string {
    const found = [...this.host.domains].find(
      ([, { config, live }]) => domainName(parseXml(config ?? live ?? '')) === name,
    );
    if (!found) throw new Error(`no domain ${name}`);
    return found[0];
  }

  /** Whether the mark of a fleet's VM says that it is whole. */
  async isReady(fleet: ResolvedFleet, uuid: string): Promise<boolean> {
    const { domains } = await this.observe(fleet);
    return domains.some((domain) => domain.uuid === uuid && domain.mark?.ready === true);
  }

  /** The UUID of the network of that name. */
  network(name: string): string {
    const found = [...this.host.networks].find(
      ([, { xml }]) => networkFacts(parseXml(xml)).name === name,
    );
    if (!found) throw new Error(`no network ${name}`);
    return found[0];
  }

  /**
   * Every single thing on the host and in the orchestrator, down to its last byte: `domain <uuid>`,
   * `volume default/a.qcow2`, `tap vnet0`, …
   */
  everything(): Map<string, unknown> {
    const { domains, networks, storage, nvrams, bridges } = this.host;
    return new Map<string, unknown>([
      ...[...domains].map(([uuid, domain]) => [`domain ${uuid}`, { ...domain }] as const),
      ...[...networks].map(([uuid, network]) => [`network ${uuid}`, { ...network }] as const),
      ...[...storage.pools].flatMap(([pool, { volumes }]) =>
        [...volumes].map(([name, bytes]) => [`volume ${pool}/${name}`, bytes] as const),
      ),
      ...[...this.orchestrator.hosts].map(
        ([serialNumber, host]) => [`registration ${serialNumber}`, host] as const,
      ),
      ...[...nvrams].map((path) => [`nvram ${path}`, true] as const),
      ...[...bridges.keys()].map((bridge) => [`bridge ${bridge}`, true] as const),
      ...[...bridges].flatMap(([bridge, taps]) =>
        [...taps].map((tap) => [`tap ${tap}`, bridge] as const),
      ),
    ]);
  }

  /**
   * As `everything`, without what is the fleet's: what has a mark of its and the identity derived
   * from it, and what hangs on that. Networks that are lent to it are as they would be given back.
   */
  foreign(fleet: { name: string }): Map<string, unknown> {
    const all = this.everything();
    for (const { name, serialNumber, uuid } of this.orchestrator.hosts.values())
      if (uuid === vmUuid(fleet.name, name)) all.delete(`registration ${serialNumber}`);
    for (const [uuid, { config, live }] of this.host.domains) {
      const domain = parseXml(config ?? live ?? '');
      const mark = domainMark(domain);
      if (mark?.fleet !== fleet.name || uuid !== vmUuid(mark.fleet, mark.vm)) continue;
      all.delete(`domain ${uuid}`);
      for (const ref of mark.volumes)
        if (isNamedFor(mark, ref)) all.delete(`volume ${ref.pool}/${ref.volume}`);
      for (const { path } of domainFacts(domain).disks)
        for (const above of this.host.storage.snapshots(path, mark.volumes))
          all.delete(`volume ${above}`);
      all.delete(`nvram ${domainFacts(domain).nvram ?? ''}`);
      // Its first, from before it had a volume for them: deleted with it.
      all.delete(`nvram ${variablesFile({ domain: domainName(domain), uuid }, 'fd')}`);
      for (const { tap } of live === null ? [] : domainFacts(parseXml(live)).nics)
        all.delete(`tap ${tap ?? ''}`);
    }
    const returned = (xml: string): string =>
      render.bootNetwork(xml, { fleet: fleet.name, network: '' }, null);
    for (const [uuid, network] of this.host.networks)
      all.set(`network ${uuid}`, {
        ...network,
        xml: returned(network.xml),
        live: network.live && returned(network.live),
      });
    for (const [uuid, { xml }] of this.host.networks) {
      const { mark, bridge } = networkFacts(parseXml(xml));
      if (mark?.fleet !== fleet.name || uuid !== networkUuid(mark.fleet, mark.network)) continue;
      all.delete(`network ${uuid}`);
      all.delete(`bridge ${bridge ?? ''}`);
    }
    return all;
  }

  /**
   * What there is on the host, as a fleet sees it, without what no two runs have in common (taps,
   * ids).
   */
  async things(fleet: ResolvedFleet): Promise<unknown> {
    const { domains, networks, pools, volumes, bridgePorts } = await this.observe(fleet);
    const facts = (seen: (typeof domains)[number]['config']): unknown => ({
      ...seen,
      disks: seen.disks.toSorted((a, b) => (a.target < b.target ? -1 : 1)),
      nics: seen.nics
        .map(({ tap, bridge, ...nic }) => ({
          ...nic,
          plugged: tap !== null && (bridgePorts?.[bridge ?? '']?.includes(tap) ?? false),
        }))
        .sort((a, b) => (a.mac < b.mac ? -1 : 1)),
    });
    return {
      domains: domains.map(({ config, live, ...rest }) => ({
        ...{ ...rest, xml: undefined, liveXml: undefined, saved: undefined },
        config: facts(config),
        live: live && facts(live),
      })),
      networks,
      pools: pools.map(({ name, active }) => ({ name, active })),
      volumes,
      bridges: Object.keys(bridgePorts ?? {}).sort(),
      registered: [...this.orchestrator.hosts.values()].sort((a, b) =>
        a.serialNumber < b.serialNumber ? -1 : 1,
      ),
    };
  }
}
