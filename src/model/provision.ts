/**
 * A node's way from power-on to ready: the profile that describes it, what a node's watcher is told and what it answers, and
 * what is kept of it. Times are ISO 8601, UTC; durations are seconds.
 */
import type { Address, OnboardingFlow } from './fleet.js';

export const FAILURE_CLASSES = [
  'boot',
  'network',
  'storage',
  'workflow',
  'os',
  'agents',
  'timeout',
] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** A provisioning profile with every default filled in. Pure JSON. */
export interface Profile {
  name: string;
  title: string;
  /** In order. The first begins at power-on and has no triggers; the last is final: a node that reaches it is ready. */
  stages: ProfileStage[];
  trouble: ProfileTrouble[];
  /** SHA-256, hex, of everything above. */
  digest: string;
}

export interface ProfileStage {
  /** A DNS label: `http-boot`. */
  name: string;
  /** For people: `HTTP boot`. */
  title: string;
  /** The flows that have this stage. */
  flows: OnboardingFlow[];
  /** Any of these begins the stage. */
  enter: ProfileTrigger[];
  /** Only from these stages, later ones included: so a node goes back. null: from every earlier one. */
  from: string[] | null;
  /** The longest that a node may stay, all its visits together; null: as long as it likes (the last one). */
  timeoutSeconds: number | null;
  answers: ProfileAnswer[];
}

export type ProfileTrigger =
  /** A regular expression (flag `u`), tried on each line of the cleaned console; on the one under way once nothing follows. */
  | { kind: 'console'; pattern: string }
  /** Nothing was said on the console for so long, in one of these stages. */
  | { kind: 'quiet'; seconds: number; in: string[] }
  /** A regular expression, tried on the host's status, then on its instance's provisioning status. */
  | { kind: 'orchestrator'; pattern: string };

export interface ProfileAnswer {
  /** A regular expression, tried on the line under way: the prompt. */
  prompt: string;
  send:
    { kind: 'text'; text: string } | { kind: 'credential'; credential: 'username' | 'password' };
  /** What follows the prompt on its line is never shown. */
  secret: boolean;
  /** How often in one visit of the stage; then it is trouble. */
  atMost: number;
}

export interface ProfileTrouble {
  name: string;
  /** For people, what it means: `The disk is full`. */
  title: string;
  class: FailureClass;
  /** `quiet` is no trouble by itself; a stage's time limit is. */
  when: Exclude<ProfileTrigger, { kind: 'quiet' }> | { kind: 'power-off' };
  /** Only in these stages; null: in each. */
  stages: string[] | null;
  /** What is typed, at the line under way that fits `prompt`, before it counts as a failure; null: it is one at once. */
  recover: { prompt: string; text: string; atMost: number } | null;
}

/** What a node's watcher learns. `at`: milliseconds since 1970. */
export type NodeInput =
  | { kind: 'power-on'; at: number }
  | { kind: 'power-off'; at: number }
  /** The next bytes of the console. `late`: they were said some time before `at` (read from the kept log). */
  | { kind: 'console'; at: number; bytes: Uint8Array; late: boolean }
  /** What the orchestrator says of the node. */
  | { kind: 'orchestrator'; at: number; hostStatus: string; provisioningStatus: string }
  /** Nothing new, but time has passed. */
  | { kind: 'tick'; at: number };

/** What a node's watcher wants done, or told. */
export type NodeEffect =
  | { kind: 'stage'; visit: StageVisit }
  /** To be typed, with a carriage return after it. `answer` counts up for this node; the same again: it was never seen to arrive. */
  | { kind: 'type'; answer: number; stage: string; prompt: string; send: ProfileAnswer['send'] }
  /** Trouble that was met with `recover`, for people. */
  | {
      kind: 'recovering';
      stage: string;
      trouble: string;
      attempt: number;
      atMost: number;
      line: string;
    }
  | { kind: 'ready' }
  | { kind: 'failed'; failure: NodeFailure };

