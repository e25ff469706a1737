import {
  VenError,
  type DomainPower,
  type FailureClass,
  type NodeEffect,
  type NodeFailure,
  type NodeInput,
  type NodeRecord,
  type OnboardingFlow,
  type OrchestratorHost,
  type Profile,
  type ResolvedVm,
  type StageVisit,
} from '../model/index.js';
import { NodeWatcher, type NodeWatcherOptions } from '../stages/index.js';
import { Listener } from './listener.js';
import type { LostNode, NodeBoot, OnboardingPorts } from './ports.js';
import { finishedEvent, recordOf, type NodeEnd } from './result.js';
import { ConsoleWriter } from './console-writer.js';

/**
 * `waiting`: its power is off, and its turn has not come; `registered`: it has but for the
 * power-on. `ended`: there is nothing more to do about it in this run.
 */
export type NodePhase = 'waiting' | 'starting' | 'registered' | 'watched' | 'ended';

export interface NodeOptions {
  vm: ResolvedVm;
  /** The fleet file, to name it. */
  file: string;
  profile: Profile;
  flow: OnboardingFlow;
  /** A stage's name. */
  until: string;
  /** What is kept of it; null: nothing that still counts. */
  record: NodeRecord | null;
  ports: OnboardingPorts;
  warn: (message: string) => void;
  /** Ends what it has under way. */
  signal: AbortSignal;
}

/** What is read later than this after the last look was not said just now. */
const LATE_MS = 5000;
const SAVE_MS = 5000;
const OUTPUT_MS = 500;

/** One node of a run: feeds its watcher, does what that asks for, keeps its record. */
export class NodeRun {
  readonly vm: ResolvedVm;
  state: NodePhase = 'waiting';
  end: NodeEnd | null = null;
  failure: NodeFailure | null = null;

  readonly #options: NodeOptions;
  readonly #listener: Listener;
  readonly #writer: ConsoleWriter;
  #watcher: NodeWatcher | null = null;
  #boot: NodeBoot = {};
  #power: { id: string | null; on: boolean; since: number } = { id: null, on: false, since: 0 };
  /** -Infinity: not yet, and there is something to catch up with. */
  #lookedAt = -Infinity;
  /** When its watcher was told of anything last; Infinity: not yet. */
  #toldAt = Infinity;
  #savedAt = 0;
  #unsaved = false;
  #output = { line: null as string | null, at: 0 };

