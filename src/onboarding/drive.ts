import {
  hostOfVm,
  identityOf,
  isSameHost,
  VenError,
  type Address,
  type DomainPower,
  type NodeRecord,
  type OnboardingFlow,
  type OrchestratorHost,
  type Profile,
  type ProvisionResult,
  type ResolvedVm,
} from '../model/index.js';
import { Admission, type AdmissionLimits } from './admission.js';
import { NodeRun } from './node.js';
import { inOrder, warnOnce, type LostNode, type OnboardingPorts } from './ports.js';
import { resultOf } from './result.js';
import { StatusPoll } from './status-poll.js';

export interface DriveOptions {
  run: string;
  fleet: string;
  /** The words that name the fleet in a command, for messages. */
  words: string;
  host: string;
  profile: Profile;
  flow: OnboardingFlow;
  /** The name of the stage to wait for. */
  until: string;
  nodes: readonly DrivenNode[];
  limits: AdmissionLimits;
  /** The limit of the whole run; null: none. */
  timeoutSeconds: number | null;
  /** The part of it that has passed. Default: 0. */
  spentSeconds?: number;
  /**
   * The orchestrator's hosts at the start; null: not known, and no node is registered.
   */
  known: readonly OrchestratorHost[] | null;
  ports: OnboardingPorts;
  /** Reported first. */
  warnings?: readonly string[];
  /** Ends the watch; the nodes go on. */
  signal: AbortSignal;
}

export interface DrivenNode {
  vm: ResolvedVm;
  power: DomainPower;
  /** Its record, if it still counts. */
  record: NodeRecord | null;
  /** Why it failed before it could begin; absent: it did not. */
  lost?: LostNode;
}

const POLL_MS = 200;
const POWER_MS = 3000;
/** From the last time that the consoles were fetched to the next. */
const FETCH_MS = 700;

/**
 * Watches all nodes until each has ended, or the run has. Throws only for errors that are not one
 * node's: a console that may not be read, a bug.
 */
export async function driveNodes(options: DriveOptions): Promise<ProvisionResult> {
  const run = new Drive(options);
  return run.run();
}

class Drive {
  readonly #options: DriveOptions;
  readonly #nodes: NodeRun[];
  readonly #admission: Admission;
  readonly #stop = new AbortController();
  readonly #statuses: StatusPoll | null;
  /** The known hosts by the VM's name. Null: registered by this run. */
  readonly #hosts = new Map<string, OrchestratorHost | null>();
  readonly #warn: (address: Address | null, message: string) => void;
  readonly #underWay = new Set<Promise<void>>();
  #powersAskedAt = -Infinity;
  #askingPowers = false;
  #fetchedAt = -Infinity;
  #fetching = false;
  /** The error of background work; thrown at the next poll. */
  #fault: { error: unknown } | null = null;

