/** What a watcher remembers, as JSON: all that it needs to go on after its process was killed. */
import type {
  NodeFailure,
  NodeOutcome,
  OnboardingFlow,
  Profile,
  ProfileAnswer,
  ProfileStage,
  StageVisit,
} from '../model/index.js';
import type { LinesState } from './lines.js';

/** What was typed at the line under way. */
export interface Answered {
  /** The line as it was then. */
  line: string;
  answer: number;
  stage: string;
  prompt: string;
  send: ProfileAnswer['send'];
  /** Of the stage's answer, until it is typed; null: it counts no more. */
  index: number | null;
}

export interface WatcherMemory {
  formatVersion: 1;
  /** The profile's digest. */
  profile: string;
  flow: OnboardingFlow;
  visits: StageVisit[];
  /** By stage: milliseconds of its visits in which no watcher was there. */
  unwatched: Record<string, number>;
  outcome: NodeOutcome;
  failure: NodeFailure | null;
  lastLine: string | null;
  /** The latest that it was told of, in milliseconds since 1970. */
  at: number;
  /** When the console last said anything, and whether that was read late. */
  saidAt: number;
  late: boolean;
  off: boolean;
  console: LinesState;
  /** The line under way has been tried as it stands. */
  settled: boolean;
  answered: Answered | null;
  /** How many answers were typed in all. */
  typed: number;
  /** How often each answer of the stage was typed in this visit. */
  answers: number[];
  /** How often each trouble was met with what it recovers by. */
  recoveries: Record<string, number>;
  /** Trouble that waits for its prompt. */
  armed: { trouble: string; line: string } | null;
  /** What the orchestrator said of the node before this life of it. */
  stale: string[];
  /** All that it said since its power-on was told, though its first visit is late; absent: that is not known. */
  fromPowerOn?: true;
}

export function newMemory(
  profile: Profile,
  flow: OnboardingFlow,
  startedAt: number,
  fromPowerOn = false,
): Omit<WatcherMemory, 'console'> {
  return {
    formatVersion: 1,
    profile: profile.digest,
    flow,
    visits: [],
    unwatched: {},
    outcome: 'under-way',
    failure: null,
    lastLine: null,
    at: startedAt,
    saidAt: startedAt,
    late: false,
    off: false,
    settled: false,
    answered: null,
    typed: 0,
    answers: [],
    recoveries: {},
    armed: null,
    stale: [],
    ...(fromPowerOn ? { fromPowerOn } : {}),
  };
}

/** All visits of a stage share its time, so that no way is endless. Milliseconds since 1970. */
export function deadlineOf(
  { name, timeoutSeconds }: ProfileStage,
  { visits, unwatched }: Pick<WatcherMemory, 'visits' | 'unwatched'>,
  enteredAt: number,
): number {
  if (timeoutSeconds === null) return Infinity;
  const spent = visits.reduce(
    (sum, visit) =>
      sum +
      (visit.stage === name && visit.leftAt !== null
        ? Date.parse(visit.leftAt) - Date.parse(visit.enteredAt)
        : 0),
    -(unwatched[name] ?? 0),
  );
  return enteredAt + Math.max(0, timeoutSeconds * 1000 - spent);
}

/**
 * Time in which nobody watched counts for no limit: nobody was there to answer or to recover, and what ended the stage may not be known yet.
 * How much longer it may stay in this one, in milliseconds.
 */
export function allowFor(
  stage: string,
  { unwatched }: Pick<WatcherMemory, 'unwatched'>,
  milliseconds: number,
): number {
  unwatched[stage] = (unwatched[stage] ?? 0) + milliseconds;
  return milliseconds;
}

/**
 * What counts of what the orchestrator says. What it said before the node said anything is about an earlier life of it, until it changes; of a
 * node that was on before, and may have said all that it had to say, that can't be told.
 */
export function freshStatuses(
  memory: Pick<WatcherMemory, 'visits' | 'stale' | 'fromPowerOn'>,
  statuses: readonly string[],
  atFirst: boolean,
): string[] {
  if (atFirst && (memory.fromPowerOn === true || memory.visits[0]?.late === false))
    memory.stale = [...statuses];
  memory.stale = memory.stale.map((stale, index) => (stale === statuses[index] ? stale : ''));
  return statuses.filter((status, index) => status.trim() !== '' && status !== memory.stale[index]);
}

/** Whether it is a watcher's memory, of this profile and flow. */
export function isMemoryOf(
  memory: unknown,
  profile: Profile,
  flow: OnboardingFlow,
): memory is WatcherMemory {
  if (!isRecord(memory)) return false;
  const { visits, console: state, answered, armed, failure, outcome } = memory;
  const known = new Set(
    profile.stages.filter(({ flows }) => flows.includes(flow)).map(({ name }) => name),
  );
  return (
    memory['formatVersion'] === 1 &&
    memory['profile'] === profile.digest &&
    memory['flow'] === flow &&
    ['under-way', 'ready', 'failed'].includes(String(outcome)) &&
    (outcome === 'failed') === isRecord(failure) &&
    ['at', 'saidAt', 'typed'].every((key) => Number.isFinite(memory[key])) &&
    ['late', 'off', 'settled'].every((key) => typeof memory[key] === 'boolean') &&
    Array.isArray(memory['answers']) &&
    Array.isArray(memory['stale']) &&
    [undefined, true].includes(memory['fromPowerOn'] as true | undefined) &&
    isRecord(memory['recoveries']) &&
    isRecord(memory['unwatched']) &&
    Object.values(memory['unwatched']).every(Number.isFinite) &&
    (answered === null ||
      (isRecord(answered) && typeof answered['line'] === 'string' && isRecord(answered['send']))) &&
    (armed === null ||
      (isRecord(armed) && profile.trouble.some(({ name }) => name === armed['trouble']))) &&
    isRecord(state) &&
    ['sequence', 'line', 'shown', 'state', 'held'].every((key) => typeof state[key] === 'string') &&
    Array.isArray(state['cut']) &&
    Array.isArray(visits) &&
    visits.length > 0 &&
    visits.every(
      (visit) =>
        isRecord(visit) &&
        known.has(String(visit['stage'])) &&
        !Number.isNaN(Date.parse(String(visit['enteredAt']))),
    )
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