  constructor(options: NodeOptions) {
    this.#options = options;
    this.vm = options.vm;
    const { ports, warn, signal, vm } = options;
    this.#listener = new Listener(vm, ports, warn);
    this.#writer = new ConsoleWriter({
      vm,
      ports,
      warn,
      signal,
      typing: ({ send, answer }, text) => {
        if (send.kind === 'credential') this.#listener.expect(text);
        this.#watcher?.typing(answer);
        this.#unsaved = true;
        this.save();
      },
      unable: (error) => {
        this.failHere('workflow', error);
      },
    });
  }

  /** The stage that it is in, or was in last. */
  get stage(): string | null {
    return this.#watcher?.visits.at(-1)?.stage ?? null;
  }

  get visits(): readonly StageVisit[] {
    return this.#watcher?.visits ?? this.#options.record?.visits ?? [];
  }

  get lastLine(): string | null {
    return this.#watcher?.lastLine ?? null;
  }

  get address(): string {
    return this.vm.address;
  }

  /**
   * Takes up the watch over a VM whose power is on: where the record left it, else from its last
   * boot on. `before`: what the orchestrator said of it.
   */
  takeUp(power: DomainPower, before: OrchestratorHost | null): void {
    const { record, ports } = this.#options;
    const now = ports.clock.now();
    this.#power = { id: power.id, on: true, since: now };
    this.#boot = ports.bootOf(this.vm);
    this.#listener.open(record?.log ?? null);
    const begun = record?.visits[0];
    if (record !== null && begun !== undefined)
      this.#resume(Date.parse(begun.enteredAt), record.memory);
    else
      this.#watch({
        startedAt: Math.min(now, Date.parse(this.#boot.life ?? iso(now))),
        late: true,
        fromPowerOn: record?.log != null,
      });
    this.state = 'watched';
    if (record?.log == null)
      this.#take({ kind: 'console', at: now, bytes: this.#listener.lastBoot(), late: true });
    this.poll();
    // After what was said until then, so that it is known whether it may be about this life.
    if (before !== null) this.orchestratorSaid(before);
    this.save();
    if (this.stage !== null) this.#arrive(this.stage);
  }

  /**
   * Powers it on, and watches from then on. `before`: what the orchestrator knew of it until then.
   * Resolves when it is done, or has failed.
   */
  async powerOn(signal: AbortSignal, before: OrchestratorHost | null): Promise<void> {
    const { ports, record, warn } = this.#options;
    this.state = 'starting';
    try {
      if (record?.outcome === 'ready') {
        await ports.powerOn(this.vm, signal);
        if (this.#isEnded()) return;
        warn('was ready, and its power was off: powered on');
        this.leave(record);
        return;
      }
      this.#listener.open(ports.consoleEnd(this.vm));
      // Kept before it starts: whoever goes on after a kill knows where its life begins.
      this.#watcher = this.#newWatcher({ startedAt: ports.clock.now() });
      this.#unsaved = true;
      this.save();
      await ports.powerOn(this.vm, signal);
      if (this.#isEnded()) return;
      const now = ports.clock.now();
      this.#power = { id: null, on: true, since: now };
      this.#boot = ports.bootOf(this.vm);
      this.#lookedAt = now;
      this.state = 'watched';
      ports.emit({ type: 'node-started', time: iso(now), address: this.address });
      this.#watch({ startedAt: now }, before);
      this.save();
    } catch (error) {
      if (this.#isEnded()) return;
      if (signal.aborted) this.state = 'waiting';
      else this.failHere('boot', error);
    }
  }

  /**
   * It can't begin, or go on: this run's failure, which is not kept, so that the next one tries
   * again.
   */
  failHere(cause: 'boot' | 'workflow' | 'network', error: unknown): void {
    if (!(error instanceof VenError)) throw error;
    if (this.#isEnded()) return;
    const again =
      error.code === 'not-found'
        ? undefined
        : `ven provision ${this.#options.file} tries it again.`;
    const hint = [error.hint, again].filter(Boolean).join('\n');
    this.#fail(cause, { message: error.summary, line: error.detail?.split('\n')[0] ?? null, hint });
  }

  /** There is nothing to watch. Nothing is kept of this. */
  lose({ message, hint }: LostNode): void {
    this.#fail('boot', { message, line: null, hint });
  }

  /** What the record says already: there is nothing to do. */
  leave(record: NodeRecord): void {
    this.failure = record.failure;
    this.end = record.outcome === 'failed' ? 'failed' : 'ready';
    this.state = 'ended';
    const { ports } = this.#options;
    if (this.end === 'failed') ports.emit(finishedEvent(this, 'failed', ports.clock.now()));
  }

  /** Lets go of its console. Idempotent. */
  close(): void {
    this.#writer.stop();
    this.#listener.close();
  }

  /** After its end: whether an echo of what was typed just now may still come. */
  linger(): boolean {
    return this.#isEnded() && this.#listener.linger();
  }

  /**
   * A look at the console, and the time. Cheap when nothing is new. `certain`: also at what may be
   * the beginning of an echo.
   */
  poll({ certain = false } = {}): void {
    if (this.state !== 'watched') return;
    const now = this.#options.ports.clock.now();
    const late = now - this.#lookedAt > LATE_MS;
    this.#lookedAt = now;
    const bytes = this.#listener.hear({ all: late, certain });
    if (bytes.length > 0) this.#take({ kind: 'console', at: now, bytes, late });
    this.#take({ kind: 'tick', at: now });
    this.#tellOutput(now);
    this.#writer.throwFault();
    if (this.#unsaved && now - this.#savedAt >= SAVE_MS) this.save();
  }

  /**
   * `askedAt`: what was asked before it was started by us says nothing. `before`: what the
   * orchestrator said of it last.
   */
  powerSeen({ power, id }: DomainPower, askedAt: number, before: OrchestratorHost | null): void {
    if (this.state !== 'watched' || askedAt < this.#power.since) return;
    const now = this.#options.ports.clock.now();
    const on = power === 'running' || power === 'paused';
    if (power === 'missing') {
      const hint = `Make it again: ven apply ${this.#options.file} --wait ready`;
      this.failHere(
        'boot',
        new VenError('not-found', { summary: 'The VM was deleted while it was watched', hint }),
      );
    } else if (on && this.#power.id !== null && id !== null && id !== this.#power.id)
      this.#forgetOutage(now, before);
    else if (this.#power.on && !on) this.#take({ kind: 'power-off', at: now });
    this.#power = { ...this.#power, on, id: id ?? this.#power.id };
  }

  orchestratorSaid(host: OrchestratorHost): void {
    if (this.state !== 'watched') return;
    const provisioningStatus = host.instance?.provisioningStatus ?? '';
    this.#take({
      kind: 'orchestrator',
      at: this.#options.ports.clock.now(),
      hostStatus: host.hostStatus,
      provisioningStatus,
    });
  }

  /** The run ends before the node does. */
  abandon(failure: NodeFailure | null): void {
    if (this.state === 'ended') return;
    this.failure = failure;
    this.#finish('left');
  }

  save(): void {
    const { profile, flow, ports } = this.#options;
    const watcher = this.#watcher;
    if (!watcher || !this.#unsaved) return;
    const kept = { ...this.#boot, flow, log: this.#listener.position };
    ports.records.write(recordOf(this.vm, profile, watcher, kept));
    this.#savedAt = ports.clock.now();
    this.#unsaved = false;
  }

  #fail(cause: FailureClass, why: Pick<NodeFailure, 'message' | 'line' | 'hint'>): void {
    const stage = this.stage ?? this.#options.profile.stages[0]?.name ?? '';
    this.failure = { class: cause, stage, at: iso(this.#options.ports.clock.now()), ...why };
    this.#finish('failed');
  }

  #newWatcher(begin: Omit<NodeWatcherOptions, 'secrets'>): NodeWatcher {
    const { profile, flow, ports } = this.#options;
    // A user's name is no secret by itself: masked everywhere, one like `edge` would blot out the
    // nodes' names.
    const secrets = ports.credentials ? [ports.credentials.password] : [];
    return new NodeWatcher(profile, flow, { secrets, ...begin });
  }

  /** What a former run typed may still be echoed. */
  #resume(startedAt: number, memory: unknown): void {
    this.#watcher = this.#newWatcher({ startedAt, memory });
    const { answered } = this.#watcher;
    const { credentials } = this.#options.ports;
    if (answered?.kind === 'credential' && credentials)
      this.#listener.expect(credentials[answered.credential]);
  }

  /**
   * `before`: what the orchestrator said until then. It is told at once, so that it is known to be
   * about an earlier life.
   */
  #watch(begin: Omit<NodeWatcherOptions, 'secrets'>, before: OrchestratorHost | null = null): void {
    this.#watcher = this.#newWatcher(begin);
    this.#unsaved = true;
    // Of one that was on before, what it said until now comes first.
    if (begin.late !== true) this.#take({ kind: 'power-on', at: this.#options.ports.clock.now() });
    if (before !== null) this.orchestratorSaid(before);
  }

  /** Somebody has started it again, or replaced it. */
  #forgetOutage(now: number, before: OrchestratorHost | null): void {
    this.#options.warn('was powered on again by somebody else: watched from the start');
    this.#writer.stop();
    this.#boot = this.#options.ports.bootOf(this.vm);
    this.#watch({ startedAt: now }, before);
  }

  #take(input: NodeInput): void {
    if (this.#watcher === null || this.state === 'ended') return;
    // ven was stopped, or the machine slept.
    if (input.at - this.#toldAt > LATE_MS) this.#watcher.away();
    this.#toldAt = input.at;
    const effects = this.#watcher.take(input);
    if (input.kind !== 'tick' || effects.length > 0) this.#unsaved = true;
    // Before anything is done: so a killed run never does it twice.
    if (effects.length > 0) this.save();
    for (const effect of effects) if (!this.#isEnded()) this.#obey(effect);
  }

  #obey(effect: NodeEffect): void {
    const { ports } = this.#options;
    const { address } = this;
    const time = iso(ports.clock.now());
    switch (effect.kind) {
      case 'stage': {
        const { stage, title, line, late, enteredAt } = effect.visit;
        ports.emit({ type: 'stage-reached', time: enteredAt, address, stage, title, line, late });
        this.#arrive(stage);
        return;
      }
      case 'type':
        this.#type(effect, this.#watcher);
        return;
      case 'recovering': {
        const { stage, trouble, attempt, atMost, line } = effect;
        ports.emit({
          type: 'node-recovering',
          time,
          address,
          stage,
          trouble,
          attempt,
          atMost,
          line,
        });
        return;
      }
      case 'ready':
        this.#finish('ready');
        return;
      case 'failed':
        this.failure = effect.failure;
        this.#finish('failed');
    }
  }

  #type(effect: Extract<NodeEffect, { kind: 'type' }>, watcher: NodeWatcher | null): void {
    const standing = (): ReturnType<NodeWatcher['standing']> => {
      this.poll({ certain: true }); // what was said until now
      return this.#isEnded() || watcher === null || watcher !== this.#watcher
        ? 'over'
        : watcher.standing(effect.answer);
    };
    this.#writer.type(effect, standing);
  }

  /**
   * Ends it where it was only wanted to get to. At the last stage its watcher says that it is
   * ready.
   */
  #arrive(stage: string): void {
    const { profile, until } = this.#options;
    const place = (name: string): number => profile.stages.findIndex((each) => each.name === name);
    const last = place(stage) === profile.stages.length - 1;
    if (!last && place(stage) >= place(until)) this.#finish('reached');
  }

  #finish(end: NodeEnd): void {
    if (this.state === 'ended') return;
    this.#unsaved ||= end === 'left';
    this.end = end;
    this.state = 'ended';
    if (this.#watcher && (end !== 'failed' || this.#watcher.outcome === 'failed')) this.save();
    this.#writer.stop();
    this.#options.ports.emit(finishedEvent(this, end, this.#options.ports.clock.now()));
    this.#listener.end();
  }

  #isEnded(): boolean {
    return this.state === 'ended';
  }

  #tellOutput(now: number): void {
    const line = this.#watcher?.lastLine ?? null;
    if (line === null || line === this.#output.line || now - this.#output.at < OUTPUT_MS) return;
    this.#output = { line, at: now };
    this.#options.ports.emit({ type: 'node-output', time: iso(now), address: this.address, line });
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