export interface StageVisit {
  stage: string;
  title: string;
  enteredAt: string;
  /** null: the node is still there. */
  leftAt: string | null;
  /** The console line (or status) that began it; null for the first. */
  line: string | null;
  /** It was read from the log later than it was said: it began then or before. */
  late: boolean;
}

export interface NodeFailure {
  class: FailureClass;
  stage: string;
  at: string;
  /** One line: what happened. */
  message: string;
  /** The decisive console line or status; null: there was none (a time limit of a silent node). */
  line: string | null;
  /** For people: what to do about it. Absent: make it anew (`--retry-failed`). */
  hint?: string;
}

export type NodeOutcome = 'under-way' | 'ready' | 'failed';

/** What is kept of a node's way, one file a node in the work folder. Its loss costs times, nothing else. */
export interface NodeRecord {
  formatVersion: '1';
  vm: string;
  uuid: string;
  /** Which power-on of the VM this is about, as the host tells them apart; absent: the first one after `log`. */
  life?: string;
  /** Which making of the VM, as the host tells them apart; absent: that could not be seen. */
  making?: string;
  flow: OnboardingFlow;
  profile: { name: string; digest: string };
  outcome: NodeOutcome;
  failure: NodeFailure | null;
  /** In order, without gaps: each ends when the next begins. */
  visits: StageVisit[];
  /** The last line said that isn't blank, cleaned, secrets removed. */
  lastLine: string | null;
  /** How much of the console log the rest of this accounts for; null: nothing. */
  log: { file: string; position: number } | null;
  /** The watcher's own memory (`NodeWatcher.memory`). */
  memory: unknown;
  /** Of a node that failed: its VM was taken away since to be made anew, and was not started since. It goes on being failed until then. */
  madeAnew?: true;
}

/** As `RunEvent`, of the part after it. */
export type ProvisionEvent =
  | {
      type: 'provision-started';
      formatVersion: '1';
      time: string;
      run: string;
      fleet: string;
      host: string;
      profile: string;
      flow: OnboardingFlow;
      /** What is waited for: a stage's name. */
      until: string;
      /** What is known of each from before; `title` is the stage's, `startedAt` its power-on, `enteredAt` when that stage began. */
      nodes: {
        address: Address;
        outcome: NodeOutcome;
        stage: string | null;
        title?: string | null;
        startedAt?: string | null;
        enteredAt?: string | null;
      }[];
    }
  | { type: 'node-started'; time: string; address: Address }
  | {
      type: 'node-registered';
      time: string;
      address: Address;
      serialNumber: string;
      id: string;
      already: boolean;
    }
  | {
      type: 'stage-reached';
      time: string;
      address: Address;
      stage: string;
      title: string;
      line: string | null;
      late: boolean;
    }
  /** The last line said, at most a few times a second for each node. */
  | { type: 'node-output'; time: string; address: Address; line: string }
  | { type: 'node-answered'; time: string; address: Address; stage: string; prompt: string }
  | {
      type: 'node-recovering';
      time: string;
      address: Address;
      stage: string;
      trouble: string;
      attempt: number;
      atMost: number;
      line: string;
    }
  /** Something went another way than it should, and the run goes on; told once. `address` null: it is about the whole run. */
  | { type: 'provision-warning'; time: string; address: Address | null; message: string }
  | {
      type: 'node-finished';
      time: string;
      address: Address;
      /** `left`: not ended when the run was (interrupted, or out of time). */
      outcome: 'ready' | 'reached' | 'failed' | 'left';
      failure: NodeFailure | null;
      durationSeconds: number;
      stages: { stage: string; title: string; seconds: number }[];
    }
  | ({ type: 'provision-finished'; time: string } & ProvisionResult);

export interface ProvisionResult {
  outcome: 'done' | 'failed' | 'interrupted';
  exitCode: number;
  ready: Address[];
  failed: {
    address: Address;
    class: FailureClass;
    stage: string;
    message: string;
    line: string | null;
    hint?: string;
  }[];
  /** Still under way when the run ended. */
  left: Address[];
  byClass: Partial<Record<FailureClass, number>>;
  durationSeconds: number;
}
