import { resolve } from 'node:path';
import { didYouMean, loadProfile, mistakeAt } from '../../config/index.js';
import { folderOf, readFleetFile, readNamedFile } from '../../host/index.js';
import {
  fileName,
  VenError,
  type OnboardingFlow,
  type Profile,
  type ProfileSource,
  type ProfileStage,
} from '../../model/index.js';
import type { Request } from '../load.js';
import { readTemplate } from '../templates.js';

/**
 * The profile that a fleet file names, from the fleet file's folder. Rejects with `fleet-file`: its
 * findings all at once, or that it can't be read.
 */
export function readProfile(source: ProfileSource, request: Request): Profile {
  if ('builtin' in source)
    return loadProfile(
      readTemplate(`profiles/${source.builtin}.yaml`),
      `templates/profiles/${source.builtin}.yaml`,
    );
  const path = resolve(folderOf(request.file), source.file);
  return loadProfile(bytesOf(path, source.file, request), path);
}

/** A profile that can't be read is a mistake in the fleet file, at the key that names it. */
function bytesOf(path: string, written: string, request: Request): Uint8Array {
  try {
    return readNamedFile(path);
  } catch (error) {
    if (!(error instanceof VenError)) throw error;
    throw mistakeAt(readFleetFile(request.file), {
      file: fileName(request.file),
      env: request.env,
      path: ['orchestrator', 'profile'],
      rule: 'profile-file',
      message: error.summary.replace(path, written),
      hint:
        error.code === 'not-found'
          ? 'Paths are relative to the fleet file; correct `orchestrator.profile`.'
          : `${error.hint ?? 'Check it'}.`,
    });
  }
}

/**
 * A stage of a profile by its name; `ready` is the last one, whatever its name. @throws VenError
 * `usage`, with a suggestion.
 */
export function stageNamed(
  { stages, name }: Profile,
  flow: OnboardingFlow,
  wanted: string,
): ProfileStage {
  const known = stages.filter(({ flows }) => flows.includes(flow));
  const found =
    known.find((stage) => stage.name === wanted) ?? (wanted === 'ready' ? known.at(-1) : undefined);
  if (found) return found;
  const names = known.map((stage) => stage.name);
  throw new VenError('usage', {
    summary:
      `The profile ${name} has no stage ` +
      `${JSON.stringify(wanted)}${flow === 'none' ? '' : ` for ${flow} onboarding`}`,
    hint: didYouMean(wanted, names),
  });
}
