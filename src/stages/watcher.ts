/**
 * A node's progress by a profile: its output goes in, reports and answers come out. No clock: time
 * comes with the input.
 */
import {
  ownEntry,
  type NodeEffect,
  type NodeFailure,
  type NodeInput,
  type NodeOutcome,
  type OnboardingFlow,
  type Profile,
  type ProfileAnswer,
  type ProfileTrouble,
  type StageVisit,
} from '../model/index.js';
import { ofTrouble, outOfTime } from './failures.js';
import { NodeLines } from './lines.js';
import {
  allowFor,
  deadlineOf,
  freshStatuses,
  isMemoryOf,
  newMemory,
  type WatcherMemory,
} from './memory.js';
import { LineMask } from '../secrets/index.js';
import { rulesOf, type Consequence, type FlowRules, type StageRules } from './rules.js';
import { Typing } from './typing.js';

/**
 * The silence after which the unfinished line counts as a prompt, not as a line that was cut.
 * Milliseconds.
 */
const SETTLED = 500;
/** The same where it is unknown when the line was printed. */
const CERTAIN = 10_000;
/** The maximum length of a stored line. */
const SHOWN = 500;

export interface NodeWatcherOptions {
  /** Never shown, stored or reported. */
  secrets: readonly string[];
  /** The power-on, in milliseconds since 1970; or when the node was first observed. */
  startedAt: number;
  /** It was on before `startedAt`. */
  late?: boolean;
  /** ven may log in to the installed system: there are credentials for it. Default: false. */
  osLogin?: boolean;
  /** The user name of that login. Absent: ven only looks on, and no login there is its own. */
  osUsername?: string;
  /** Although `late`, all its output since the power-on will be the input. */
  fromPowerOn?: boolean;
  /** `memory` of a watcher of the same profile and flow (see `resumes`), to continue from. */
  memory?: unknown;
}

/**
 * Give it all that is known, in the order of time; output that was logged while nobody read
 * (`late`) comes first. The console's bytes may be cut anywhere. Time passes with each input that
 * is not late, so give it a `tick` at least every second while nothing else comes. Then it notices
 * prompts, timeouts and silence, and dates them to when they were due.
 */
export class NodeWatcher {
  readonly #profile: Profile;
  readonly #rules: FlowRules;
  readonly #mask: LineMask;
  readonly #console: NodeLines;
  readonly #memory: Omit<WatcherMemory, 'console'>;
  readonly #typing: Typing;
  readonly #effects: NodeEffect[] = [];
  /** The index of the current stage. */
  #stage = 0;
  #enteredAt: number;
  #deadline = Infinity;
  /** Nobody has watched since the last input. */
  #away = false;
  /** The time of the first input after that, while it is taken. */
  #awayUntil = -Infinity;

  /**
   * Whether this is the memory of a watcher with this profile, in its present form, and flow. If
   * not, begin from the start of the log.
   */
  static resumes(memory: unknown, profile: Profile, flow: OnboardingFlow): boolean {
    return isMemoryOf(memory, profile, flow);
  }

