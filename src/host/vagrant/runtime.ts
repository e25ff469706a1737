/** Where vagrant runs: a function from a folder and arguments to the program to run. */
import type { Env } from '../exec.js';
import { makeVagrantHome } from './home.js';

/** A vagrant to run, as `run` takes it. */
export interface VagrantProgram {
  file: string;
  args: string[];
  /** For the program itself, which may be an engine's client. */
  extraEnv: Record<string, string>;
  /** Never shown in an error. */
  secrets: string[];
  /** Ends what may outlive a program that did not end by itself. Never rejects. */
  stop: () => Promise<void>;
}

export interface VagrantRuntime {
  /**
   * Before the first program of a run. `say` tells what takes its time.
   * @throws VenError `host-not-ready`
   */
  prepare(say: (line: string) => void, signal: AbortSignal): Promise<void>;
  /**
   * `vagrant ARGS` in `folder`, with these settings in its environment; none of them is a secret.
   */
  program(
    folder: string,
    args: readonly string[],
    settings: Readonly<Record<string, string>>,
  ): VagrantProgram;
}

/** The vagrant that is installed here. */
export function localRuntime(env: Env): VagrantRuntime {
  return {
    prepare: () => Promise.resolve(),
    program: (folder, args, settings) => ({
      file: 'vagrant',
      args: [...args],
      extraEnv: { ...settings, VAGRANT_HOME: makeVagrantHome(folder, env) },
      secrets: [],
      stop: () => Promise.resolve(),
    }),
  };
}
