import { dirname, resolve } from 'node:path';
import { didYouMean, loadProfile } from '../config/index.js';
import { readTextFile } from '../host/index.js';
import { VenError, type OnboardingFlow, type Profile, type ProfileSource, type ProfileStage } from '../model/index.js';
import type { Request } from './load.js';
import { readTemplate } from './templates.js';

/** The profile that a fleet file names, from the fleet file's folder. Rejects with `fleet-file` (all findings at once) or `not-found`. */
export function readProfile(source: ProfileSource, { file }: Request): Profile {
  if ('builtin' in source) return loadProfile(readTemplate(`profiles/${source.builtin}.yaml`), `templates/profiles/${source.builtin}.yaml`);
  const path = resolve(dirname(file), source.file);
  return loadProfile(readTextFile(path), path);
}

/** A stage of a profile by its name; `ready` is the last one, whatever its name. @throws VenError `usage`, with the name that was perhaps meant. */
export function stageNamed({ stages, name }: Profile, flow: OnboardingFlow, wanted: string): ProfileStage {
  const known = stages.filter(({ flows }) => flows.includes(flow));
  const found = known.find((stage) => stage.name === wanted) ?? (wanted === 'ready' ? known.at(-1) : undefined);
  if (found) return found;
  const names = known.map((stage) => stage.name);
  throw new VenError('usage', {
    summary: `The profile ${name} has no stage ${JSON.stringify(wanted)}${flow === 'none' ? '' : ` for ${flow} onboarding`}`,
    hint: didYouMean(wanted, names),
  });
}
