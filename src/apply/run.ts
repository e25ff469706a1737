import {
  EXIT,
  VenError,
  type HostFirmware,
  type Plan,
  type ResolvedVm,
  type RunResult,
  type Step,
} from '../model/index.js';
import { runBatch } from './batch.js';
import { underDeadline } from './deadline.js';
import { executeStep, type ExecutePorts, type UpStep } from './execute.js';
import { cutShort, eventErrorOf, tooLate } from './faults.js';
import { finishersOf } from './finishers.js';
import { graphOf, type StepGraph } from './graph.js';
import { Ledger } from './ledger.js';
import type { ApplyPorts } from './ports.js';
import { PlanQueue } from './queue.js';
import { EventStream } from './stream.js';

/** How long a VM that could come up waits for others, to share a vagrant process (a second of Ruby each) with them. */
const GATHER_MS = 1000;

const INTERRUPTED = 'the run was interrupted';

/**
 * Runs a plan's steps: each when all it needs is done, the earliest in the plan first, as many at once as `ports.parallelism`
 * says. A failed step skips what depends on it and stops nothing else. Never rejects once the first event is out;
 * rejects with `stale-plan` when the steps don't fit together. Exit codes: 0, 4 (a step failed), 130 (interrupted).
 */
export async function runPlan(plan: Plan, ports: ApplyPorts): Promise<RunResult> {
  return new Run(plan, graphOf(plan.steps), ports).toItsEnd();
}

class Run {
  private readonly plan: Plan;
  private readonly graph: StepGraph;
  private readonly ports: ApplyPorts;
  private readonly executePorts: ExecutePorts;
  private readonly stream: EventStream;
  private readonly ledger: Ledger;
  private readonly startedAt: number[] = [];

  /** Steps that are ready, but `vm-up`. */
  private readonly calls = new PlanQueue();
  private callsRunning = 0;
  /** `vm-up` steps that are ready. */
  private readonly ups = new PlanQueue();
  private batchesRunning = 0;
  private readonly controllers = new Set<AbortController>();

  /** Steps ready or running that some `vm-up` waits for. */
  private leading = 0;
  private oldestUpAt = 0;
  private gatherTimer: NodeJS.Timeout | undefined;
  private probe: Promise<{ accelerator: 'kvm' | 'qemu'; why: string }> | undefined;

  private readonly firmwares = new Map<string, Promise<HostFirmware>>();

  private stopping = false;
  private stopped = false;
  private starting = false;
  private readonly over = Promise.withResolvers<void>();

  constructor(plan: Plan, graph: StepGraph, ports: ApplyPorts) {
    this.plan = plan;
    this.graph = graph;
    this.ports = ports;
    const { host, render, fleet, orchestrator } = ports;
    this.executePorts = {
      host,
      render,
      fleet,
      orchestrator,
      firmware: (vm, template) => this.firmware(vm, template),
    };
    this.stream = new EventStream(ports.emit);
    this.ledger = new Ledger(graph);
  }

  async toItsEnd(): Promise<RunResult> {
    const { plan, ports } = this;
    const { graceful, hard } = ports.interrupt;
    const began = ports.clock.now();
    this.stream.send({
      type: 'run-started',
      formatVersion: '1',
      time: began.toISOString(),
      run: ports.runId,
      command: ports.command,
      fleet: plan.fleet,
      host: plan.host,
      summary: plan.summary,
      steps: plan.steps.length,
    });

    const onGraceful = () => {
      this.interrupt(false);
    };
    const onHard = () => {
      this.interrupt(true);
    };
    graceful.addEventListener('abort', onGraceful);
    hard.addEventListener('abort', onHard);
    for (const place of this.ledger.begin()) this.enqueue(place);
    if (hard.aborted) onHard();
    else if (graceful.aborted) onGraceful();
    this.startWhatCan();
    await this.over.promise;
    graceful.removeEventListener('abort', onGraceful);
    hard.removeEventListener('abort', onHard);
    clearTimeout(this.gatherTimer);

    const addresses = this.ledger.addresses();
    const outcome = this.stopping ? 'interrupted' : addresses.failed.length > 0 ? 'failed' : 'done';
    const exitCode = { interrupted: EXIT.interrupted, failed: EXIT.someVmsFailed, done: EXIT.done }[
      outcome
    ];
    const ended = ports.clock.now();
    const result: RunResult = {
      outcome,
      exitCode,
      ...addresses,
      durationSeconds: secondsBetween(began.getTime(), ended.getTime()),
    };
    this.stream.send({ type: 'run-finished', time: ended.toISOString(), ...result });
    if (this.stream.fault) ports.viewFault?.(this.stream.fault.error);
    return result;
  }

