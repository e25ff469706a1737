import { Args, Flags } from '@oclif/core';
import { power as switchPower, type PowerAction } from '../operations/index.js';
import { fileName } from '../model/index.js';
import { poweredText, powerJson, powerQuestion, powerText, type Style } from '../view/index.js';
import { execution, json } from './command.js';
import { ask, consent, declined } from './consent.js';
import { hostFlags, someVms, someVmsOf } from './fleet.js';
import { watchInterruption } from './interruption.js';
import { stderr, stdout } from './output.js';
import { CommandLineError } from './usage-errors.js';
import { tellWaiting } from './waiting.js';

/** The arguments and flags of `ven power …`. */
export const powerArgs = {
  ...someVms,
  vm: Args.string({
    description: 'VMs of the fleet: edge-1, vm.edge-2; at least one, or --all',
    ignoreStdin: true,
  }),
};

export const powerFlags = {
  ...hostFlags,
  all: Flags.boolean({
    helpGroup: 'Selection',
    char: 'a',
    summary: 'All VMs of the fleet that exist, in place of names.',
  }),
  ...execution,
  json: json('what was done'),
};

export interface Power {
  action: PowerAction;
  typed: readonly string[];
  argv: readonly unknown[];
  flags: {
    file: string | undefined;
    connect: string | undefined;
    all: boolean;
    yes: boolean;
    force?: boolean;
    json: boolean;
    parallelism: number | undefined;
    'lock-timeout': number;
  };
  style: Style;
}

/**
 * What the commands share. To name VMs is consent; to switch all of them off or to restart them
 * needs `--yes`, or an answer.
 */
export async function power({ action, typed, argv, flags, style }: Power): Promise<number> {
  const { vms, ...fleet } = await someVmsOf(argv, flags);
  const { all, force = false } = flags;
  const named = vms.length > 0;
  if (all ? named : !named)
    throw new CommandLineError({
      summary: named ? '--all and names of VMs exclude each other' : 'No VM is named',
      hint: `Name the VMs (ven power ${action} edge-1 edge-2), or say --all`,
    });
  const agreed = consent(flags.yes || !all || action === 'on');
  const tell = flags.json ? stderr : stdout;
  const interruption = watchInterruption();
  let widest = 0;
  try {
    const result = await switchPower({
      ...{ ...fleet, action, vms, force, env: process.env, waiting: tellWaiting },
      parallelism: flags.parallelism,
      lockTimeoutSeconds: flags['lock-timeout'],
      interrupt: interruption.interrupt,
      ...{ consent: agreed, typed },
      confirm: async (about) => {
        const { graceful } = interruption.interrupt;
        const asks = agreed === 'ask' && about.vms.length > 0;
        const yes = !asks || (await ask(powerQuestion(action, force, about), graceful));
        graceful.throwIfAborted();
        if (!yes) throw declined();
        widest = Math.max(0, ...[...about.vms, ...about.refused].map(({ length }) => length));
        interruption.runStarted();
      },
      tell: (vm) => {
        tell(poweredText(action, vm, widest, style));
      },
    });
    tell(powerText(result, fileName(fleet.file), style));
    if (flags.json) stdout(powerJson(result));
    return result.exitCode;
  } finally {
    interruption.end();
  }
}
