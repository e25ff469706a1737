/** Text → `Profile`, with all findings at once. */
import {
  VenError,
  type OnboardingFlow,
  type Profile,
  type ProfileAnswer,
  type ProfileFile,
  type ProfileStage,
  type ProfileTrigger,
  type ProfileTrouble,
} from '../../model/index.js';
import { checkSchema, type Format } from '../schema/check.js';
import { schema, validate } from '../schema/generated/validate-profile.js';
import { digest } from '../resolve/identity.js';
import { decode } from '../source/decode.js';
import { refuseLarge } from '../source/limits.js';
import { checkProfile } from './rules.js';
import { isFlawed, placeOf, Source, throwFindings, type FileKind } from '../source/source.js';
import { durationInSeconds } from '../resolve/units.js';
import { parseYaml } from '../source/yaml.js';

const FORMAT: Format = { schema, validate };
const PROFILE: FileKind = {
  name: 'profile',
  begin: '`apiVersion: ven/v1`, `profile:` and `stages:`',
  example: 'begin with a copy of templates/profiles/edge-node.yaml, which comes with ven',
};

const ALL_FLOWS: OnboardingFlow[] = ['interactive', 'non-interactive', 'none'];
const USUAL_ATTEMPTS = 3;

/**
 * From a provisioning profile's content to its meaning. Pure: it reads no file.
 * @param file the name that findings carry.
 * @throws VenError `fleet-file` with every finding.
 */
export function loadProfile(content: string | Uint8Array, file: string): Profile {
  refuseLarge(content.length, file, PROFILE);
  const text =
    typeof content === 'string' ? content.replace(/^\ufeff/, '') : decode(content, file, PROFILE);
  const source = new Source(file, text, PROFILE);
  const { value, root, findings } = parseYaml(source, null);
  const wrong = checkSchema(value, root, source, FORMAT);
  findings.push(
    ...wrong
      .filter((one) => one.finding.rule === 'unknown-key' || !isFlawed(root, one.path))
      .map((one) => one.finding),
  );
  for (const { path, rule, message, hint, onKey } of checkProfile(value, findings.length === 0)) {
    if (isFlawed(root, path)) continue;
    const place = placeOf(root, path);
    findings.push(source.finding(rule, (onKey && place.key) || place.value, message, hint));
  }
  throwFindings(source, findings);
  return resolveProfile(value as ProfileFile);
}

function resolveProfile(file: ProfileFile): Profile {
  const profile = {
    name: file.profile,
    title: file.title ?? inWords(file.profile),
    stages: file.stages.map((stage): ProfileStage => ({
      name: stage.name,
      title: stage.title ?? inWords(stage.name),
      flows: ALL_FLOWS.filter((flow) => stage.flows?.includes(flow) ?? true),
      enter: (stage.enter ?? []).map(resolveTrigger),
      from: stage.from ?? null,
      timeoutSeconds: stage.timeout === undefined ? null : durationInSeconds(stage.timeout),
      answers: (stage.answers ?? []).map(resolveAnswer),
      wakeSeconds: stage.wake === undefined ? null : durationInSeconds(stage.wake),
    })),
    trouble: (file.trouble ?? []).map(
      ({
        name,
        title,
        class: failureClass,
        console,
        orchestrator,
        stages,
        after,
        recover,
      }): ProfileTrouble => ({
        name,
        title: title ?? inWords(name),
        class: failureClass,
        when: signOf(console, orchestrator),
        stages: stages ?? null,
        after: after ?? null,
        recover: recover
          ? { prompt: recover.prompt, text: recover.type, atMost: recover.atMost ?? USUAL_ATTEMPTS }
          : null,
      }),
    ),
  };
  return { ...profile, digest: digest(profile) };
}

/** The sign of a trouble: one of `console`, `orchestrator` and `powerOff`. */
function signOf(console?: string, orchestrator?: string): ProfileTrouble['when'] {
  if (console !== undefined) return { kind: 'console', pattern: console };
  if (orchestrator !== undefined) return { kind: 'orchestrator', pattern: orchestrator };
  return { kind: 'power-off' };
}

type WrittenTrigger = NonNullable<ProfileFile['stages'][number]['enter']>[number];

function resolveTrigger({
  console,
  quiet,
  in: stages,
  orchestrator,
}: WrittenTrigger): ProfileTrigger {
  if (console !== undefined) return { kind: 'console', pattern: console };
  if (quiet !== undefined)
    return { kind: 'quiet', seconds: durationInSeconds(quiet), in: stages ?? [] };
  if (orchestrator !== undefined) return { kind: 'orchestrator', pattern: orchestrator };
  throw new VenError('fleet-file', { summary: 'A trigger is empty' });
}

type WrittenAnswer = NonNullable<ProfileFile['stages'][number]['answers']>[number];

function resolveAnswer({ prompt, send, run, secret, atMost }: WrittenAnswer): ProfileAnswer {
  return {
    prompt,
    send: sendOf(send, run),
    secret: secret ?? typeof send === 'string',
    atMost: atMost ?? USUAL_ATTEMPTS,
  };
}

function sendOf(send: WrittenAnswer['send'], run?: string): ProfileAnswer['send'] {
  if (run !== undefined) return { kind: 'command', command: run };
  if (typeof send === 'string') return { kind: 'credential', credential: send };
  return { kind: 'text', text: send?.text ?? '' };
}

function inWords(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
}
