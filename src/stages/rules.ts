/** A profile's patterns, compiled once per flow and sorted by the stage that a node is in. */
import {
  isOfOsLogin,
  type OnboardingFlow,
  type Profile,
  type ProfileAnswer,
  type ProfileStage,
  type ProfileTrouble,
} from '../model/index.js';
import { secretPrompts, TRIED } from '../secrets/index.js';

/** What a matching text causes. */
export type Consequence =
  { kind: 'trouble'; trouble: ProfileTrouble } | { kind: 'enter'; stage: number };

export interface StageRules {
  stage: ProfileStage;
  /** For lines of the console, trouble first. */
  console: Matcher<Consequence>;
  /** For statuses in the orchestrator, trouble first. */
  orchestrator: Matcher<Consequence>;
  answers: Matcher<{ answer: ProfileAnswer; index: number }>;
  /** The silence after which Enter is typed, in seconds; null: it is not. */
  wake: number | null;
  quiet: { seconds: number; stage: number }[];
  powerOff: ProfileTrouble[];
}

export interface FlowRules {
  /** The flow's stages, in order. */
  stages: StageRules[];
  /** By name of the trouble: the prompt at which its recovery is typed. */
  recoveries: Map<string, { trouble: ProfileTrouble; prompt: RegExp }>;
  secretPrompts: RegExp | null;
}

/**
 * Many patterns with different meanings. One test tells whether any matches; nearly always none
 * does.
 */
export class Matcher<T> {
  readonly #any: RegExp | null;
  readonly #each: { pattern: RegExp; means: T }[];

  constructor(patterns: readonly { pattern: string; means: T }[]) {
    this.#any =
      patterns.length === 0
        ? null
        : new RegExp(patterns.map(({ pattern }) => `(?:${pattern})`).join('|'), 'u');
    this.#each = patterns.map(({ pattern, means }) => ({
      pattern: new RegExp(pattern, 'u'),
      means,
    }));
  }

  /** The first in order that matches. */
  find(text: string): T | null {
    const tried = text.length > TRIED ? text.slice(0, TRIED) : text;
    if (!this.#any?.test(tried)) return null;
    return this.#each.find(({ pattern }) => pattern.test(tried))?.means ?? null;
  }
}

const known = new WeakMap<Profile, Map<string, FlowRules>>();

/**
 * Shared by all watchers of a profile and flow. The profile comes from `loadProfile`. Without
 * `osLogin` no answers of the login to the installed system are given.
 */
export function rulesOf(profile: Profile, flow: OnboardingFlow, osLogin: boolean): FlowRules {
  const flows = known.get(profile) ?? new Map<string, FlowRules>();
  known.set(profile, flows);
  const key = `${flow} ${osLogin}`;
  const rules = flows.get(key) ?? compile(profile, flow, osLogin);
  flows.set(key, rules);
  return rules;
}

function compile(profile: Profile, flow: OnboardingFlow, osLogin: boolean): FlowRules {
  const stages = profile.stages.filter(({ flows }) => flows.includes(flow));
  return {
    stages: stages.map((stage, index) => ({
      ...compileStage(profile, stages, stage, index),
      answers: answersOf(stage, osLogin),
      wake: osLogin ? stage.wakeSeconds : null,
    })),
    recoveries: new Map(
      profile.trouble.flatMap((trouble) =>
        trouble.recover
          ? [[trouble.name, { trouble, prompt: new RegExp(trouble.recover.prompt, 'u') }] as const]
          : [],
      ),
    ),
    secretPrompts: secretPrompts(profile),
  };
}

/** `index`: among all answers of the stage. */
function answersOf(stage: ProfileStage, osLogin: boolean): StageRules['answers'] {
  return new Matcher(
    stage.answers.flatMap((answer, index) =>
      osLogin || !isOfOsLogin(answer) ? [{ pattern: answer.prompt, means: { answer, index } }] : [],
    ),
  );
}

function compileStage(
  profile: Profile,
  stages: readonly ProfileStage[],
  stage: ProfileStage,
  index: number,
): Omit<StageRules, 'answers' | 'wake'> {
  const troubles = profile.trouble.filter(
    (trouble) => trouble.stages === null || trouble.stages.includes(stage.name),
  );
  const entries = stages.flatMap((next, at) => {
    const reachable =
      at !== index && (next.from === null ? at > index : next.from.includes(stage.name));
    return reachable ? next.enter.map((trigger) => ({ trigger, stage: at })) : [];
  });
  const matcher = (kind: 'console' | 'orchestrator'): Matcher<Consequence> =>
    new Matcher<Consequence>([
      ...troubles.flatMap((trouble) =>
        trouble.when.kind === kind
          ? [{ pattern: trouble.when.pattern, means: { kind: 'trouble', trouble } as const }]
          : [],
      ),
      ...entries.flatMap(({ trigger, stage: at }) =>
        trigger.kind === kind
          ? [{ pattern: trigger.pattern, means: { kind: 'enter', stage: at } as const }]
          : [],
      ),
    ]);
  const final = index === stages.length - 1;
  return {
    stage,
    console: final ? new Matcher<Consequence>([]) : matcher('console'),
    orchestrator: final ? new Matcher<Consequence>([]) : matcher('orchestrator'),
    quiet: entries.flatMap(({ trigger, stage: at }) =>
      trigger.kind === 'quiet' && trigger.in.includes(stage.name)
        ? [{ seconds: trigger.seconds, stage: at }]
        : [],
    ),
    powerOff: troubles.filter(({ when }) => when.kind === 'power-off'),
  };
}
