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
  venCommand,
} from '../model/index.js';
import { NodeWatcher, type NodeWatcherOptions } from '../stages/index.js';
import { Listener } from './listener.js';
import { passwordsOf, type LostNode, type NodeBoot, type OnboardingPorts } from './ports.js';
import { finishedEvent, recordOf, type NodeEnd } from './result.js';
import { ConsoleWriter } from './console-writer.js';

/**
 * `waiting`: the VM is off, and the node has not been admitted yet; `registered`: only the power-on
 * is left; `awaited`: that is left to others. `ended`: this run does nothing more with it.
 */
export type NodePhase = 'waiting' | 'starting' | 'registered' | 'awaited' | 'watched' | 'ended';

export interface NodeOptions {
  vm: ResolvedVm;
  /** The words that name the fleet in a command, for messages. */
  words: string;
  profile: Profile;
  flow: OnboardingFlow;
  /** A stage's name. */
  until: string;
  /** Its record; null: none that still counts. */
  record: NodeRecord | null;
  ports: OnboardingPorts;
  warn: (message: string) => void;
  /** Ends its background work. */
  signal: AbortSignal;
}

/** After a gap between polls that is longer than this, output counts as late. */
const LATE_MS = 5000;
const SAVE_MS = 5000;
const OUTPUT_MS = 500;

