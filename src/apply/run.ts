import { Listr, type ListrTask } from 'listr2';
import {
  EXIT,
  exitCodeOfPlan,
  VenError,
  type Address,
  type BringUpOrder,
  type Plan,
  type RunResult,
  type Step,
} from '../model/index.js';
import { underDeadline, watchForStandstill } from './deadline.js';
import {
  executeObjectStep,
  executeStep,
  isObjectStep,
  prepareVm,
  type CallStep,
  type ObjectStep,
  type UpStep,
} from './execute.js';
import { cutShort, eventErrorOf, tooLate } from './faults.js';
import { finishersOf } from './finishers.js';
import { graphOf, type StepGraph } from './graph.js';
import { Ledger } from './ledger.js';
import type { ApplyPorts } from './ports.js';
import { openSites, type Site } from './site.js';
import { EventStream } from './stream.js';

const INTERRUPTED = 'the run was interrupted';

/**
 * Runs a plan's steps as parallel tasks: each when all it needs is done, the earliest in the plan
 * first, as many at once on each host as `ports.parallelism` says. A failed step skips what depends
 * on it and stops nothing else. Never rejects once the first event is out; rejects with
 * `stale-plan` when the steps don't fit together. Exit codes: 0, 4 (a step failed, or a host is
 * away), 6 or 7 (all was done, and more was refused), 130 (interrupted).
 */
export async function runPlan(plan: Plan, ports: ApplyPorts): Promise<RunResult> {
  return new Run(plan, graphOf(plan.steps), ports).toItsEnd();
}

/**
 * Each step is a task of one Listr. A task waits for its turn, does the step's work, and fails or
 * is skipped with it. Whose turn it is, is told in the same moment in which another step ends, and
 * so are the events of both: so a run's events have one order, whatever promises do in between.
 */
class Run {
  readonly #plan: Plan;
  readonly #graph: StepGraph;
  readonly #ports: ApplyPorts;
  readonly #stream: EventStream;
  readonly #ledger: Ledger;
  /** For each step, until it may begin (null), or is skipped (why). */
  readonly #turns: readonly PromiseWithResolvers<string | null>[];
  /** When each step's own work began. */
  readonly #startedAt = new Map<number, number>();

  readonly #sites: readonly Site[];
  /** By place in the plan. */
  readonly #siteOf: readonly Site[];
  /** For each `vm-up` that was handed over, until it has ended: null, or the failure. */
  readonly #upEnds = new Map<number, PromiseWithResolvers<unknown>>();
  /** Ends the watch over a `vm-up`'s time. */
  readonly #watches = new Map<number, () => void>();
  /** Those of `vm-up` stay to the end of the run: a program may outlive its VMs. */
  readonly #controllers = new Map<number, AbortController>();

  #stopping = false;
  #stopped = false;
  #starting = false;

  constructor(plan: Plan, graph: StepGraph, ports: ApplyPorts) {
    this.#plan = plan;
    this.#graph = graph;
    this.#ports = ports;
    this.#stream = new EventStream(ports.emit);
    this.#ledger = new Ledger(graph);
    this.#turns = graph.steps.map(() => Promise.withResolvers<string | null>());
    const { sites, siteOf } = openSites(ports);
    this.#sites = sites;
    this.#siteOf = graph.steps.map(siteOf);
  }

