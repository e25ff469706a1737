/** Plays a recording of a node to a watcher, cut as one likes, and tells what came of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadProfile } from '../../../src/config/index.js';
import type {
  NodeEffect,
  NodeInput,
  OnboardingFlow,
  Profile,
  ProfileAnswer,
} from '../../../src/model/index.js';
import { NodeWatcher } from '../../../src/stages/index.js';

const ROOT = join(import.meta.dirname, '../../..');
export const RECORDINGS = join(ROOT, 'test/recordings');

export const edgeNode: Profile = loadProfile(
  readFileSync(join(ROOT, 'templates/profiles/edge-node.yaml')),
  'edge-node.yaml',
);
export const SECRETS = ['edge-user', 'canary-p4ss', 'canary-n0de'];
export const POWER_ON = Date.parse('2026-03-01T10:00:00Z');

export interface Step {
  /** Seconds since power-on. */
  at: number;
  says?: string;
  late?: boolean;
  orchestrator?: [string, string];
  power?: 'on' | 'off';
}

export interface Outcome {
  outcome: string;
  stages: [string, number][];
  typed: string[];
  failure?: { class: string; stage: string; at: number; line: string | null };
}

export interface Recording {
  flow: OnboardingFlow;
  /** There are credentials for the installed system. */
  osLogin?: boolean;
  steps: Step[];
  expect: Outcome;
}

export function readRecording(name: string): Recording {
  return parse(readFileSync(join(RECORDINGS, name), 'utf8')) as Recording;
}

/** What a watcher is told of a step: nothing but that time passes when it says nothing. */
export function inputOf({ at: seconds, says, late = false, orchestrator, power }: Step): NodeInput {
  const at = Math.round(POWER_ON + seconds * 1000);
  if (says !== undefined) return { kind: 'console', at, bytes: Buffer.from(says), late };
  if (orchestrator)
    return {
      kind: 'orchestrator',
      at,
      hostStatus: orchestrator[0],
      provisioningStatus: orchestrator[1],
    };
  if (power) return { kind: power === 'on' ? 'power-on' : 'power-off', at };
  return { kind: 'tick', at };
}

export function inputsOf(steps: readonly Step[]): NodeInput[] {
  return steps.map(inputOf);
}

/** Cuts the console's bytes at these places, counted from its beginning. */
export function cutAt(inputs: readonly NodeInput[], places: ReadonlySet<number>): NodeInput[] {
  let position = 0;
  return inputs.flatMap((input) => {
    if (input.kind !== 'console') return [input];
    const pieces: NodeInput[] = [];
    let start = 0;
    for (let end = 1; end <= input.bytes.length; end++) {
      if (end < input.bytes.length && !places.has(position + end)) continue;
      pieces.push({ ...input, bytes: input.bytes.slice(start, end) });
      start = end;
    }
    position += input.bytes.length;
    return pieces;
  });
}

export interface Replay extends Outcome {
  effects: NodeEffect[];
  watcher: NodeWatcher;
}

interface ReplayOptions {
  restored?: boolean;
  profile?: Profile;
  osLogin?: boolean;
}

/**
 * @param restored after each input a new watcher takes over from the old one's memory, through
 * JSON.
 */
export function replay(
  flow: OnboardingFlow,
  inputs: readonly NodeInput[],
  { restored = false, profile = edgeNode, osLogin = false }: ReplayOptions = {},
): Replay {
  const options = { secrets: SECRETS, osLogin, osUsername: 'user' };
  let watcher = new NodeWatcher(profile, flow, { ...options, startedAt: POWER_ON });
  const effects: NodeEffect[] = [];
  for (const input of inputs) {
    // What falls due until then is typed before anything follows.
    const due =
      input.kind === 'console' && input.late ? [] : watcher.take({ kind: 'tick', at: input.at });
    for (const effect of due) if (effect.kind === 'type') watcher.typing(effect.answer);
    effects.push(...due, ...watcher.take(input));
    if (!restored) continue;
    const memory: unknown = JSON.parse(JSON.stringify(watcher.memory));
    watcher = new NodeWatcher(profile, flow, { ...options, startedAt: 0, memory });
  }
  return { ...outcomeOf(watcher, effects), effects, watcher };
}

/** What is typed, credentials by their names. */
export function textOf(send: ProfileAnswer['send']): string {
  switch (send.kind) {
    case 'text':
      return send.text;
    case 'command':
      return send.command;
    case 'credential':
      return send.credential;
  }
}

function outcomeOf(watcher: NodeWatcher, effects: readonly NodeEffect[]): Outcome {
  const seconds = (time: string): number => (Date.parse(time) - POWER_ON) / 1000;
  const typed = effects.flatMap((effect) => {
    if (effect.kind !== 'type') return [];
    return [textOf(effect.send)];
  });
  const { failure } = watcher;
  return {
    outcome: watcher.outcome,
    typed,
    stages: watcher.visits.map(({ stage, enteredAt }) => [stage, seconds(enteredAt)]),
    ...(failure && {
      failure: {
        class: failure.class,
        stage: failure.stage,
        at: seconds(failure.at),
        line: failure.line,
      },
    }),
  };
}

/** Without what is not part of the outcome. */
export function told({ outcome, typed, stages, failure }: Outcome): Outcome {
  return { outcome, typed, stages, ...(failure && { failure }) };
}
