/** The memory of a watcher, as JSON: all that it needs to continue after its process was killed. */
import {
  ownEntry,
  type NodeFailure,
  type NodeOutcome,
  type OnboardingFlow,
  type Profile,
  type ProfileAnswer,
  type ProfileStage,
  type StageVisit,
} from '../model/index.js';
import type { LinesState } from './lines.js';

/** The answer that was typed at the unfinished line. */
export interface Answered {
  /** The line as it was when the answer was typed. */
  line: string;
  answer: number;
  stage: string;
  prompt: string;
  send: ProfileAnswer['send'];
  /** The index of the stage's answer, until it is typed; null: it no longer counts. */
  index: number | null;
}

export interface WatcherMemory {
  formatVersion: 1;
  /** The profile's digest. */
  profile: string;
  flow: OnboardingFlow;
  visits: StageVisit[];
  /** By stage: the milliseconds of its visits without a watcher. */
  unwatched: Record<string, number>;
  outcome: NodeOutcome;
  failure: NodeFailure | null;
  lastLine: string | null;
  /** The time of the latest input, in milliseconds since 1970. */
  at: number;
  /** When the console last had output, and whether that was read late. */
  saidAt: number;
  late: boolean;
  off: boolean;
  console: LinesState;
  /** The unfinished line has been tried as it is. */
  settled: boolean;
  answered: Answered | null;
  /** The number of answers typed in all. */
  typed: number;
  /** How often each answer of the stage was typed in this visit. */
  answers: number[];
  /** How often each trouble was answered with its recovery. */
  recoveries: Record<string, number>;
  /** Trouble that waits for its prompt. */
  armed: { trouble: string; line: string } | null;
  /** The statuses in the orchestrator from before this boot. */
  stale: string[];
  /** How often Enter was typed in this visit to show a login prompt; absent: never. */
  woken?: number;
  /**
   * How far ven's own login to the installed system has come: it gave its name just now, or more
   * followed. `others`: somebody else's. Absent: nobody has given a name.
   */
  login?: 'named' | 'in' | 'others';
  /** ven may log in to the installed system; absent: it may not. */
  osLogin?: true;
  /** All output since the power-on was read, although the first visit is late; absent: unknown. */
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

/**
 * The time at which a stage times out. All visits of a stage share its timeout, so that no loop is
 * endless. Milliseconds since 1970.
 */
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
    -(ownEntry(unwatched, name) ?? 0),
  );
  return enteredAt + Math.max(0, timeoutSeconds * 1000 - spent);
}

/**
 * Time without a watcher counts for no timeout: nobody could answer or recover, and the end of the
 * stage may be unknown yet. Returns by how much longer the node may stay in this stage, in
 * milliseconds.
 */
export function allowFor(
  stage: string,
  { unwatched }: Pick<WatcherMemory, 'unwatched'>,
  milliseconds: number,
): number {
  unwatched[stage] = (ownEntry(unwatched, stage) ?? 0) + milliseconds;
  return milliseconds;
}

/**
 * The statuses that count. A status from before the node's first output is about an earlier boot,
 * until it changes. For a node that was on before, and may have no more output, this is unknown, so
 * its statuses count.
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

/** Whether it is the memory of a watcher with this profile and flow. */
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
    [undefined, 'named', 'in', 'others'].includes(memory['login'] as string | undefined) &&
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
