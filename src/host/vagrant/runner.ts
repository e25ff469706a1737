/** Where vagrant runs: a function from a folder and arguments to the program to run. */
import type { ResolvedHost } from '../../model/index.js';
import { containerRunner } from './container.js';
import type { Env } from '../exec.js';

/** A vagrant to run, as `run` takes it. */
export interface VagrantProgram {
  file: string;
  args: string[];
  /** For the program itself, which may be an engine's client. */
  extraEnv: Record<string, string>;
  /** Never shown in an error. */
  secrets: string[];
  /** To be called when the program did not end by itself: ends what may go on without it. Never rejects. */
  stop: () => Promise<void>;
}

export interface Runner {
  /**
   * Before the first program of a run. `say` tells whoever waits what takes its time.
   * @throws VenError `host-not-ready`
   */
  prepare(say: (line: string) => void, signal: AbortSignal): Promise<void>;
  /** `vagrant ARGS` in `folder`, with these settings in its environment; none of them is a secret. */
  program(folder: string, args: readonly string[], settings: Readonly<Record<string, string>>): VagrantProgram;
}

export interface RunnerOptions {
  runner: ResolvedHost['runner'];
  /** Names the fleet among those that anybody runs on this machine. */
  key: string;
  env: Env;
}

export function createRunner({ runner, key, env }: RunnerOptions): Runner {
  if (runner.kind === 'container') return containerRunner({ image: runner.image, key, env });
  return {
    prepare: () => Promise.resolve(),
    program: (_folder, args, settings) => ({
      file: 'vagrant',
      args: [...args],
      extraEnv: { ...settings },
      secrets: [],
      stop: () => Promise.resolve(),
    }),
  };
}