  // Starting

  private enqueue(place: number): void {
    if (this.step(place).kind !== 'vm-up') {
      this.calls.push(place);
      if (this.graph.leadsToUp[place]) this.leading += 1;
      return;
    }
    if (this.ups.size === 0) this.oldestUpAt = performance.now();
    this.ups.push(place);
  }

  /** Fills the free slots of both lanes; ends the run when nothing is left. Harmless to call at any time. */
  private startWhatCan(): void {
    // An event that is shown below may come back here, through an interruption.
    if (this.starting) return;
    this.starting = true;
    while (this.callsRunning < Math.max(1, this.ports.parallelism.virsh)) {
      const place = this.calls.pop();
      if (place === undefined) break;
      this.startCall(place);
    }
    this.startBatches(false);
    this.starting = false;
    if (this.ledger.open === 0 && this.batchesRunning === 0) this.over.resolve();
  }

  private startCall(place: number): void {
    const step = this.step(place);
    if (step.kind === 'vm-up') throw new TypeError(`${step.id} is for the vagrant lane`);
    const controller = new AbortController();
    this.callsRunning += 1;
    this.controllers.add(controller);
    this.begin(place);
    const late = () => tooLate(step, step.timeoutSeconds);
    const tell = (line: string): void => {
      this.stream.send({
        type: 'step-output',
        time: this.time(),
        step: step.id,
        address: step.address,
        line,
      });
    };
    void underDeadline(
      (signal) => executeStep(step, this.executePorts, signal, tell),
      step.timeoutSeconds * 1000,
      late,
      controller,
    )
      .then(
        () => null,
        (error: unknown) => error ?? new Error('something threw nothing'),
      )
      .then((error) => {
        this.callsRunning -= 1;
        this.controllers.delete(controller);
        if (this.graph.leadsToUp[place]) this.leading -= 1;
        this.settle(place, error);
      });
  }

  /** Shares the ready `vm-up` steps out over the free slots, unless it is worth waiting for more of them. */
  private startBatches(enough: boolean): void {
    const free = Math.max(1, this.ports.parallelism.vagrant) - this.batchesRunning;
    if (free <= 0 || this.ups.size === 0) return;
    clearTimeout(this.gatherTimer);
    const waited = performance.now() - this.oldestUpAt;
    if (!enough && this.leading > 0 && waited < GATHER_MS) {
      this.gatherTimer = setTimeout(() => {
        this.startBatches(true);
      }, GATHER_MS - waited);
      return;
    }
    for (const share of shares(this.ups.drain(), free)) {
      // Announcing the share before may have brought an interruption, which skipped this one.
      const wanted = share.filter((place) => this.ledger.state(place) === 'ready');
      if (wanted.length > 0) this.startBatch(wanted);
    }
  }

  private startBatch(share: number[]): void {
    const places = new Map<UpStep, number>();
    for (const place of share) places.set(this.step(place) as UpStep, place);
    const placeOf = (step: UpStep): number => places.get(step) ?? -1;
    const controller = new AbortController();
    this.batchesRunning += 1;
    this.controllers.add(controller);
    // All are running before the first is announced, so that an interruption in between finds them so.
    for (const place of share) this.ledger.start(place);
    for (const place of share) this.begin(place);
    const batchPorts = {
      ...this.executePorts,
      accelerator: (announce: (line: string) => void) => this.accelerator(announce),
    };
    const listener = {
      output: (step: UpStep, line: string) => {
        this.stream.send({
          type: 'step-output',
          time: this.time(),
          step: step.id,
          address: step.address,
          line,
        });
      },
      settled: (step: UpStep, error: unknown) => {
        this.settle(placeOf(step), error);
      },
    };
    void runBatch([...places.keys()], batchPorts, listener, controller).then(() => {
      this.batchesRunning -= 1;
      this.controllers.delete(controller);
      this.startWhatCan();
    });
  }

