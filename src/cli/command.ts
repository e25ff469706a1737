import { Command, Flags, type Interfaces } from '@oclif/core';
import { secondsIn, type PlanOptions, VenError } from '../model/index.js';
import { errorJson, styleOf, type Style } from '../view/index.js';
import type { About } from './about.js';
import { stdout } from './output.js';
import { checkSwitches } from './switches.js';
import { usageOf, type Shown } from './usage.js';
import { CommandLineError, orTarget, usageError, withUsage } from './usage-errors.js';

/** Of those `--json` prints an event a line; of all others one object. */
const TELL_EVENTS = new Set(['apply', 'bmc:serve', 'destroy', 'provision']);

export function jsonForm(command: string | undefined): 'object' | 'event' {
  return TELL_EVENTS.has(command ?? '') ? 'event' : 'object';
}

/** The base of all commands: the style of their text, and their errors with `--json`. */
export abstract class VenCommand extends Command {
  static override usage: string = '<%= command.id %> [FLEET] [FLAGS]';
  /** What help says of it; every command that is not hidden has its own. */
  static about?: About;

  protected get style(): Style {
    return styleOf(process.stdout, process.env);
  }

  /** The command's name (`apply`, `power off`), and the words after it as they were typed. */
  protected get typed(): readonly string[] {
    return [(this.id ?? '').replaceAll(':', ' '), ...this.argv];
  }

  /** @throws VenError `usage`, with the usage line. */
  protected override async parse<
    F extends Record<string, unknown>,
    B extends Record<string, unknown>,
    A extends Record<string, unknown>,
  >(input?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    try {
      checkSwitches(argv ?? this.argv, this.ctor.flags ?? {});
      return await super.parse(input, argv);
    } catch (error) {
      throw error instanceof Error ? usageError(error, this.#called) : error;
    }
  }

  protected override catch(error: Error): Promise<void> {
    const told =
      error instanceof CommandLineError
        ? withUsage(error, this.#called)
        : orTarget(error, this.argv, this.#called);
    const wantsJson = this.argv
      .slice(0, this.argv.includes('--') ? this.argv.indexOf('--') : undefined)
      .includes('--json');
    if (wantsJson && told instanceof VenError) stdout(errorJson(told, jsonForm(this.id)));
    return Promise.reject(told); // told to people, and turned into an exit code, in run.ts
  }

  get #called() {
    const name = (this.id ?? '').replaceAll(':', ' ');
    const shown: Shown = this.ctor;
    return { name, usage: usageOf(shown), flags: shown.flags ?? {} };
  }
}

export const json = (what: string) =>
  Flags.boolean({ helpGroup: 'Output', summary: `Print ${what} as JSON.` });

/** The flags that select the resources of a plan. */
export const selection = {
  target: Flags.string({
    helpGroup: 'Selection',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'ADDR',
    summary:
      'Only this VM or address (edge-1, vm.edge-1, network.lab; * matches any part: vm.edge-*) ' +
      'and what it needs; may be given more than once.',
  }),
  exclude: Flags.string({
    helpGroup: 'Selection',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'ADDR',
    summary: 'All but this address (vm.edge-1, vm.edge-*); may be given more than once.',
  }),
};

/** The flags that agree to what a plan is refused for otherwise. */
export const agreement = {
  'allow-delete-all': Flags.boolean({
    helpGroup: 'Selection',
    summary:
      'Delete all VMs of the fleet, or more than half of four or more, even if the fleet file ' +
      'does not name them.',
  }),
};

/** The flags of an evacuation; `more`: what `--host-is-dead` goes with, too. */
export const evacuation = (...more: string[]) => ({
  evacuate: Flags.string({
    helpGroup: 'Selection',
    helpValue: 'HOST',
    dependsOn: ['host-is-dead'],
    summary:
      'Make the VMs that are on this host, which is away, or may be, anew on other hosts of the ' +
      'fleet. Their disks are lost with it.',
  }),
  'host-is-dead': Flags.boolean({
    helpGroup: 'Selection',
    ...(more.length === 0
      ? { dependsOn: ['evacuate'] }
      : { relationships: [{ type: 'some', flags: ['evacuate', ...more] }] }),
    summary: 'With --evacuate: no VM runs on that host any more.',
  }),
});

export const replacement = {
  replace: Flags.string({
    helpGroup: 'Selection',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'ADDR',
    summary:
      'Recreate this VM (vm.edge-1, vm.edge-*) even if nothing has changed; may be given ' +
      'more than once.',
  }),
};

/** `90`, `90s`, `5m`, `1h30m`, in seconds. */
export const seconds = Flags.custom<number>({
  parse: (input) => {
    const duration = secondsIn(input);
    if (duration !== null) return Promise.resolve(duration);
    return Promise.reject(
      new VenError('usage', {
        summary: `${JSON.stringify(input)} is not a duration`,
        hint: 'Write 30s, 5m or 1h30m',
      }),
    );
  },
});

/** `^]`: Ctrl-]. */
export const controlKey = Flags.custom<string>({
  parse: (input) => {
    if (/^\^[A-Z[\\\]^_]$/i.test(input)) return Promise.resolve(input);
    return Promise.reject(
      new VenError('usage', {
        summary: `${JSON.stringify(input)} is not a control key`,
        hint: 'Write ^] for Ctrl-], ^A for Ctrl-A',
      }),
    );
  },
});

/** A console log has no times. */
export const since = Flags.custom<'boot'>({
  parse: (input) =>
    input === 'boot'
      ? Promise.resolve(input)
      : Promise.reject(
          new VenError('usage', {
            summary: `--since can't be ${JSON.stringify(input)}: a console log has no times`,
            hint: 'Write --since boot, or --tail N for the last N lines',
          }),
        ),
});

/** The flags of commands that change the host. */
export const execution = {
  yes: Flags.boolean({
    helpGroup: 'Execution',
    char: 'y',
    summary: 'Do not ask for confirmation.',
  }),
  'lock-timeout': seconds({
    helpGroup: 'Execution',
    default: 0,
    helpValue: 'DURATION',
    summary: 'Maximum time to wait for another run on this fleet to end: 30s, 5m.',
  }),
  parallelism: Flags.integer({
    helpGroup: 'Execution',
    min: 1,
    helpValue: 'N',
    summary: 'Maximum number of concurrent operations.',
  }),
};

/** The flags as the planner takes them. */
export function planOptions(mode: PlanOptions['mode'], flags: Chosen): PlanOptions {
  return {
    mode,
    targets: flags.target ?? [],
    excludes: flags.exclude ?? [],
    replace: flags.replace ?? [],
    keepDisks: flags['keep-disks'] ?? false,
    ...(flags['allow-delete-all'] === true && { allowDeleteAll: true }),
    ...(flags.evacuate !== undefined && { evacuate: flags.evacuate }),
  };
}

interface Chosen {
  target?: string[] | undefined;
  exclude?: string[] | undefined;
  replace?: string[] | undefined;
  'keep-disks'?: boolean | undefined;
  'allow-delete-all'?: boolean | undefined;
  evacuate?: string | undefined;
}