  constructor(
    profile: Profile,
    flow: OnboardingFlow,
    { secrets, startedAt, late = false, osLogin = false, ...from }: NodeWatcherOptions,
  ) {
    this.#profile = profile;
    const { fromPowerOn, memory, osUsername } = from;
    this.#rules = rulesOf(profile, flow, osLogin);
    this.#mask = new LineMask(secrets, this.#rules.secretPrompts);
    if (memory !== undefined && !isMemoryOf(memory, profile, flow))
      throw new Error('not the memory of a watcher of this profile and flow');
    const { console: state, ...rest }: Omit<WatcherMemory, 'console'> & Partial<WatcherMemory> =
      memory === undefined
        ? newMemory(profile, flow, startedAt, fromPowerOn)
        : structuredClone(memory);
    // A prompt that had no answer then may have one now.
    if (osLogin !== (rest.osLogin === true)) rest.settled = false;
    if (osLogin) rest.osLogin = true;
    else delete rest.osLogin;
    this.#console = new NodeLines(state);
    this.#memory = rest;
    this.#typing = new Typing({
      memory: rest,
      mask: this.#mask,
      rules: this.#rules,
      here: () => this.#here,
      osUsername,
      shown: (line) => this.#shown(line),
    });
    this.#enteredAt = startedAt;
    if (memory === undefined) {
      this.#enter(0, startedAt, null, late);
      this.#away = late;
      return;
    }
    const last = rest.visits.at(-1);
    this.#stage = this.#rules.stages.findIndex(({ stage }) => stage.name === last?.stage);
    this.#enteredAt = Date.parse(last?.enteredAt ?? '');
    this.#deadline = deadlineOf(this.#here.stage, rest, this.#enteredAt);
    this.#away = true;
    this.#typing.resumed(this.#line);
  }

  /** The name of the node's stage. */
  get stage(): string {
    return this.#here.stage.name;
  }

  /** In order, without gaps: each begins when the one before ends, the first at power-on. */
  get visits(): readonly StageVisit[] {
    return this.#memory.visits;
  }

  get outcome(): NodeOutcome {
    return this.#memory.outcome;
  }

  get failure(): NodeFailure | null {
    return this.#memory.failure;
  }

  /** The last line that isn't blank, without secrets. */
  get lastLine(): string | null {
    return this.#memory.lastLine === null ? null : this.#shown(this.#memory.lastLine);
  }

  /** The answer that was typed at the unfinished line. */
  get answered(): ProfileAnswer['send'] | null {
    return this.#memory.answered?.send ?? null;
  }

  /** Pure JSON, without secrets. */
  get memory(): unknown {
    const console = this.#console.state(this.#typing.has, (line) => this.#mask.mask(line, true));
    return structuredClone({ ...this.#memory, lastLine: this.lastLine, console });
  }

  /**
   * The state of a `type` effect. `asked`: its prompt is the last output. `written-on`: the same,
   * with text after the prompt on its line. `over`: the node has continued, whether or not ven
   * answered.
   */
  standing(answer: number): 'asked' | 'written-on' | 'over' {
    return this.#typing.standing(answer, this.#line);
  }

  /** The answer of a `type` effect is about to be typed, so it counts. Store `memory` before. */
  typing(answer: number): void {
    this.#typing.typing(answer);
  }

  /** Nobody has watched since the last input: the next input comes late. */
  away(): void {
    this.#away = true;
  }

  /**
   * The effects of `input`, in order. Store `memory` before an answer is typed, so that none is
   * typed twice.
   */
  take(input: NodeInput): NodeEffect[] {
    if (this.#memory.outcome === 'under-way') this.#learn(input);
    return this.#effects.splice(0);
  }

  #learn(input: NodeInput): void {
    const memory = this.#memory;
    const late = input.kind === 'console' && input.late;
    const at = Math.max(input.at, memory.at);
    this.#typing.at(at);
    this.#awayUntil = this.#away ? at : -Infinity;
    if (this.#away) this.#deadline += allowFor(this.stage, memory, at - memory.at);
    this.#away = false;
    // Output that is read late comes before what the time causes.
    if (!late) this.#passTo(at);
    memory.at = at;
    if (memory.outcome !== 'under-way') return;
    switch (input.kind) {
      case 'console':
        if (input.bytes.length > 0) this.#hear(input.bytes, at, late);
        return;
      case 'orchestrator':
        this.#consult([input.hostStatus, input.provisioningStatus], at);
        return;
      case 'power-on':
        memory.off = false;
        memory.saidAt = at;
        return;
      case 'power-off':
        memory.off = true;
        if (this.#here.powerOff[0]) this.#fail(this.#here.powerOff[0], at, memory.lastLine);
        return;
      case 'tick':
    }
  }

  #hear(bytes: Uint8Array, at: number, late: boolean): void {
    const memory = this.#memory;
    memory.saidAt = at;
    memory.late = late;
    memory.settled = false;
    for (const each of this.#console.push(bytes, this.#typing.has)) {
      const { text, line } = each;
      const answered = this.#typing.completed(each);
      if (text.trim() === '') continue;
      memory.lastLine = line;
      if (answered) continue;
      this.#judge(this.#here.console.find(text), at, text, late);
      if (memory.outcome !== 'under-way') return;
    }
    this.#typing.heard(this.#line);
  }

  get #line(): string {
    return this.#console.underWay(this.#typing.has);
  }

  /**
   * Everything that is due until then, in the order of time, so that the interval of the inputs
   * does not matter.
   */
  #passTo(at: number): void {
    while (this.#memory.outcome === 'under-way') {
      const [next] = this.#due();
      if (!next || next.at > at) return;
      next.run(next.at);
    }
  }

  /** What is due, the earliest first. */
  #due(): { at: number; run: (at: number) => void }[] {
    const { settled, off, saidAt, late } = this.#memory;
    const due: { at: number; run: (at: number) => void }[] = [];
    if (!off) {
      const since = Math.max(saidAt, this.#enteredAt);
      if (!settled)
        due.push({ at: since + (late ? CERTAIN : SETTLED), run: (at) => this.#settle(at) });
      for (const { at, run } of this.#typing.due(since, () => this.#line))
        due.push({ at, run: () => this.#effects.push(...run()) });
      for (const { seconds, stage } of this.#here.quiet)
        due.push({ at: since + seconds * 1000, run: (at) => this.#enter(stage, at, null, false) });
    }
    due.push({ at: this.#deadline, run: (at) => this.#expire(at) });
    return due.sort((a, b) => a.at - b.at);
  }

  /** The unfinished line stays as it is: it may be a prompt. */
  #settle(at: number): void {
    const memory = this.#memory;
    memory.settled = true;
    const line = this.#line;
    if (line.trim() === '' || this.#typing.isAnswered(line)) return;
    memory.answered = null;
    memory.lastLine = line;
    this.#judge(this.#here.console.find(line), at, line, false);
    memory.settled = true;
    if (memory.outcome !== 'under-way') return;
    const { effects, failure } = this.#typing.settled(line);
    this.#effects.push(...effects);
    if (failure) this.#end({ ...failure, at, line });
  }

  #judge(consequence: Consequence | null, at: number, line: string, late: boolean): void {
    if (consequence?.kind === 'enter') this.#enter(consequence.stage, at, line, late);
    else if (consequence?.kind === 'trouble') this.#meet(consequence.trouble, at, line);
  }

  #meet(trouble: ProfileTrouble, at: number, line: string): void {
    const memory = this.#memory;
    const earlier = this.#typing.armed;
    const { recover, after } = trouble;
    if (after !== null && !this.#typing.hasTyped(after)) return;
    // The first trouble is the cause of those that follow.
    if (recover === null) this.#fail(earlier?.trouble ?? trouble, at, earlier?.line ?? line);
    else if (earlier) return;
    else if ((ownEntry(memory.recoveries, trouble.name) ?? 0) >= recover.atMost)
      this.#fail(trouble, at, line);
    else memory.armed = { trouble: trouble.name, line: this.#shown(line) };
  }

  #consult(statuses: readonly string[], at: number): void {
    const { orchestrator } = this.#here;
    const said = freshStatuses(this.#memory, statuses, this.#stage === 0).find(
      (status) => orchestrator.find(status) !== null,
    );
    if (said !== undefined) this.#judge(orchestrator.find(said), at, said, false);
  }

  #enter(stage: number, at: number, line: string | null, late: boolean): void {
    const memory = this.#memory;
    const { stage: next } = this.#rules.stages[stage] ?? this.#here;
    const time = new Date(at).toISOString();
    const left = memory.visits.at(-1);
    if (left) left.leftAt = time;
    const visit: StageVisit = {
      stage: next.name,
      title: next.title,
      enteredAt: time,
      leftAt: null,
      line: line && this.#shown(line),
      late,
    };
    memory.visits.push(visit);
    memory.settled = false;
    this.#typing.entered();
    this.#stage = stage;
    this.#enteredAt = at;
    this.#deadline = deadlineOf(next, memory, at);
    const unwatched = this.#awayUntil - at;
    if (left && unwatched > 0) {
      allowFor(left.stage, memory, -unwatched);
      this.#deadline += allowFor(next.name, memory, unwatched);
    }
    this.#effects.push({ kind: 'stage', visit: { ...visit } });
    if (stage < this.#rules.stages.length - 1) return;
    memory.outcome = 'ready';
    this.#effects.push({ kind: 'ready' });
  }

  #expire(at: number): void {
    const { armed } = this.#typing;
    if (armed) this.#fail(armed.trouble, at, armed.line);
    else this.#end({ ...outOfTime(this.#here.stage), at, line: this.#memory.lastLine });
  }

  #fail(trouble: ProfileTrouble, at: number, line: string | null): void {
    this.#end({ ...ofTrouble(trouble, this.#memory.recoveries[trouble.name] ?? 0), at, line });
  }

  #end({
    class: failureClass,
    at,
    message,
    line,
  }: Omit<NodeFailure, 'at' | 'stage'> & { at: number }): void {
    const memory = this.#memory;
    const time = new Date(at).toISOString();
    const visit = memory.visits.at(-1);
    if (visit) visit.leftAt = time;
    memory.outcome = 'failed';
    memory.failure = {
      class: failureClass,
      stage: this.stage,
      at: time,
      message,
      line: line === null ? null : this.#shown(line),
    };
    this.#effects.push({ kind: 'failed', failure: { ...memory.failure } });
  }

  get #here(): StageRules {
    const rules = this.#rules.stages[this.#stage];
    if (!rules)
      throw new Error(`the profile ${this.#profile.name} has no stage ${this.#stage} in this flow`);
    return rules;
  }

  #shown(line: string): string {
    return this.#mask.mask(line.trim(), true).slice(0, SHOWN);
  }
}
