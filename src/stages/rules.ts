/** A profile's patterns, compiled once per flow and sorted by the stage that a node is in. */
import type {
  OnboardingFlow,
  Profile,
  ProfileAnswer,
  ProfileStage,
  ProfileTrouble,
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

const known = new WeakMap<Profile, Map<OnboardingFlow, FlowRules>>();

/** Shared by all watchers of a profile and flow. The profile comes from `loadProfile`. */
export function rulesOf(profile: Profile, flow: OnboardingFlow): FlowRules {
  const flows = known.get(profile) ?? new Map<OnboardingFlow, FlowRules>();
  known.set(profile, flows);
  const rules = flows.get(flow) ?? compile(profile, flow);
  flows.set(flow, rules);
  return rules;
}

function compile(profile: Profile, flow: OnboardingFlow): FlowRules {
  const stages = profile.stages.filter(({ flows }) => flows.includes(flow));
  return {
    stages: stages.map((stage, index) => compileStage(profile, stages, stage, index)),
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

function compileStage(
  profile: Profile,
  stages: readonly ProfileStage[],
  stage: ProfileStage,
  index: number,
): StageRules {
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
    answers: new Matcher(
      stage.answers.map((answer, at) => ({ pattern: answer.prompt, means: { answer, index: at } })),
    ),
    quiet: entries.flatMap(({ trigger, stage: at }) =>
      trigger.kind === 'quiet' && trigger.in.includes(stage.name)
        ? [{ seconds: trigger.seconds, stage: at }]
        : [],
    ),
    powerOff: troubles.filter(({ when }) => when.kind === 'power-off'),
  };
}