  async toItsEnd(): Promise<RunResult> {
    const plan = this.#plan;
    const ports = this.#ports;
    const { graceful, hard } = ports.interrupt;
    const began = ports.clock.now();
    this.#stream.send({
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
      this.#interrupt(false);
    };
    const onHard = () => {
      this.#interrupt(true);
    };
    graceful.addEventListener('abort', onGraceful);
    hard.addEventListener('abort', onHard);
    for (const place of this.#ledger.begin()) this.#enqueue(place);
    if (hard.aborted) onHard();
    else if (graceful.aborted) onGraceful();
    this.#startWhatCan();
    await parallel(this.#graph.steps.map((step, place) => this.#task(step, place))).run();
    await Promise.all(this.#sites.map(({ bringUps }) => bringUps.idle()));
    graceful.removeEventListener('abort', onGraceful);
    hard.removeEventListener('abort', onHard);

    const addresses = this.#ledger.addresses();
    const outcome = this.#outcome(addresses.failed.length > 0);
    const exitCode = {
      interrupted: EXIT.interrupted,
      failed: EXIT.someVmsFailed,
      done: exitCodeOfPlan(plan),
    }[outcome];
    const ended = ports.clock.now();
    const result: RunResult = {
      outcome,
      exitCode,
      ...addresses,
      refused: plan.refused,
      durationSeconds: secondsBetween(began.getTime(), ended.getTime()),
    };
    this.#stream.send({ type: 'run-finished', time: ended.toISOString(), ...result });
    if (this.#stream.fault) ports.viewFault?.(this.#stream.fault.error);
    return result;
  }

  #outcome(failed: boolean): RunResult['outcome'] {
    if (this.#stopping) return 'interrupted';
    return failed ? 'failed' : 'done';
  }

  // Working

  #task(step: Step, place: number): ListrTask {
    return {
      title: step.id,
      task: async (_context, task) => {
        const skipped = await this.#turns[place]?.promise;
        if (typeof skipped === 'string') {
          task.skip(skipped);
          return;
        }
        const error =
          step.kind === 'vm-up'
            ? await this.#upEnds.get(place)?.promise
            : await this.#call(step, place);
        // Whatever was thrown: a failure is told in full by its event.
        if (error !== null) throw error as Error;
      },
    };
  }

  /** Does a step by calls to the host; resolves to what it failed of, or null. */
  async #call(step: CallStep | ObjectStep, place: number): Promise<unknown> {
    const site = this.#site(place);
    const late = () => tooLate(step, step.timeoutSeconds);
    const tell = (line: string): void => {
      this.#output(step, place, line);
    };
    const error = await underDeadline(
      (signal) => this.#execute(step, site, signal, tell),
      step.timeoutSeconds * 1000,
      late,
      this.#controller(place),
    ).then(
      () => null,
      (thrown: unknown) => thrown ?? new Error('something threw nothing'),
    );
    site.calls.leave();
    this.#controllers.delete(place);
    if (this.#graph.leadsToUp[place]) site.leading -= 1;
    this.#settle(place, error);
    return error;
  }

  #execute(
    step: CallStep | ObjectStep,
    site: Site,
    signal: AbortSignal,
    tell: (line: string) => void,
  ): Promise<void> {
    if (!isObjectStep(step)) return executeStep(step, hostOf(site).ports, signal, tell);
    const { objects } = this.#ports;
    if (objects === undefined) throw new Error(`${step.id} is for a cluster, and there is none`);
    return executeObjectStep(step, objects, signal);
  }

  /** For the backend, which says when the VM's turn has come, and when it is up. */
  #order(place: number): BringUpOrder {
    const step = this.#step(place) as UpStep;
    const { ports, answers } = hostOf(this.#site(place));
    const controller = this.#controller(place);
    this.#upEnds.set(place, Promise.withResolvers<unknown>());
    const started = (): void => {
      this.#tellStarted(place);
    };
    const output = (line: string): void => {
      this.#output(step, place, line);
    };
    return {
      name: step.vm.name,
      rank: place,
      signal: controller.signal,
      begin: (movedAt) => {
        const late = (): void => {
          const error = tooLate(step, step.timeoutSeconds);
          this.#settle(place, error);
          controller.abort(error);
        };
        const watch = watchForStandstill(step.timeoutSeconds * 1000, movedAt, late);
        this.#watches.set(place, watch);
        this.#take(place);
        return prepareVm(step.vm, ports, () =>
          answers.accelerator(step.vm, (line) => {
            started();
            output(line);
          }),
        );
      },
      started,
      output,
      settled: (error) => {
        this.#settle(place, error);
      },
    };
  }

  // Starting

  #enqueue(place: number): void {
    const site = this.#site(place);
    if (this.#step(place).kind === 'vm-up') {
      site.ups.push(place);
      return;
    }
    site.calls.wait(place);
    if (this.#graph.leadsToUp[place]) site.leading += 1;
  }

  /** Lets in what there is room for, and hands VMs over. Harmless to call at any time. */
  #startWhatCan(): void {
    // An event that is shown below may come back here, through an interruption.
    if (this.#starting) return;
    this.#starting = true;
    for (const { calls } of this.#sites)
      for (let at = calls.enter(); at !== undefined; at = calls.enter()) {
        this.#take(at);
        this.#tellStarted(at);
      }
    for (const site of this.#sites) {
      const ups = site.ups.splice(0).map((place) => this.#order(place));
      site.bringUps.bringUp(ups, site.leading > 0);
    }
    this.#starting = false;
  }

  /** A step runs from here on; a VM waits for its turn in the backend's program first. */
  #take(place: number): void {
    this.#ledger.start(place);
    this.#controller(place);
    this.#turns[place]?.resolve(null);
  }

  #tellStarted(place: number): void {
    if (this.#startedAt.has(place) || this.#ledger.state(place) !== 'running') return;
    const now = this.#ports.clock.now();
    this.#startedAt.set(place, now.getTime());
    const time = now.toISOString();
    this.#stream.send({ type: 'step-started', time, ...named(this.#step(place)) });
  }

  // Ending

  /** The end of a running step. All books are written before anything is told. */
  #settle(place: number, error: unknown): void {
    if (this.#ledger.state(place) !== 'running') return;
    // What fails after the second Ctrl-C was stopped by it, whatever it says itself.
    const cut = this.#stopped && error !== null;
    // A VM that its program did not come to: each end has a beginning, but for what is skipped.
    const neverBegun = cut && !this.#startedAt.has(place);
    if (!neverBegun) this.#tellStarted(place);
    this.#watches.get(place)?.();
    this.#upEnds.get(place)?.resolve(error);
    const step = this.#step(place);
    const now = this.#ports.clock.now();
    const common = {
      type: 'step-finished',
      time: now.toISOString(),
      ...named(step),
      durationSeconds: secondsBetween(this.#startedAt.get(place) ?? now.getTime(), now.getTime()),
    } as const;
    if (error === null) {
      for (const ready of this.#ledger.done(place)) this.#enqueue(ready);
      this.#stream.send({ ...common, outcome: 'done' });
    } else {
      const skipped = this.#ledger.lost(place, cut ? 'cut' : 'failed');
      if (neverBegun) this.#tellSkipped(place, INTERRUPTED);
      else
        this.#stream.send({
          ...common,
          outcome: 'failed',
          error: eventErrorOf(cut ? cutShort(step, error) : error),
        });
      for (const each of skipped)
        this.#tellSkipped(each, cut ? INTERRUPTED : `${step.address} failed`);
    }
    this.#startWhatCan();
  }

  #interrupt(hard: boolean): void {
    if (this.#stopped || (this.#stopping && !hard)) return;
    this.#stopping = true;
    this.#stopped = hard;
    const finishers = hard
      ? new Set<number>()
      : finishersOf(this.#graph, (at) => this.#ledger.state(at));
    const skipped = this.#ledger
      .places('waiting', 'ready')
      .filter((place) => !finishers.has(place));
    for (const place of skipped) this.#ledger.skip(place);
    for (const { ups, calls } of this.#sites) {
      ups.length = 0;
      calls.keep(finishers);
    }
    const running = this.#ledger.places('running');
    const reason: unknown = this.#ports.interrupt.graceful.reason;
    const because = reason instanceof VenError ? reason.summary : undefined;
    this.#stream.send({
      type: 'interrupted',
      time: this.#time(),
      hard,
      running: running.map((place) => this.#step(place).id),
      ...(because !== undefined && { because }),
    });
    for (const place of skipped) this.#tellSkipped(place, because ?? INTERRUPTED);
    const aborted = hard ? this.#controllers.keys() : skipped;
    for (const place of [...aborted])
      this.#controllers.get(place)?.abort(new VenError('interrupted', { summary: INTERRUPTED }));
    this.#startWhatCan();
  }

  #tellSkipped(place: number, because: string): void {
    this.#turns[place]?.resolve(because);
    this.#stream.send({
      type: 'step-finished',
      time: this.#time(),
      ...named(this.#step(place)),
      outcome: 'skipped',
      durationSeconds: 0,
      because,
    });
  }

