// Generated from schemas/profile.schema.json by `npm run generate`. Do not edit.

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
 * A regular expression, as JavaScript has them (flag u), tried on each line of the console without its control sequences and trailing spaces. Groups can't be referred to, a repetition can't stand inside another, and all repetitions and choices together may leave at most 5,000 ways to try: one `.*`, or two `.{0,60}`.
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
 * In order. A node is in the first from its power-on; when it reaches the last it is ready.
 *
 * @minItems 2
 * @maxItems 50
 */
export type Stages = ProfileFileStage[];
/**
 * What means that a node has failed, the most telling first.
 *
 * @maxItems 100
 */
export type Troubles = ProfileFileTrouble[];

/**
 * A provisioning profile: how a node comes from power-on to ready, as its serial console and the orchestrator tell it, and what is typed at its prompts. `orchestrator.profile` of a fleet file names it.
 */
export interface ProfileFile {
  apiVersion: ApiVersion;
  profile: ProfileName;
  title?: Title;
  stages: Stages;
  trouble?: Troubles;
}
/**
 * One part of a node's way.
 */
export interface ProfileFileStage {
  name: StageName;
  title?: Title;
  /**
   * The ways of onboarding that have this stage. Default: all of them.
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
   * Only a node in one of these stages gets here; a later one among them lets a node go back, for instance after a reset. Default: every earlier stage.
   *
   * @minItems 1
   * @maxItems 50
   */
  from?: StageName[];
  /**
   * The longest that a node may be in this stage, all its visits together. Each stage but the last has one.
   */
  timeout?: string;
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
   * The console said nothing for so long, in one of the stages of `in`.
   */
  quiet?: string;
  in?: StageNames;
  /**
   * A regular expression, tried on the host's status in the orchestrator, then on its instance's provisioning status. What the orchestrator says while the node is in the first stage is about an earlier life of it, and counts once it changes.
   */
  orchestrator?: string;
}
/**
 * What is typed at a prompt.
 */
export interface ProfileFileAnswer {
  /**
   * A regular expression, tried on the line under way once nothing follows it.
   */
  prompt: string;
  /**
   * `username` or `password` of `orchestrator.credentials`; or a text that is no secret.
   */
  send: ('username' | 'password') | ProfileFileText;
  /**
   * What follows the prompt on its line is never shown. Default: true for `username` and `password`.
   */
  secret?: boolean;
  /**
   * How often in one visit of the stage; asked once more, the node has failed. Default: 3.
   */
  atMost?: number;
}
export interface ProfileFileText {
  /**
   * What is typed, without the key that ends it.
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
   * A regular expression, tried on the host's status in the orchestrator, then on its instance's provisioning status.
   */
  orchestrator?: string;
  /**
   * The VM was switched off, or switched itself off.
   */
  powerOff?: true;
  /**
   * Only in these stages. Default: in each.
   *
   * @minItems 1
   * @maxItems 50
   */
  stages?: StageName[];
  recover?: ProfileFileRecovery;
}
/**
 * What may help: it is typed at the next prompt that fits, and the node has failed when the trouble is there again afterwards.
 */
export interface ProfileFileRecovery {
  /**
   * A regular expression, tried on the line under way once nothing follows it.
   */
  prompt: string;
  /**
   * What is typed, without the key that ends it.
   */
  type: string;
  /**
   * How often for one node; met once more, the node has failed. Default: 3.
   */
  atMost?: number;
}