  /** Tried once a run, when the first VM that leaves it open comes up; what was found is that VM's to tell. */
  private async accelerator(announce: (line: string) => void): Promise<'kvm' | 'qemu'> {
    if (this.probe) return (await this.probe).accelerator;
    this.probe = this.ports.host.probeAccelerator();
    const { accelerator, why } = await this.probe;
    announce(`accelerator: ${accelerator} (${why})`);
    return accelerator;
  }

  /** Asked once a run for each kind, when the first VM needs it. */
  private async firmware(
    { firmware, nvram }: ResolvedVm,
    template = nvram !== null,
  ): Promise<HostFirmware | null> {
    if (firmware === 'bios') return null;
    const need = { template, ...(nvram?.keys === undefined ? {} : { ownKeys: true }) };
    const key = JSON.stringify([firmware, need]);
    const asked = this.firmwares.get(key) ?? this.ports.host.firmware(firmware, need);
    this.firmwares.set(key, asked);
    return asked;
  }

  private begin(place: number): void {
    this.ledger.start(place);
    const now = this.ports.clock.now();
    this.startedAt[place] = now.getTime();
    const { id, address } = this.step(place);
    this.stream.send({ type: 'step-started', time: now.toISOString(), step: id, address });
  }

  // Ending

  /** The end of a running step. All books are kept before anything is told. */
  private settle(place: number, error: unknown): void {
    const step = this.step(place);
    const now = this.ports.clock.now();
    const common = {
      type: 'step-finished',
      time: now.toISOString(),
      step: step.id,
      address: step.address,
      durationSeconds: secondsBetween(this.startedAt[place] ?? now.getTime(), now.getTime()),
    } as const;
    if (error === null) {
      for (const ready of this.ledger.done(place)) this.enqueue(ready);
      this.stream.send({ ...common, outcome: 'done' });
    } else {
      // What fails after the second Ctrl-C was shot, whatever it says itself.
      const cut = this.stopped;
      const skipped = this.ledger.lost(place, cut ? 'cut' : 'failed');
      this.stream.send({
        ...common,
        outcome: 'failed',
        error: eventErrorOf(cut ? cutShort(step, error) : error),
      });
      for (const each of skipped) this.tellSkipped(each, cut ? INTERRUPTED : `${step.id} failed`);
    }
    this.startWhatCan();
  }

  private interrupt(hard: boolean): void {
    if (this.stopped || (this.stopping && !hard)) return;
    this.stopping = true;
    this.stopped = hard;
    const finishers = hard
      ? new Set<number>()
      : finishersOf(this.graph, (at) => this.ledger.state(at));
    const skipped = this.ledger.places('waiting', 'ready').filter((place) => !finishers.has(place));
    for (const place of skipped) this.ledger.skip(place);
    this.ups.drain();
    for (const place of this.calls.drain()) if (finishers.has(place)) this.calls.push(place);
    const running = this.ledger.places('running').map((place) => this.step(place).id);
    const reason: unknown = this.ports.interrupt.graceful.reason;
    const because = reason instanceof VenError ? reason.summary : undefined;
    this.stream.send({
      type: 'interrupted',
      time: this.time(),
      hard,
      running,
      ...(because !== undefined && { because }),
    });
    for (const place of skipped) this.tellSkipped(place, because ?? INTERRUPTED);
    if (hard)
      for (const controller of [...this.controllers])
        controller.abort(new VenError('interrupted', { summary: INTERRUPTED }));
    this.startWhatCan();
  }

  private tellSkipped(place: number, because: string): void {
    const { id, address } = this.step(place);
    this.stream.send({
      type: 'step-finished',
      time: this.time(),
      step: id,
      address,
      outcome: 'skipped',
      durationSeconds: 0,
      because,
    });
  }

  private step(place: number): Step {
    const step = this.graph.steps[place];
    if (!step) throw new RangeError(`no step ${String(place)}`);
    return step;
  }

  private time(): string {
    return this.ports.clock.now().toISOString();
  }
}

/** Cuts a list into at most `count` runs whose lengths differ by one at most. */
function shares<T>(list: readonly T[], count: number): T[][] {
  const parts = Math.min(count, list.length);
  return Array.from({ length: parts }, (_, part) =>
    list.slice(
      Math.floor((part * list.length) / parts),
      Math.floor(((part + 1) * list.length) / parts),
    ),
  );
}

/** To the millisecond; a clock that was set back has not run backwards. */
function secondsBetween(startMs: number, endMs: number): number {
  return Math.max(0, Math.round(endMs - startMs)) / 1000;
}
