// Generated from schemas/profile.schema.yaml by `npm run generate`. Do not edit.

/**
 * The version of this file's format. Always `ven/v1`.
 */
export type ApiVersion = 'ven/v1';
/**
 * The profile's name, a DNS label.
 */
export type ProfileName = string;
/**
 * For people, one line. Default: the name.
 */
export type Title = string;
/**
 * The stage's name, a DNS label, unique in the profile.
 */
export type StageName = string;
/**
 * A regular expression of JavaScript (flag u), tried on each line of the console without its control sequences and trailing spaces. It has no back-references and no nested repetitions. Its repetitions and choices together may have at most 5,000 ways to match: one `.*`, or two `.{0,60}`. What comes after them is tried once for each way: 16,000 steps are the most.
 */
export type Pattern = string;
/**
 * Names of stages of this profile.
 *
 * @minItems 1
 * @maxItems 50
 */
export type StageNames = StageName[];
/**
 * The stages, in order. A node is in the first stage from its power-on. When it reaches the last stage, it is ready.
 *
 * @minItems 2
 * @maxItems 50
 */
export type Stages = ProfileFileStage[];
/**
 * What means that a node has failed. The most specific trouble comes first.
 *
 * @maxItems 100
 */
export type Troubles = ProfileFileTrouble[];

/**
 * A provisioning profile: the stages of a node from power-on to ready, as its serial console and the orchestrator show them, and the answers to its prompts. `orchestrator.profile` of a fleet file names it.
 */
export interface ProfileFile {
  apiVersion: ApiVersion;
  profile: ProfileName;
  title?: Title;
  stages: Stages;
  trouble?: Troubles;
}
/**
 * One stage of a node.
 */
export interface ProfileFileStage {
  name: StageName;
  title?: Title;
  /**
   * The onboarding flows that have this stage. Default: all of them.
   *
   * @minItems 1
   * @maxItems 3
   */
  flows?: ('interactive' | 'non-interactive' | 'none')[];
  /**
   * Any of these begins the stage. The first stage has none.
   *
   * @minItems 1
   * @maxItems 20
   */
  enter?: ProfileFileTrigger[];
  /**
   * Only a node in one of these stages can enter this stage. A later stage among them lets a node go back, for example after a reset. Default: every earlier stage.
   *
   * @minItems 1
   * @maxItems 50
   */
  from?: StageName[];
  /**
   * The longest time that a node may be in this stage, all visits together. Every stage but the last has one.
   */
  timeout?: string;
  /**
   * After this long without output, Enter is typed if no prompt of the stage was answered yet: other output may hide a login prompt. Only on an empty line, where nobody else has begun a login; up to three times in a visit of the stage; only with `orchestrator.osCredentials`.
   */
  wake?: string;
  /**
   * What is typed in this stage.
   *
   * @minItems 1
   * @maxItems 20
   */
  answers?: ProfileFileAnswer[];
}
/**
 * What begins a stage: one of `console`, `quiet` and `orchestrator`.
 */
export interface ProfileFileTrigger {
  console?: Pattern;
  /**
   * The console was silent for this long, in one of the stages of `in`.
   */
  quiet?: string;
  in?: StageNames;
  /**
   * A regular expression, tried on the host's status in the orchestrator and then on its instance's provisioning status. A status from before the node left its first stage is about its previous boot; it counts once it changes.
   */
  orchestrator?: string;
}
/**
 * What is typed at a prompt: one of `send` and `run`.
 */
export interface ProfileFileAnswer {
  /**
   * A regular expression, tried on the unfinished line once no more output follows.
   */
  prompt: string;
  /**
   * `username` or `password` of `orchestrator.credentials`; `os-username` or `os-password` of `orchestrator.osCredentials`, left out without them; or a text that is not secret. `os-password` is typed only at the prompt right after ven's own `os-username`.
   */
  send?: ('username' | 'password' | 'os-username' | 'os-password') | ProfileFileText;
  /**
   * A command for the shell of the installed system, typed at its prompt after ven's own login; left out without `orchestrator.osCredentials`. Its output is read as the console's. A command that ends early is typed again at the next prompt. It must end by itself, since nobody ends it when ven is killed.
   */
  run?: string;
  /**
   * The text after the prompt on its line is never shown. Default: true for `username`, `password`, `os-username` and `os-password`.
   */
  secret?: boolean;
  /**
   * How often in one visit of the stage. If the prompt comes once more, the node has failed. Default: 3.
   */
  atMost?: number;
}
export interface ProfileFileText {
  /**
   * The text to type, without the final Enter.
   */
  text: string;
}
/**
 * One sign of trouble: one of `console`, `orchestrator` and `powerOff`.
 */
export interface ProfileFileTrouble {
  /**
   * A DNS label, unique among the troubles.
   */
  name: string;
  title?: Title;
  /**
   * How failures are counted.
   */
  class: 'boot' | 'network' | 'storage' | 'workflow' | 'os' | 'agents' | 'timeout';
  console?: Pattern;
  /**
   * A regular expression, tried on the host's status in the orchestrator and then on its instance's provisioning status.
   */
  orchestrator?: string;
  /**
   * The VM was powered off, or powered itself off.
   */
  powerOff?: true;
  /**
   * Only in these stages. Default: in every stage.
   *
   * @minItems 1
   * @maxItems 50
   */
  stages?: StageName[];
  /**
   * Only after ven has typed this in the same visit of the stage.
   */
  after?: 'username' | 'password' | 'os-username' | 'os-password';
  recover?: ProfileFileRecovery;
}
/**
 * A possible cure: its text is typed at the next prompt that matches. If the trouble comes again afterwards, the node has failed.
 */
export interface ProfileFileRecovery {
  /**
   * A regular expression, tried on the unfinished line once no more output follows.
   */
  prompt: string;
  /**
   * The text to type, without the final Enter.
   */
  type: string;
  /**
   * How often per node. If the trouble comes once more, the node has failed. Default: 3.
   */
  atMost?: number;
}
