/**
 * Provisioning: the profile that describes a node's stages from power-on to ready, what a node's
 * watcher gets and returns, and the record of it. Times are ISO 8601, UTC; durations are seconds.
 */
import type { LogPosition } from './consoles.js';
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
  /**
   * In order. The first begins at power-on and has no triggers. The last is final: a node that
   * reaches it is ready.
   */
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
  /**
   * The stages that this one may follow, also later ones: so a node goes back. null: every earlier
   * one.
   */
  from: string[] | null;
  /** The longest time in this stage, all visits together; null: no limit (the last stage). */
  timeoutSeconds: number | null;
  answers: ProfileAnswer[];
  /** The silence after which Enter is typed to show a login prompt; null: it is not. */
  wakeSeconds: number | null;
}

export type ProfileTrigger =
  /**
   * A regular expression (flag `u`), tried on each line of the cleaned console; on the unfinished
   * line once no more output follows.
   */
  | { kind: 'console'; pattern: string }
  /** The console was silent for `seconds`, in one of the stages `in`. */
  | { kind: 'quiet'; seconds: number; in: string[] }
  /** A regular expression, tried on the host's status and then on its instance's status. */
  | { kind: 'orchestrator'; pattern: string };

/** With `os-`: of the installed system, else of `orchestrator.credentials`. */
export type ProfileCredential = 'username' | 'password' | 'os-username' | 'os-password';

/** Those that there are, read. Never part of a plan, an event or a file. */
export type NodeCredentials = Readonly<Partial<Record<ProfileCredential, string>>>;

export interface ProfileAnswer {
  /** A regular expression, tried on the unfinished line: the prompt. */
  prompt: string;
  send:
    | { kind: 'text'; text: string }
    | { kind: 'credential'; credential: ProfileCredential }
    /** For the shell of the installed system. */
    | { kind: 'command'; command: string };
  /** The text after the prompt on its line is never shown. */
  secret: boolean;
  /** How often it may be given in one visit of the stage; one more time is trouble. */
  atMost: number;
}

/** Whether it is part of the login to the installed system, with `orchestrator.osCredentials`. */
export function isOfOsLogin({ send }: Pick<ProfileAnswer, 'send'>): boolean {
  return (
    send.kind === 'command' || (send.kind === 'credential' && send.credential.startsWith('os-'))
  );
}

export interface ProfileTrouble {
  name: string;
  /** What it means, for people: `The disk is full`. */
  title: string;
  class: FailureClass;
  /** `quiet` is no trouble by itself; a stage's timeout is. */
  when: Exclude<ProfileTrigger, { kind: 'quiet' }> | { kind: 'power-off' };
  /** Only in these stages; null: in every stage. */
  stages: string[] | null;
  /** Only after this was typed in the same visit of the stage; null: always. */
  after: ProfileCredential | null;
  /**
   * What is typed when the unfinished line matches `prompt`, before the trouble counts as a
   * failure; null: it counts at once.
   */
  recover: { prompt: string; text: string; atMost: number } | null;
}

/** The input of a node's watcher. `at`: milliseconds since 1970. */
export type NodeInput =
  | { kind: 'power-on'; at: number }
  | { kind: 'power-off'; at: number }
  /**
   * The next bytes of the console. `late`: they were printed some time before `at` (read from the
   * log file).
   */
  | { kind: 'console'; at: number; bytes: Uint8Array; late: boolean }
  /** The node's statuses in the orchestrator. */
  | { kind: 'orchestrator'; at: number; hostStatus: string; provisioningStatus: string }
  /** No news, but time has passed. */
  | { kind: 'tick'; at: number };

/** The output of a node's watcher: what to do, or what to report. */
export type NodeEffect =
  | { kind: 'stage'; visit: StageVisit }
  /**
   * To be typed, with a carriage return after it. `answer` counts the node's answers; the same
   * number again: its echo never came.
   */
  | { kind: 'type'; answer: number; stage: string; prompt: string; send: ProfileAnswer['send'] }
  /** A prompt of the installed system, after a login that ven did not begin: nothing is typed. */
  | { kind: 'not-ours'; prompt: string }
  /** Trouble that `recover` answers, for people. */
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
  /** The console line (or status) that began the stage; null for the first stage. */
  line: string | null;
  /** The line was read later than it was printed: the stage began then or before. */
  late: boolean;
}

export interface NodeFailure {
  class: FailureClass;
  stage: string;
  at: string;
  /** One line: what happened. */
  message: string;
  /** The decisive console line or status; null: none (a silent node timed out). */
  line: string | null;
  /** For people: what to do about it. Absent: recreate the VM (`--retry-failed`). */
  hint?: string;
}

export type NodeOutcome = 'under-way' | 'ready' | 'failed';

/**
 * The record of a node's provisioning: one file per node in the work folder. Without it only times
 * are lost.
 */
export interface NodeRecord {
  formatVersion: '1';
  vm: string;
  uuid: string;
  /**
   * The boot of the VM (its power-on) that this is about, by the host's identifier; absent: the
   * first one after `log`.
   */
  life?: string;
  /** The incarnation of the VM that this is about, by the host's identifier; absent: unknown. */
  making?: string;
  flow: OnboardingFlow;
  profile: { name: string; digest: string };
  outcome: NodeOutcome;
  failure: NodeFailure | null;
  /** In order, without gaps: each ends when the next begins. */
  visits: StageVisit[];
  /** The last line that isn't blank, cleaned, without secrets. */
  lastLine: string | null;
  /** The part of the console log that this record covers; null: nothing. */
  log: LogPosition | null;
  /** The watcher's state (`NodeWatcher.memory`). */
  memory: unknown;
  /**
   * Of a failed node: its VM was deleted to be recreated, and the new one was not started yet.
   * Until then the node counts as failed.
   */
  madeAnew?: true;
}

/** The events of provisioning; like `RunEvent`. */
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
      /** The name of the stage that the run waits for. */
      until: string;
      /**
       * What is known of each node before the run; `title` is the stage's, `startedAt` its
       * power-on, `enteredAt` the start of that stage.
       */
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
  /** The last line of the console, at most a few times a second per node. */
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
  /**
   * Something went wrong, and the run continues; reported once. `address` null: it is about the
   * whole run.
   */
  | { type: 'provision-warning'; time: string; address: Address | null; message: string }
  | {
      type: 'node-finished';
      time: string;
      address: Address;
      /** `left`: still under way when the run ended (interrupted, or timed out). */
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