  #output(step: Step, place: number, line: string): void {
    if (this.#ledger.state(place) !== 'running' || !this.#startedAt.has(place)) return;
    this.#stream.send({ type: 'step-output', time: this.#time(), ...named(step), line });
  }

  /** What stops a step that runs, or takes a VM back from the backend. */
  #controller(place: number): AbortController {
    const controller = this.#controllers.get(place) ?? new AbortController();
    this.#controllers.set(place, controller);
    return controller;
  }

  #step(place: number): Step {
    const step = this.#graph.steps[place];
    if (!step) throw new RangeError(`no step ${String(place)}`);
    return step;
  }

  #site(place: number): Site {
    const site = this.#siteOf[place];
    if (!site) throw new RangeError(`no step ${String(place)}`);
    return site;
  }

  #time(): string {
    return this.#ports.clock.now().toISOString();
  }
}

/** How events name a step. */
function named({ id, address, onHost }: Step): { step: string; address: Address; host?: string } {
  return { step: id, address, ...(onHost !== undefined && { host: onHost }) };
}

function hostOf({ onHost }: Site): NonNullable<Site['onHost']> {
  if (onHost === null) throw new Error('a step is for a host, and there is none');
  return onHost;
}

/** A Listr that shows nothing: the views are made from the events. Ctrl-C is ours. */
function parallel(tasks: ListrTask[]): { run: () => Promise<unknown> } {
  const list = new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    renderer: 'silent',
    registerSignalListeners: false,
  });
  // Each task listens here for the whole list's cancellation, which ends the process and is never
  // asked for. A signal compares a new listener with all others: that is quadratic (decision 15).
  list.signal.addEventListener = () => undefined;
  return list;
}

/** To the millisecond; a clock that was set back has not run backwards. */
function secondsBetween(startMs: number, endMs: number): number {
  return Math.max(0, Math.round(endMs - startMs)) / 1000;
}