  constructor(options: DriveOptions) {
    const ports = { ...options.ports, emit: inOrder(options.ports.emit) };
    this.#options = { ...options, ports };
    const { profile, flow, until, known, words } = options;
    this.#warn = warnOnce(ports);
    this.#admission = new Admission(options.limits);
    this.#nodes = options.nodes.map(({ vm, record }) => {
      const warn = (message: string): void => {
        if (node.state === 'ended') this.#warn(null, `${vm.address} ${message}`);
        else this.#warn(vm.address, message);
      };
      const node = new NodeRun({
        vm,
        words,
        record,
        profile,
        flow,
        until,
        ports,
        signal: this.#stop.signal,
        warn,
      });
      return node;
    });
    this.#learn(known ?? []);
    this.#statuses =
      ports.orchestrator &&
      new StatusPoll(ports.orchestrator, ports.clock, (message) => {
        this.#warn(null, message);
      });
  }

  async run(): Promise<ProvisionResult> {
    const { ports, signal, timeoutSeconds, spentSeconds = 0, profile } = this.#options;
    const { clock } = ports;
    const began = clock.now();
    const left = timeoutSeconds === null ? Infinity : (timeoutSeconds - spentSeconds) * 1000;
    this.#begin(began);
    let cut: 'interrupted' | 'timeout' | null = null;
    try {
      while (this.#nodes.some(({ state }) => state !== 'ended')) {
        if (signal.aborted) cut = 'interrupted';
        else if (clock.now() - began >= left) cut = 'timeout';
        if (cut !== null) break;
        this.#step();
        await clock.sleep(POLL_MS, signal);
      }
      const now = clock.now();
      const at = new Date(now).toISOString();
      for (const node of this.#nodes) {
        const stage = node.stage ?? profile.stages[0]?.name ?? '';
        const message = `The run's time was up (${timeoutSeconds} s)`;
        node.abandon(
          cut === 'timeout' ? { class: 'timeout', stage, at, message, line: node.lastLine } : null,
        );
      }
      const result = resultOf(this.#nodes, cut, now - began);
      await this.#linger();
      ports.emit({
        type: 'provision-finished',
        time: new Date(clock.now()).toISOString(),
        ...result,
      });
      return result;
    } finally {
      this.#stop.abort();
      for (const node of this.#nodes) node.close();
      await Promise.all([...this.#underWay]);
    }
  }

  #begin(now: number): void {
    const { run, fleet, host, profile, flow, until, nodes, ports } = this.#options;
    const time = new Date(now).toISOString();
    ports.emit({
      type: 'provision-started',
      formatVersion: '1',
      time,
      run,
      fleet,
      host,
      profile: profile.name,
      flow,
      until,
      nodes: nodes.map(({ vm, record }) => {
        const visit = record?.visits.at(-1);
        const outcome = record?.outcome ?? 'under-way';
        return {
          address: vm.address,
          outcome,
          stage: visit?.stage ?? null,
          title: visit?.title ?? null,
          startedAt: record?.visits[0]?.enteredAt ?? null,
          enteredAt: visit?.enteredAt ?? null,
        };
      }),
    });
    for (const warning of this.#options.warnings ?? []) this.#warn(null, warning);
    for (const [index, node] of this.#nodes.entries()) {
      const { record, power, lost } = nodes[index] as DrivenNode;
      if (lost) {
        node.lose(lost);
        continue;
      }
      const on = power.power === 'running' || power.power === 'paused';
      if (record?.outcome === 'failed' || (record?.outcome === 'ready' && on)) node.leave(record);
      else if (on)
        this.#start(node, () =>
          this.#register(node).then(() => {
            if (node.state === 'starting') node.takeUp(power, this.#known(node));
          }),
        );
    }
  }

  /** One round: starts, powers on and polls nodes. */
  #step(): void {
    if (this.#fault) throw this.#fault.error;
    const now = this.#options.ports.clock.now();
    for (const node of this.#nodes) {
      if (node.state !== 'waiting') continue;
      const isOthers = node.vm.power === 'external';
      const underWay = this.#nodes.filter(
        ({ state, vm }) => state !== 'waiting' && state !== 'ended' && vm.power !== 'external',
      ).length;
      if (!isOthers && !this.#admission.admits(underWay)) continue;
      this.#start(node, async () => {
        await this.#register(node);
        if (node.state !== 'starting') return;
        if (isOthers) node.awaitPowerOn();
        else node.state = 'registered';
      });
    }
    for (const node of this.#nodes)
      if (node.state === 'registered' && this.#admission.mayPowerOn(now)) this.#powerOn(node);
    for (const node of this.#nodes) if (!node.linger()) node.poll();
    const watched = this.#nodes.filter(({ state }) => state === 'watched');
    const powered = this.#nodes.filter(({ state }) => state === 'watched' || state === 'awaited');
    if (powered.length === 0) return;
    if (now - this.#powersAskedAt >= POWER_MS && !this.#askingPowers)
      this.#background(() => this.#askPowers(powered, now));
    if (now - this.#fetchedAt >= FETCH_MS && !this.#fetching)
      this.#background(() => this.#fetch(watched));
    if (this.#statuses?.isDue(now) === true) this.#background(() => this.#askStatuses(watched));
  }

  /** Waits until no node can echo any more what was typed just now, and it is masked. */
  async #linger(): Promise<void> {
    const { signal } = new AbortController();
    const lingering = (): NodeRun[] => this.#nodes.filter((node) => node.linger());
    for (let left = lingering(); left.length > 0; left = lingering()) {
      await this.#options.ports.clock.sleep(POLL_MS, signal);
      await this.#fetch(left);
      if (lingering().length === 0) await this.#fetch(left);
    }
  }

  #start(node: NodeRun, work: () => Promise<void>): void {
    node.state = 'starting';
    this.#background(work);
  }

  #powerOn(node: NodeRun): void {
    const { ports } = this.#options;
    const before = this.#known(node);
    this.#start(node, () =>
      this.#admission.powerOn(
        () => node.powerOn(this.#stop.signal, before),
        () => ports.clock.now(),
      ),
    );
  }

  /** Registers a node before it is powered on. Ends the node if that fails. */
  async #register(node: NodeRun): Promise<void> {
    const { ports, flow, known } = this.#options;
    const { orchestrator } = ports;
    const { vm } = node;
    if (flow !== 'non-interactive' || known === null || orchestrator === null) return;
    const there = this.#hosts.get(vm.name);
    // `register` refuses a foreign host with this serial number.
    if (there === null || (there !== undefined && isSameHost(there, identityOf(vm)))) return;
    try {
      const identity = identityOf(vm);
      const { name, serialNumber } = identity;
      const { id, already } = await orchestrator.register(identity, this.#stop.signal);
      this.#hosts.set(name, null);
      ports.emit({
        type: 'node-registered',
        time: new Date(ports.clock.now()).toISOString(),
        address: vm.address,
        serialNumber,
        id,
        already,
      });
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      node.failHere(
        error instanceof VenError && error.code === 'orchestrator-unreachable'
          ? 'network'
          : 'workflow',
        error,
      );
    }
  }

  async #fetch(nodes: readonly NodeRun[]): Promise<void> {
    this.#fetching = true;
    try {
      await this.#options.ports.fetchConsoles(nodes.map(({ vm }) => vm));
    } catch (error) {
      if (!(error instanceof VenError)) throw error;
      this.#warn(null, `The consoles could not be read: ${error.summary}`);
    } finally {
      this.#fetching = false;
      this.#fetchedAt = this.#options.ports.clock.now();
    }
  }

  async #askPowers(watched: readonly NodeRun[], now: number): Promise<void> {
    this.#askingPowers = true;
    try {
      const powers = await this.#options.ports.powers(watched.map(({ vm }) => vm));
      for (const node of watched) {
        const power = powers.get(node.vm.uuid);
        if (power) node.powerChanged(power, now, this.#known(node));
      }
    } catch (error) {
      if (!(error instanceof VenError)) throw error;
      this.#warn(null, `The power states of the VMs could not be read: ${error.summary}`);
    } finally {
      this.#askingPowers = false;
      this.#powersAskedAt = this.#options.ports.clock.now();
    }
  }

  async #askStatuses(watched: readonly NodeRun[]): Promise<void> {
    const hosts = await this.#statuses?.ask(this.#stop.signal);
    const told = this.#learn(hosts ?? []);
    for (const node of watched) {
      const host = told.get(node.vm.name);
      if (host) node.orchestratorSaid(host);
    }
  }

  /** The nodes' hosts among these, by the VM's name. */
  #learn(hosts: readonly OrchestratorHost[]): Map<string, OrchestratorHost> {
    const told = new Map<string, OrchestratorHost>();
    for (const { vm } of this.#nodes) {
      const host = hostOfVm(hosts, identityOf(vm));
      if (host !== null) told.set(vm.name, host);
    }
    for (const [name, host] of told) this.#hosts.set(name, host);
    return told;
  }

  /** The orchestrator's last answer about a node; null: none. */
  #known({ vm }: NodeRun): OrchestratorHost | null {
    return this.#hosts.get(vm.name) ?? null;
  }

  #background(work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#fault ??= { error };
      })
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }
}