/** One node of a run: feeds its watcher, carries out its effects, writes its record. */
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
  /** -Infinity: never, so that there is output to catch up with. */
  #polledAt = -Infinity;
  /** When its watcher got its last input; Infinity: none yet. */
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

  /** The present or last stage. */
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
   * Resumes the watch over a running VM: where the record ends, else from its last boot on.
   * `before`: the orchestrator's last answer about it.
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
    // After the console output, which tells whether the status may be about this boot.
    if (before !== null) this.orchestratorSaid(before);
    this.save();
    if (this.stage !== null) this.#arrive(this.stage);
  }

  /**
   * Powers it on, and watches from then on. `before`: the orchestrator's last answer about it.
   * Resolves when that is done, or has failed.
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
      this.#listenFromHere();
      await ports.powerOn(this.vm, signal);
      if (this.#isEnded()) return;
      this.#isOn(null, before);
    } catch (error) {
      if (this.#isEnded()) return;
      if (signal.aborted) this.state = 'waiting';
      else this.failHere('boot', error);
    }
  }

  /** Others power it on: it is watched from then on. */
  awaitPowerOn(): void {
    const { record, warn } = this.#options;
    if (record?.outcome === 'ready') {
      this.leave(record);
      return;
    }
    try {
      this.#listenFromHere();
      this.state = 'awaited';
      warn('waits until others power it on (power: external)');
    } catch (error) {
      this.failHere('boot', error);
    }
  }

  /** Recorded before it starts: after a kill the next run knows where its output begins. */
  #listenFromHere(): void {
    const { ports } = this.#options;
    this.#listener.open(ports.consoleEnd(this.vm));
    this.#watcher = this.#newWatcher({ startedAt: ports.clock.now() });
    this.#unsaved = true;
    this.save();
  }

  /** It was powered on just now. `id`: of this boot; null: not known yet. */
  #isOn(id: string | null, before: OrchestratorHost | null): void {
    const { ports } = this.#options;
    const now = ports.clock.now();
    this.#power = { id, on: true, since: now };
    this.#boot = ports.bootOf(this.vm);
    this.#polledAt = now;
    this.state = 'watched';
    ports.emit({ type: 'node-started', time: iso(now), address: this.address });
    this.#watch({ startedAt: now }, before);
    this.save();
  }

  /**
   * It can't begin, or go on: a failure of this run. It is not recorded, so that the next run tries
   * again.
   */
  failHere(cause: 'boot' | 'workflow' | 'network', error: unknown): void {
    if (!(error instanceof VenError)) throw error;
    if (this.#isEnded()) return;
    const again =
      error.code === 'not-found'
        ? undefined
        : `${venCommand('provision', this.#options.words)} tries it again.`;
    const hint = [error.hint, again].filter(Boolean).join('\n');
    this.#fail(cause, { message: error.summary, line: error.detail?.split('\n')[0] ?? null, hint });
  }

  /** There is nothing to watch. Not recorded. */
  lose({ message, hint }: LostNode): void {
    this.#fail('boot', { message, line: null, hint });
  }

  /** Its record is final: there is nothing to do. */
  leave(record: NodeRecord): void {
    this.failure = record.failure;
    this.end = record.outcome === 'failed' ? 'failed' : 'ready';
    this.state = 'ended';
    const { ports } = this.#options;
    if (this.end === 'failed') ports.emit(finishedEvent(this, 'failed', ports.clock.now()));
  }

  /** Closes its console. Idempotent. */
  close(): void {
    this.#writer.stop();
    this.#listener.close();
  }

  /** After its end: whether an echo of typed text may still come. */
  linger(): boolean {
    return this.#isEnded() && this.#listener.linger();
  }

  /**
   * Reads the console and the clock. Cheap when nothing is new. `certain`: also reads what may be
   * the beginning of an echo.
   */
  poll({ certain = false } = {}): void {
    if (this.state !== 'watched') return;
    const now = this.#options.ports.clock.now();
    const late = now - this.#polledAt > LATE_MS;
    this.#polledAt = now;
    const bytes = this.#listener.hear({ all: late, certain });
    if (bytes.length > 0) this.#take({ kind: 'console', at: now, bytes, late });
    this.#take({ kind: 'tick', at: now });
    this.#tellOutput(now);
    this.#writer.throwFault();
    if (this.#unsaved && now - this.#savedAt >= SAVE_MS) this.save();
  }

  /**
   * `askedAt`: an answer from before our own power-on does not count. `before`: the orchestrator's
   * last answer about it.
   */
  powerChanged({ power, id }: DomainPower, askedAt: number, before: OrchestratorHost | null): void {
    const isAwaited = this.state === 'awaited';
    if ((this.state !== 'watched' && !isAwaited) || askedAt < this.#power.since) return;
    const now = this.#options.ports.clock.now();
    const on = power === 'running' || power === 'paused';
    if (isAwaited && power !== 'missing') {
      if (on) this.#isOn(id, before);
      return;
    }
    if (power === 'missing') {
      const hint = `Create it again: ven apply ${this.#options.words} --wait ready`;
      this.failHere(
        'boot',
        new VenError('not-found', { summary: 'The VM was deleted while it was watched', hint }),
      );
    } else if (on && this.#power.id !== null && id !== null && id !== this.#power.id)
      this.#forgetOutage(now, before);
    // Others who rule the power may switch it off and on again, as often as they need.
    else if (this.#power.on && !on && this.vm.power !== 'external')
      this.#take({ kind: 'power-off', at: now });
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
    const about = { ...this.#boot, flow, log: this.#listener.position };
    ports.records.write(recordOf(this.vm, profile, watcher, about));
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
    const secrets = passwordsOf(ports.credentials);
    const { 'os-username': osUsername, 'os-password': osPassword } = ports.credentials;
    const osLogin = osPassword !== undefined;
    return new NodeWatcher(profile, flow, {
      secrets,
      osLogin,
      ...(osUsername !== undefined && { osUsername }),
      ...begin,
    });
  }

  /** The console may still echo what a former run typed. */
  #resume(startedAt: number, memory: unknown): void {
    this.#watcher = this.#newWatcher({ startedAt, memory });
    const { answered } = this.#watcher;
    if (answered?.kind !== 'credential') return;
    const typed = this.#options.ports.credentials[answered.credential];
    if (typed !== undefined) this.#listener.expect(typed);
  }

  /**
   * `before`: the orchestrator's last answer. The watcher gets it at once, so that it counts as one
   * about an earlier boot.
   */
  #watch(begin: Omit<NodeWatcherOptions, 'secrets'>, before: OrchestratorHost | null = null): void {
    this.#watcher = this.#newWatcher(begin);
    this.#unsaved = true;
    // A node that was on already starts with its output so far.
    if (begin.late !== true) this.#take({ kind: 'power-on', at: this.#options.ports.clock.now() });
    if (before !== null) this.orchestratorSaid(before);
  }

  /** Another user or program has restarted or recreated the VM. */
  #forgetOutage(now: number, before: OrchestratorHost | null): void {
    this.#options.warn('was powered on again from outside this run: watched from the start');
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
    // Saved before the effects, so that a run after a kill does not repeat them.
    if (effects.length > 0) this.save();
    for (const effect of effects) if (!this.#isEnded()) this.#carryOut(effect);
  }

  #carryOut(effect: NodeEffect): void {
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
      case 'not-ours':
        this.#options.warn(
          `is asked ${effect.prompt} in a login that ven did not begin, and types nothing there: ` +
            'log out at its console',
        );
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
      this.poll({ certain: true }); // the output until now
      return this.#isEnded() || watcher === null || watcher !== this.#watcher
        ? 'over'
        : watcher.standing(effect.answer);
    };
    this.#writer.type(effect, standing);
  }

  /**
   * Ends the node at the stage that the run waits for. At the last stage its watcher reports ready.
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
